// Which variable of the environment holds a key that may stand in for one of this provider. A variable says nothing of
// where its key may go, so everything that does has to agree: the catalog, the addresses beside it, the provider's own.
import { originOf } from '../../shared/origin.ts'
import type { CatalogProvider } from '../catalog/models-yaml.ts'
import { candidatesOf, identify } from '../import/identify.ts'
import { keysAmong } from '../import/variables.ts'
import type { ProviderHead } from '../store/store.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Catalogs {
  /** The catalog in use. */
  own: readonly CatalogProvider[]
  /** The one that came with Latchkey. */
  shipped: readonly CatalogProvider[]
}

/**
 * The name of that variable; undefined where there is none. Only a provider of the catalog has one, at the very origin
 * that the catalog gives it; and a variable that Latchkey itself knows as a vendor's goes to that vendor alone, whatever
 * another catalog says.
 */
export function variableFor(
  { name, base_url, auth, is_predefined }: Pick<ProviderHead, 'name' | 'base_url' | 'auth' | 'is_predefined'>,
  { own, shipped }: Catalogs,
  env: Environment,
): string | undefined {
  const entry = is_predefined ? own.find((provider) => provider.name === name) : undefined
  const origin = originOf(base_url)
  if (entry === undefined || origin === null || originOf(entry.base_url) !== origin) return undefined
  const candidates = candidatesOf(own)
  const known = candidatesOf(shipped)
  const set = new Map(
    Object.entries(env).flatMap(([variable, value]) => (value === undefined ? [] : [[variable, { value }] as const])),
  )
  const keys = keysAmong(set, candidates, { tool: 'environment', path: null })
  const names = new Set(own.map((provider) => provider.name))
  return entry.env.find((variable) => {
    const key = keys.find((one) => one.variable === variable)
    if (key === undefined) return false
    // Claude Code sends this one as a bearer token; as anything else it is no key.
    if (variable === 'ANTHROPIC_AUTH_TOKEN' && auth !== 'bearer') return false
    const vendor = known.find((provider) => provider.env.includes(variable))
    if (vendor !== undefined && originOf(vendor.base_url) !== origin) return false
    // An address beside it says that the key is for there.
    const identity = identify(key, candidates, names)
    return 'target' in identity && identity.target.name === name && originOf(identity.target.base_url) === origin
  })
}
