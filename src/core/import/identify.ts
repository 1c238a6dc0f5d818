import { addressProblem } from '../../shared/address-rules.ts'
import { originOf } from '../../shared/origin.ts'
import { ApiKey, defaultAuth, type Auth, type Dialect } from '../../shared/schemas.ts'
import type { CatalogProvider } from '../catalog/models-yaml.ts'
import { looksLikeToken } from '../http/token.ts'
import { catalogAliases, knownProviders, type Candidate } from './known-providers.ts'
import type { RawKey } from './raw-key.ts'
import { slugOf } from './slug.ts'

/** The provider a key belongs to; `known` where the catalog or the vault has it already. */
export interface Target {
  name: string
  display_name: string
  base_url: string | null
  dialect: Dialect
  auth: Auth
  known: boolean
}

/** Whose key it is; or why it is not imported, as the end of a sentence. */
export type Identity = { target: Target } | { skipped: string }

/** The candidates in order of precedence: the catalog's providers, then those that would be added. */
export function candidatesOf(catalog: readonly CatalogProvider[]): Candidate[] {
  const inCatalog = catalog.map((provider) => ({ ...provider, aliases: catalogAliases[provider.name] ?? [] }))
  const names = new Set(catalog.map(({ name }) => name))
  return [...inCatalog, ...knownProviders.filter(({ name }) => !names.has(name))]
}

/**
 * Finds whose key it is. Where it is sent to says more than how its variable is called: a key never goes to an address
 * other than the one it stood beside.
 */
export function identify(raw: RawKey, candidates: readonly Candidate[], catalogNames: ReadonlySet<string>): Identity {
  const unusable = notAKey(raw.value)
  if (unusable !== undefined) return { skipped: unusable }
  const meant =
    byVariable(raw.variable, candidates) ?? byCall(raw.called, candidates) ?? byPrefix(raw.value, candidates)
  const base_url = raw.base_url?.trim().replace(/\/+$/, '')
  if (base_url === undefined || base_url === '') {
    return meant === undefined ? { skipped: 'its provider is not known' } : { target: toTarget(meant, catalogNames) }
  }
  const problem = addressProblem(base_url)
  if (problem !== undefined) return { skipped: `it goes to an address that is refused: ${problem}` }
  if (isLoopback(base_url)) return { skipped: 'it goes to a program on this machine, not to a provider' }
  const there = candidates.find((candidate) => standsFor(candidate, base_url))
  if (there !== undefined) return { target: toTarget(there, catalogNames) }
  const named = byCall(raw.called, candidates) === undefined ? raw.called : undefined
  return { target: customTarget(raw, base_url, meant, named) }
}

function byVariable(variable: string | undefined, candidates: readonly Candidate[]): Candidate | undefined {
  return variable === undefined ? undefined : candidates.find(({ env }) => env.includes(variable))
}

function byCall(called: string | undefined, candidates: readonly Candidate[]): Candidate | undefined {
  const name = called?.toLowerCase()
  return candidates.find((candidate) => candidate.name === name || candidate.aliases?.includes(name ?? '') === true)
}

/** The longest prefix that fits decides; one as short as `sk-` says nothing by itself. */
function byPrefix(value: string, candidates: readonly Candidate[]): Candidate | undefined {
  const fitting = candidates.flatMap((candidate) =>
    candidate.key_prefixes
      .filter((prefix) => prefix.length > 3 && value.startsWith(prefix))
      .map((prefix) => ({ candidate, length: prefix.length })),
  )
  return fitting.sort((a, b) => b.length - a.length)[0]?.candidate
}

function standsFor({ base_url, endpoints = {} }: Candidate, address: string): boolean {
  return [base_url, ...Object.values(endpoints)].some((own) => own !== null && originOf(own) === originOf(address))
}

function toTarget({ name, display_name, base_url, dialect, auth }: Candidate, known: ReadonlySet<string>): Target {
  return { name, display_name, base_url, dialect, auth, known: known.has(name) }
}

function customTarget(raw: RawKey, base_url: string, meant: Candidate | undefined, named: string | undefined): Target {
  const { hostname } = new URL(base_url)
  const dialect = raw.dialect ?? meant?.dialect ?? 'openai'
  // Claude Code sends this variable as a bearer token, whatever the address.
  const auth = raw.variable === 'ANTHROPIC_AUTH_TOKEN' ? 'bearer' : defaultAuth(dialect)
  // A provider's own name stands for its own address; whoever uses its dialect elsewhere is named by where that is.
  const name = slugOf(named ?? hostname.replace(/^(?:api|www)\./, ''))
  return { name, display_name: named ?? hostname, base_url, dialect, auth, known: false }
}

const PLACEHOLDER =
  /^(?:<.*>|x+|sk-x+|(?:changeme|your|my|insert|change|replace|todo|dummy|test|none|null|example)(?:[-_ ].*)?)$/i

/** Why a text is no key of a provider's, or undefined where it may be one. */
function notAKey(value: string): string | undefined {
  if (looksLikeToken(value)) return 'it is a Latchkey token'
  if (value === 'PROXY_MANAGED') return 'it is a placeholder; another program holds the key'
  if (value.startsWith('sk-ant-oat') || value.startsWith('ya29.')) return 'it is the mark of a login, not a key'
  if (/^(\$|\{|op:\/\/|pass:\/\/|keychain:|os\.environ\/)/.test(value)) return 'it points to another place'
  if (PLACEHOLDER.test(value) || /[.*•…]{3}/.test(value)) return 'it is a placeholder'
  const parsed = ApiKey.safeParse(value)
  return parsed.success ? undefined : `it cannot be a key: ${parsed.error.issues[0]?.message ?? ''}`
}

function isLoopback(base_url: string): boolean {
  const { hostname } = new URL(base_url)
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.') || hostname === '0.0.0.0'
}
