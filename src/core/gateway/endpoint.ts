import { originOf } from '../../shared/origin.ts'
import { defaultAuth, Dialect, type Auth } from '../../shared/schemas.ts'
import type { ProviderRow } from '../store/store.ts'

/** Where a provider speaks a dialect, and the header that carries the key there. */
export interface Endpoint {
  dialect: Dialect
  base_url: string
  auth: Auth
}

/** The provider's endpoint of a dialect: its own address, or the one the catalog names at the same origin. */
export function endpointOf(row: ProviderRow, dialect: Dialect): Endpoint | undefined {
  if (row.base_url === null) return undefined
  if (row.dialect === dialect) return { dialect, base_url: row.base_url, auth: row.auth }
  const base_url = row.catalog?.endpoints[dialect]
  // The person may have changed the address since: a key goes to the origin it was entered for and nowhere else.
  if (base_url === undefined || originOf(base_url) !== originOf(row.base_url)) return undefined
  return { dialect, base_url, auth: defaultAuth(dialect) }
}

/** All endpoints of a provider, its own first. */
export function endpointsOf(row: ProviderRow): Endpoint[] {
  const others = Dialect.options.filter((dialect) => dialect !== row.dialect)
  return [row.dialect, ...others].flatMap((dialect) => endpointOf(row, dialect) ?? [])
}
