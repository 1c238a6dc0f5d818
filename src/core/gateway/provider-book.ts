import type { ProviderRow, Store } from '../store/store.ts'
import { endpointsOf, type Endpoint } from './endpoint.ts'

export interface KnownProvider {
  /** Its models are those of when it was read, and not to be relied on. */
  row: ProviderRow
  /** Its own first; none where it has no address. */
  endpoints: readonly Endpoint[]
}

/** Providers, read once and looked at again for every request, so that a changed one is never used as it was. */
export class ProviderBook {
  readonly #known = new Map<string, { stamp: string; provider: KnownProvider }>()

  async find(store: Store, name: string): Promise<KnownProvider | undefined> {
    const stamp = await store.providerStamp(name)
    if (stamp === undefined) {
      this.#known.delete(name)
      return undefined
    }
    const known = this.#known.get(name)
    if (known?.stamp === stamp) return known.provider
    const row = await store.findProvider({ name })
    if (row === undefined) return undefined
    const provider = { row, endpoints: endpointsOf(row) }
    this.#known.set(name, { stamp, provider })
    return provider
  }
}
