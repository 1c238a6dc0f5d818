import type { Dialect } from '../../shared/schemas.ts'
import type { CatalogInUse } from '../catalog/catalog-in-use.ts'
import type { Log } from '../log.ts'
import type { UseEnding, UseRef } from '../store/token-store.ts'
import type { Vault } from '../vault.ts'
import { catalogPrices } from './limits.ts'
import type { Ending, Scope } from './ports.ts'
import { pricesOf, type Priced } from './price-list.ts'
import { readUsage } from './read-usage.ts'

/** How long an ending waits for others to be written down with, in milliseconds. */
const GATHER = 100

/** How a use ended, and what its answer said of the usage. */
export interface Ended extends UseRef, Ending {
  provider: string
  base_url: string | null
  dialect: Dialect
  model: string | null
  scope: Scope
  /** Nothing is charged for it. */
  free: boolean
  texts: readonly string[]
  counted: Counted
}

/** What was counted on the way, for an answer that does not say it. */
export interface Counted {
  model: string | null
  input_tokens: number
  output_tokens: number
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
      const measured = await this.#measured(ended)
      await vault.during(() => vault.withoutKey((store) => store.tokens.endUses(measured)))
    } catch (cause) {
      log.error({ err: cause, uses: ended.length }, 'how uses ended was not recorded')
    }
  }

  async #measured(ended: readonly Ended[]): Promise<UseEnding[]> {
    const price = ended.some(isCharged) ? await catalogPrices(this.#deps.catalog) : () => undefined
    return Promise.all(
      ended.map(async (one) => {
        const { id, at, status, outcome, first_byte_ms, total_ms, model, provider, base_url } = one
        const ending = { id, at, status, outcome, first_byte_ms, total_ms, model }
        if (!isCharged(one)) return { ...ending, ...NOTHING }
        // Of what did not come to an answer nobody knows whether it was charged.
        if (status === null && outcome === 'failed') return { ...ending, ...UNKNOWN }
        return { ...ending, ...(await measure(one, { provider, base_url, price: (name) => price(provider, name) })) }
      }),
    )
  }
}

/** A list of models costs nothing, and what was refused is not charged. */
function isCharged({ free, status }: Ended): boolean {
  return !free && (status === null || status < 400)
}

/** What the answer says, and where it says nothing, or was left before it could, what was counted. */
async function measure(ended: Ended, priced: Priced): Promise<Measured> {
  const { dialect, texts, counted, outcome, scope } = ended
  const output = scope === 'embeddings' ? 0 : counted.output_tokens
  const said = await readUsage({ ...priced, dialect, model: ended.model, texts })
  if (said !== undefined && (outcome === 'complete' || said.output_tokens >= output)) {
    return { ...said, estimated: false }
  }
  const model = ended.model ?? said?.model ?? counted.model
  const input_tokens = said?.input_tokens ?? counted.input_tokens
  const cached_tokens = said?.cached_tokens ?? 0
  const usage = { input_tokens, output_tokens: output, cache_read_tokens: cached_tokens }
  const cost = (await pricesOf(priced))(model, usage)
  return { model, input_tokens, output_tokens: output, cached_tokens, cost, estimated: true }
}

type Measured = Pick<UseEnding, 'model' | 'input_tokens' | 'output_tokens' | 'cached_tokens' | 'cost' | 'estimated'>

const NOTHING = { input_tokens: 0, output_tokens: 0, cached_tokens: 0, cost: 0, estimated: false }
const UNKNOWN = { input_tokens: null, output_tokens: null, cached_tokens: null, cost: null, estimated: false }
