const WINDOW_MS = 60_000
const ATTEMPTS = 20
// Every address of 127.0.0.0/8 can be a peer; more of them than this is an attack, and forgetting the oldest is fine.
const PEERS = 1_000

/** Counts failed attempts per peer. Valid tokens never come here, so a noisy neighbour locks nobody out. */
export class Throttle {
  readonly #failures = new Map<string, number[]>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Notes one failure; true where the peer has had its 20 within the last minute. */
  failed(peer: string): boolean {
    const now = this.#now()
    const recent = (this.#failures.get(peer) ?? []).filter((at) => at > now - WINDOW_MS)
    const over = recent.length >= ATTEMPTS
    if (!over) recent.push(now)
    this.#failures.delete(peer)
    this.#failures.set(peer, recent)
    if (this.#failures.size > PEERS) {
      for (const oldest of this.#failures.keys()) {
        this.#failures.delete(oldest)
        break
      }
    }
    return over
  }
}
