import type { Duplex } from 'node:stream'

/**
 * Times new connections until the headers of their first request are there. Node starts to count again at the first
 * byte, so a client that says nothing for a while and then drips would be given twice the time.
 */
export class Arrivals {
  readonly #limit: number
  readonly #firsts = new WeakMap<Duplex, { since: number; timer: NodeJS.Timeout }>()

  constructor(limit: number) {
    this.#limit = limit
  }

  watch(socket: Duplex, onLate: () => void): void {
    const timer = setTimeout(onLate, this.#limit)
    this.#firsts.set(socket, { since: performance.now(), timer })
    socket.once('close', () => clearTimeout(timer))
  }

  /** To be called when headers have arrived; the milliseconds that are left for the body. */
  leftFor(socket: Duplex): number {
    const first = this.#firsts.get(socket)
    // A kept connection was idle before this request, for as long as it liked.
    if (first === undefined) return this.#limit
    this.#firsts.delete(socket)
    clearTimeout(first.timer)
    return Math.max(0, this.#limit - (performance.now() - first.since))
  }
}
