import type { Log } from '../log.ts'
import type { UseEnding } from '../store/token-store.ts'
import type { Vault } from '../vault.ts'

/** How long an ending waits for others to be written down with, in milliseconds. */
const GATHER = 100

/**
 * How uses ended, on its way into the vault. A use itself is on the disk before it is made; what became of it is written
 * for many at once, so that nobody's next request waits for it.
 */
export class Endings {
  readonly #vault: Vault
  readonly #log: Log
  #waiting: UseEnding[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(vault: Vault, log: Log) {
    this.#vault = vault
    this.#log = log
  }

  add({ id, at, status, outcome, first_byte_ms, total_ms }: UseEnding): void {
    this.#waiting.push({ id, at, status, outcome, first_byte_ms, total_ms })
    this.#timer ??= setTimeout(() => void this.flush(), GATHER).unref()
  }

  /** Resolves once everything that was added is written down, or the log says why not. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const endings = this.#waiting.splice(0)
    if (endings.length > 0) this.#writing = this.#writing.then(() => this.#write(endings))
    return this.#writing
  }

  async #write(endings: readonly UseEnding[]): Promise<void> {
    try {
      await this.#vault.during(() => this.#vault.withMasterKey((store) => store.tokens.endUses(endings)))
    } catch (cause) {
      this.#log.error({ err: cause, uses: endings.length }, 'how uses ended was not recorded')
    }
  }
}
