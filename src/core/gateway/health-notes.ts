import type { Log } from '../log.ts'
import type { KeyHealth } from '../store/key-store.ts'
import type { Vault } from '../vault.ts'

/** How long a note waits for others to be written down with, in milliseconds. */
const GATHER = 100

/** How keys fare, on its way into the vault, where other processes see it; of each key only the last is kept. */
export class HealthNotes {
  readonly #deps: { vault: Vault; log: Log }
  readonly #waiting = new Map<string, KeyHealth>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(deps: { vault: Vault; log: Log }) {
    this.#deps = deps
  }

  /** What was written down of the keys that are to rest on. */
  async resting(): Promise<KeyHealth[]> {
    const { vault, log } = this.#deps
    try {
      return await vault.during(() => vault.reader().keys.resting(Date.now()))
    } catch (cause) {
      log.warn({ err: cause }, 'how keys fared before is not known')
      return []
    }
  }

  readonly add = (health: KeyHealth): void => {
    this.#waiting.set(health.key_id, health)
    this.#timer ??= setTimeout(() => void this.flush(), GATHER).unref()
  }

  /** Resolves once everything that was added is written down, or the log says why not. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const health = [...this.#waiting.values()]
    this.#waiting.clear()
    if (health.length > 0) this.#writing = this.#writing.then(() => this.#write(health))
    return this.#writing
  }

  async #write(health: readonly KeyHealth[]): Promise<void> {
    const { vault, log } = this.#deps
    try {
      await vault.during(() => vault.withMasterKey((store) => store.keys.noteHealth(health)))
    } catch (cause) {
      log.error({ err: cause, keys: health.length }, 'how keys fare was not recorded')
    }
  }
}
