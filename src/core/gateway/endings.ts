import type { Dialect } from '../../shared/schemas.ts'
import type { CatalogInUse } from '../catalog/catalog-in-use.ts'
import type { CatalogPrice } from '../catalog/models-yaml.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import type { UseEnding, UseRef } from '../store/token-store.ts'
import type { Vault } from '../vault.ts'
import type { Ending, Scope } from './ports.ts'
import { readUsage } from './read-usage.ts'

/** How long an ending waits for others to be written down with, in milliseconds. */
const GATHER = 100

/** How a use ended, and what its answer said of the usage. */
export interface Ended extends UseRef, Ending {
  provider: string
  dialect: Dialect
  model: string | null
  scope: Scope
  texts: readonly string[]
}

interface EndingsDeps {
  vault: Vault
  catalog: Pick<CatalogInUse, 'load'>
  log: Log
}

/**
 * How uses ended, on its way into the vault. A use itself is on the disk before it is made; what became of it is written
 * for many at once, so that nobody's next request waits for it.
 */
export class Endings {
  readonly #deps: EndingsDeps
  #waiting: Ended[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(deps: EndingsDeps) {
    this.#deps = deps
  }

  add(ended: Ended): void {
    this.#waiting.push(ended)
    this.#timer ??= setTimeout(() => void this.flush(), GATHER).unref()
  }

  /** Resolves once everything that was added is written down, or the log says why not. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const ended = this.#waiting.splice(0)
    if (ended.length > 0) this.#writing = this.#writing.then(() => this.#write(ended))
    return this.#writing
  }

  async #write(ended: readonly Ended[]): Promise<void> {
    const { vault, log } = this.#deps
    try {
      await vault.during(() =>
        vault.withoutKey(async (store) => store.tokens.endUses(await this.#measured(ended, store))),
      )
    } catch (cause) {
      log.error({ err: cause, uses: ended.length }, 'how uses ended was not recorded')
    }
  }

  async #measured(ended: readonly Ended[], store: Store): Promise<UseEnding[]> {
    const addresses = new Map((await store.listProviderHeads()).map(({ name, base_url }) => [name, base_url]))
    const price = await this.#prices(ended)
    const measure = async ({ texts, scope, provider, dialect, ...end }: Ended): Promise<UseEnding> => {
      const { id, at, status, outcome, first_byte_ms, total_ms, model } = end
      const ending = { id, at, status, outcome, first_byte_ms, total_ms }
      // A list of models costs nothing, and what was refused is not charged.
      if (scope === 'models' || (status !== null && status >= 400)) return { ...ending, model, ...NOTHING }
      const base_url = addresses.get(provider) ?? null
      const of = (name: string) => price(provider, name)
      const used = await readUsage({ provider, base_url, dialect, model, texts, price: of })
      return { ...ending, model, ...(used ?? UNKNOWN) }
    }
    return Promise.all(ended.map(measure))
  }

  /** The prices that the owner's catalog gives; none where it cannot be read, which is said elsewhere. */
  async #prices(ended: readonly Ended[]): Promise<(provider: string, model: string) => CatalogPrice | undefined> {
    if (ended.every(({ texts }) => texts.length === 0)) return () => undefined
    const catalog = await this.#deps.catalog.load().catch(() => undefined)
    return (provider, model) =>
      catalog?.providers.find(({ name }) => name === provider)?.models.find(({ name }) => name === model)?.price
  }
}

const NOTHING = { input_tokens: 0, output_tokens: 0, cached_tokens: 0, cost: 0 }
const UNKNOWN = { input_tokens: null, output_tokens: null, cached_tokens: null, cost: null }
