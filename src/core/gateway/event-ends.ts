/** Reads an event stream for where its events end: only there may another one be put. */
export class EventEnds {
  #last = ''

  /** Whether no event has begun that has not ended. */
  get isBetween(): boolean {
    return this.#last === '' || /(?:\n\n|\r\n\r\n|\r\r)$/.test(this.#last)
  }

  push(bytes: Buffer): void {
    this.#last = (this.#last + bytes.subarray(-4).toString('latin1')).slice(-4)
  }

  /** How many of the bytes that come next belong to the event that has begun; undefined where it does not end in them. */
  endIn(bytes: Buffer): number | undefined {
    const before = this.#last.slice(-3)
    const found = /\n\n|\r\n\r\n|\r\r/.exec(before + bytes.toString('latin1'))
    return found === null ? undefined : found.index + found[0].length - before.length
  }
}
