// The environment of a child of `latchkey run`: what it is given in place of keys, and what of ours it never sees.
import { clientVariables } from '../../shared/client-variables.ts'
import { Dialect } from '../../shared/schemas.ts'
import { knownProviders } from '../import/known-providers.ts'
import type { ProviderRow } from '../store/store.ts'

export type Environment = Record<string, string>
type Given = Readonly<Record<string, string | undefined>>
type Provider = Pick<ProviderRow, 'name' | 'base_url' | 'dialect' | 'catalog'>

/** The master key and the admin token; on Windows a name in other letters is the same. */
const OURS = /^(ENCRYPTION_KEY|LATCHKEY_TOKEN)$/i

/** Clients are told of the gateway at `address`, under every name that one of them reads, and get the token as key. */
export function gatewayEnvironment(
  given: Given,
  address: string,
  token: string,
  providers: readonly Provider[],
): Environment {
  const env = pastProxies(withoutOurs(given))
  for (const dialect of Dialect.options) {
    const { base_url, key, version } = clientVariables[dialect]
    setAll(env, base_url, placeOf(dialect, address, providers) ?? `${address}${version}`)
    setAll(env, key, token)
  }
  for (const provider of providers) {
    const variables = variablesOf(provider)
    setAll(env, unlessSet(variables.base_url), `${address}/proxy/${provider.name}`)
    setAll(env, unlessSet(variables.key), token)
  }
  return env
}

/** The child gets the key itself, and the address that it was entered for: one that stands there by chance must not have it. */
export function exposingEnvironment(given: Given, keys: readonly { provider: Provider; key: Buffer }[]): Environment {
  const env = withoutOurs(given)
  for (const { provider, key } of keys) {
    const variables = variablesOf(provider)
    setAll(env, variables.key, key.toString('utf8'))
    if (provider.base_url !== null) setAll(env, variables.base_url, provider.base_url)
  }
  return env
}

/**
 * Claude Code and Gemini CLI choose models of their own, which need not be in a list: where one provider alone speaks the
 * dialect, everything goes to it. Clients of OpenAI's dialect name the model, and so whose it is.
 */
function placeOf(dialect: Dialect, address: string, providers: readonly Provider[]): string | undefined {
  const [only, another] = providers.filter((provider) => provider.dialect === dialect)
  if (dialect === 'openai' || only === undefined || another !== undefined) return undefined
  return `${address}/proxy/${only.name}`
}

const COMMON: ReadonlySet<string> = new Set(
  Dialect.options.flatMap((dialect) => [...clientVariables[dialect].base_url, ...clientVariables[dialect].key]),
)

const unlessSet = (names: readonly string[]): string[] => names.filter((name) => !COMMON.has(name))

/** The variables in which tools look for the key and the address of this very provider. */
function variablesOf({ name, catalog }: Provider): { key: readonly string[]; base_url: readonly string[] } {
  const vendor = Dialect.options.find((dialect) => name === VENDORS[dialect])
  if (vendor !== undefined) return clientVariables[vendor]
  const listed = catalog?.env ?? knownProviders.find((known) => known.name === name)?.env ?? []
  const [usual = `${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_API_KEY`, ...others] = listed
  const stem = usual.replace(/_(API_)?(KEY|TOKEN)$/, '')
  return { key: [usual, ...others], base_url: [`${stem}_BASE_URL`, `${stem}_API_BASE`] }
}

/** Whose clients the variables of a dialect are named for. */
const VENDORS: Readonly<Record<Dialect, string>> = { openai: 'openai', anthropic: 'anthropic', google: 'google' }

function withoutOurs(given: Given): Environment {
  const kept = Object.entries(given).filter(([name, value]) => value !== undefined && !OURS.test(name))
  return Object.fromEntries(kept) as Environment
}

const PROXY = /^(https?|all)_proxy$/i

/** A client that uses a proxy would ask it for our loopback address, and show it the token. */
function pastProxies(env: Environment): Environment {
  if (!Object.keys(env).some((name) => PROXY.test(name))) return env
  for (const name of ['NO_PROXY', 'no_proxy']) {
    const named = (env[name] ?? '').split(',').filter((host) => host !== '')
    env[name] = [...new Set([...named, '127.0.0.1'])].join(',')
  }
  return env
}

function setAll(env: Environment, names: readonly string[], value: string): void {
  for (const name of names) env[name] = value
}
