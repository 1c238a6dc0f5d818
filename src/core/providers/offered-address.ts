import { originOf } from '../../shared/origin.ts'
import type { CatalogFacts, ProviderRow } from '../store/store.ts'

/**
 * True where the catalog's address is offered and not applied: a key never travels to a host it was not entered for.
 * What belongs to the address, dialect and auth, waits with it.
 */
export function isOffered(row: ProviderRow, facts: Pick<CatalogFacts, 'base_url'>): boolean {
  return (
    row.api_key_encrypted !== null &&
    !row.edited.includes('base_url') &&
    originOf(facts.base_url) !== originOf(row.base_url)
  )
}
