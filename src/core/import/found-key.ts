import { createHash } from 'node:crypto'
import { inspect } from 'node:util'

/** From this length on, four characters identify a key and give nothing away. */
const HINT_FROM = 20

/** A key that was found, in memory until it is imported or forgotten; shows itself nowhere. */
export class FoundKey {
  readonly #bytes: Buffer

  constructor(text: string) {
    const length = Buffer.byteLength(text)
    // Its own memory: Buffer.from would put it into the pool that other buffers share.
    this.#bytes = Buffer.alloc(length)
    this.#bytes.write(text)
  }

  /** The last four characters; null for a key so short that they would be too much of it. */
  get hint(): string | null {
    return this.#bytes.length < HINT_FROM ? null : this.#bytes.toString('utf8').slice(-4)
  }

  /** The same for the same key, and for no other. */
  get digest(): string {
    return createHash('sha256').update(this.#bytes).digest('hex')
  }

  /** Lends the text to `act`, which must not keep it. */
  lend<T>(act: (text: string) => T): T {
    return act(this.#bytes.toString('utf8'))
  }

  /** Zeroes it. */
  forget(): void {
    this.#bytes.fill(0)
  }

  toJSON(): string {
    return '[key]'
  }

  [inspect.custom](): string {
    return '[key]'
  }
}
