import { isAppError } from '../../shared/errors.ts'
import type { Log } from '../log.ts'
import type { BegunUse, UsedSoFar } from '../store/token-store.ts'
import type { Cut } from './ports.ts'

/** How often what a use has taken so far is written down, in milliseconds. */
const NOTE = 1_000

export interface Metering {
  input_tokens: number
  /** In USD, of what goes up; null where no price is known. */
  input_cost: number | null
  /** In USD. */
  cost_per_output_token: number
}

interface RunningDeps {
  begun: BegunUse
  metering: Metering
  /** Writes it down; answers what may still be spent, or throws why nothing may. */
  note: (used: UsedSoFar) => Promise<number | null>
  cut: Cut
  log: Log
}

/**
 * Follows what a use with limits takes while it runs. It is written down once a second, so that it counts for others and
 * after a kill, and at once where it may have passed a limit in money, which ends it.
 */
export class RunningUse {
  readonly #deps: RunningDeps
  readonly #timer: NodeJS.Timeout
  #left: number | null
  #output = 0
  #noted = { output: 0, cost: 0 }
  #noting = false
  #over = false

  constructor(deps: RunningDeps) {
    this.#deps = deps
    this.#left = deps.begun.left
    this.#timer = setInterval(() => {
      if (this.#output !== this.#noted.output) void this.#note()
    }, NOTE).unref()
  }

  /** So many tokens have come by now. */
  has(output: number): void {
    this.#output = output
    if (this.#left !== null && (this.#cost ?? 0) - this.#noted.cost >= this.#left) void this.#note()
  }

  end(): void {
    this.#over = true
    clearInterval(this.#timer)
  }

  get #cost(): number | null {
    const { input_cost, cost_per_output_token } = this.#deps.metering
    return input_cost === null ? null : input_cost + this.#output * cost_per_output_token
  }

  async #note(): Promise<void> {
    if (this.#noting || this.#over) return
    this.#noting = true
    const { begun, metering, note, cut, log } = this.#deps
    const output = this.#output
    const cost = this.#cost
    try {
      const { input_tokens } = metering
      this.#left = await note({ input_tokens, output_tokens: output, cost, total_ms: Date.now() - begun.at })
      this.#noted = { output, cost: cost ?? 0 }
    } catch (cause) {
      if (isAppError(cause) && cause.status < 500) cut(cause)
      else log.error({ err: cause }, 'what a use has taken so far was not recorded')
    }
    this.#noting = false
  }
}
