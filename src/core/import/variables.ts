import type { FoundPlace } from '../../shared/import-schemas.ts'
import type { Dialect } from '../../shared/schemas.ts'
import type { Candidate } from './known-providers.ts'
import type { RawKey } from './raw-key.ts'

/** Variables as one place sets them, with the line where it is known. */
export type Variables = ReadonlyMap<string, { value: string; line?: number }>

// What these hold is never a provider's key.
const OWN = /^(ENCRYPTION_KEY$|LATCHKEY_)/

/** The variables that say where a key goes, by the beginning of its name. */
const ADDRESSES: readonly [prefix: string, names: readonly string[], dialect: Dialect][] = [
  ['ANTHROPIC_', ['ANTHROPIC_BASE_URL', 'ANTHROPIC_API_BASE'], 'anthropic'],
  ['GEMINI_', ['GOOGLE_GEMINI_BASE_URL', 'GEMINI_BASE_URL', 'GEMINI_API_BASE'], 'google'],
  ['GOOGLE_', ['GOOGLE_GEMINI_BASE_URL', 'GOOGLE_BASE_URL'], 'google'],
]

/**
 * The keys among variables that were set in one place: those of a name that some provider uses, and those of another
 * name whose value begins as only one provider's keys do.
 */
export function keysAmong(
  variables: Variables,
  candidates: readonly Candidate[],
  from: { tool: FoundPlace['tool']; path: string | null; prefix?: string },
): RawKey[] {
  const known = new Set(candidates.flatMap(({ env }) => env))
  const keys: RawKey[] = []
  for (const [variable, { value, line }] of variables) {
    if (OWN.test(variable) || value.trim() === '') continue
    if (!known.has(variable) && !(/_(API_)?(KEY|TOKEN)$/.test(variable) && isMarked(value, candidates))) continue
    const place = { tool: from.tool, path: from.path, line: line ?? null, field: `${from.prefix ?? ''}${variable}` }
    keys.push({ value: value.trim(), place, variable, ...addressOf(variable, variables) })
  }
  return keys
}

function addressOf(variable: string, variables: Variables): Pick<RawKey, 'base_url' | 'dialect'> {
  const [, names, dialect] = ADDRESSES.find(([prefix]) => variable.startsWith(prefix)) ?? []
  const stem = variable.replace(/_(API_)?(KEY|TOKEN)$/, '')
  const tried = names ?? ['_BASE_URL', '_API_BASE', '_API_BASE_URL', '_BASE'].map((end) => stem + end)
  const base_url = tried
    .map((name) => variables.get(name)?.value.trim())
    .find((value) => value !== undefined && value !== '')
  return base_url === undefined ? {} : { base_url, dialect: dialect ?? 'openai' }
}

function isMarked(value: string, candidates: readonly Candidate[]): boolean {
  return candidates.some(({ key_prefixes }) =>
    key_prefixes.some((prefix) => prefix.length > 3 && value.trim().startsWith(prefix)),
  )
}
