// Reads what other programs wrote, by the kept parsers, into values that are looked at with care: any part of such a
// file may be missing or of another kind.
import { parse as parseJsonWithComments, type ParseError } from 'jsonc-parser'
import { parse as parseToml } from 'smol-toml'
import { parseDocument } from 'yaml'

/** The formats that tools keep their settings in. */
export type Format = 'json' | 'yaml' | 'toml'

/** Parses a text; throws an error without the text where it is not of that format. */
export function parsed(text: string, format: Format): unknown {
  const plain = text.replace(/^\ufeff/, '')
  if (format === 'toml') {
    try {
      return parseToml(plain)
    } catch {
      // The library's message quotes lines of the file, where keys are; as do those of the others.
      throw new Error('it is not valid TOML')
    }
  }
  if (format === 'yaml') {
    const document = parseDocument(plain, { prettyErrors: false })
    try {
      // Few aliases: a hostile file must not grow.
      if (document.errors.length === 0) return document.toJS({ maxAliasCount: 50 }) as unknown
    } catch {
      // Said below.
    }
    throw new Error('it is not valid YAML')
  }
  const errors: ParseError[] = []
  const value: unknown = parseJsonWithComments(plain, errors, { allowTrailingComma: true })
  if (errors.length > 0) throw new Error('it is not valid JSON')
  return value
}

/** The value at a path of names, undefined where something on the way is not there. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inside, name) => (isMap(inside) && Object.hasOwn(inside, name) ? inside[name] : undefined),
    value,
  )
}

/** A text that is not blank. */
export function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' && found.trim() !== '' ? found.trim() : undefined
}

/** The entries of a map; none where it is something else. */
export function entriesAt(value: unknown, ...path: string[]): [string, unknown][] {
  const found = at(value, ...path)
  return isMap(found) ? Object.entries(found) : []
}

/** The items of a list; none where it is something else. */
export function itemsAt(value: unknown, ...path: string[]): unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
