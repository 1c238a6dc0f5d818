// When the seal moves: after commits, at most once a second, and once more before the process lets go of its vault.
import { KeyDestroyed } from '../crypto/fernet.ts'
import { reason, type Warn } from '../private-files.ts'

const PAUSE = 1_000

/** Calls `seal` for changes that it is told of, not for each. */
export class Sealing {
  readonly #seal: () => Promise<void>
  readonly #warn: Warn
  #due: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #warned = false

  constructor(seal: () => Promise<void>, warn: Warn) {
    this.#seal = seal
    this.#warn = warn
  }

  /** Something was committed. */
  changed(): void {
    this.#due ??= setTimeout(() => void this.settle(), PAUSE).unref()
  }

  /** Seals now what waits for it. */
  async settle(): Promise<void> {
    await this.#running
    if (this.#due === undefined) return
    this.cancel()
    this.#running = this.#attempt().finally(() => (this.#running = undefined))
    await this.#running
  }

  /** Leaves what waits to the next start. */
  cancel(): void {
    clearTimeout(this.#due)
    this.#due = undefined
  }

  /** The rows are safe in the vault whatever becomes of the seal: it is said once, and tried again after the next act. */
  async #attempt(): Promise<void> {
    try {
      await this.#seal()
      this.#warned = false
    } catch (cause) {
      // Locked in this very moment.
      if (cause instanceof KeyDestroyed || this.#warned) return
      this.#warned = true
      this.#warn(`The audit trail could not be sealed: ${reason(cause)}. What was done is recorded all the same.`)
    }
  }
}
