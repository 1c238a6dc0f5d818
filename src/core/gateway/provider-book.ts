import type { ProviderRow, Store } from '../store/store.ts'

interface Entry {
  stamp: string
  row: ProviderRow
}

/** Rows of providers, read once and looked at again for every request, so that a changed one is never used as it was. */
export class ProviderBook {
  readonly #entries = new Map<string, Entry>()

  /** The row as it is now. Its models are those of when it was read, and not to be relied on. */
  async find(store: Store, name: string): Promise<ProviderRow | undefined> {
    const stamp = await store.providerStamp(name)
    if (stamp === undefined) {
      this.#entries.delete(name)
      return undefined
    }
    const known = this.#entries.get(name)
    if (known?.stamp === stamp) return known.row
    const row = await store.findProvider({ name })
    if (row !== undefined) this.#entries.set(name, { stamp, row })
    return row
  }
}
