import type { Provider } from '../../shared/schemas.ts'

/** One letter for a predefined provider, up to two initials for a custom one: `Acme Research` → AR, `Ollama on this machine` → O. */
export function monogramOf({ display_name, is_predefined }: Pick<Provider, 'display_name' | 'is_predefined'>): string {
  const first = firstOf(display_name.trim())
  if (is_predefined) return first
  const initials = display_name
    .split(/[^\p{L}\p{N}]+/u)
    .map(firstOf)
    .filter((letter) => /[\p{Lu}\p{Lo}\p{N}]/u.test(letter))
  return initials.slice(0, 2).join('') || first.toUpperCase()
}

/** By code point: a letter beyond the first plane is not cut in two. */
const firstOf = (text: string): string => String.fromCodePoint(text.codePointAt(0) ?? 0x20).trim()
