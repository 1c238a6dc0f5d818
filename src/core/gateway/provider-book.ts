import type { ProviderRow, Store } from '../store/store.ts'
import { endpointsOf, type Endpoint } from './endpoint.ts'

export interface KnownProvider {
  /** Its models are those of when it was read, and not to be relied on. */
  row: ProviderRow
  /** Its own first; none where it has no address. */
  endpoints: readonly Endpoint[]
}

/** Providers, read once and looked at again whenever the vault has changed, so that a changed one is never used as it was. */
export class ProviderBook {
  readonly #standing: () => string
  readonly #known = new Map<string, { standing: string; stamp: string; provider: KnownProvider }>()

  /** `standing` differs after every change of a provider. */
  constructor(standing: () => string) {
    this.#standing = standing
  }

  async find(store: Store, name: string): Promise<KnownProvider | undefined> {
    const standing = this.#standing()
    const earlier = this.#known.get(name)
    if (earlier?.standing === standing) return earlier.provider
    // Where other processes record uses, much changes that is not the provider's.
    const stamp = await store.providerStamp(name)
    if (stamp === undefined) {
      this.#known.delete(name)
      return undefined
    }
    if (earlier?.stamp === stamp) {
      this.#known.set(name, { ...earlier, standing })
      return earlier.provider
    }
    const row = await store.findProvider({ name })
    if (row === undefined) return undefined
    const provider = { row, endpoints: endpointsOf(row) }
    this.#known.set(name, { standing, stamp, provider })
    return provider
  }
}
