import { originOf } from '../../shared/origin.ts'
import { defaultAuth, Dialect, type Auth } from '../../shared/schemas.ts'
import type { ProviderRow } from '../store/store.ts'
import { baseOf, type Base } from './target.ts'

/** Where a provider speaks a dialect, and the header that carries the key there. */
export interface Endpoint extends Base {
  dialect: Dialect
  auth: Auth
}

/**
 * All endpoints of a provider: its own address first, then those that the catalog names for other dialects. A provider
 * without an address has none.
 */
export function endpointsOf({ base_url, dialect, auth, catalog }: ProviderRow): Endpoint[] {
  if (base_url === null) return []
  const own: Endpoint = { dialect, auth, ...baseOf(base_url) }
  const others = Dialect.options.flatMap((other) => {
    const address = catalog?.endpoints[other]
    // The person may have changed the address since: a key goes to the origin it was entered for and nowhere else.
    if (other === dialect || address === undefined || originOf(address) !== own.origin) return []
    return [{ dialect: other, auth: defaultAuth(other), ...baseOf(address) }]
  })
  return [own, ...others]
}
