// What a person types or pastes at a hidden prompt, byte by byte, as a terminal in raw mode sends it. A paste is framed
// (bracketed paste), so that a line break inside it is seen for what it is and no second line of it reaches the shell.

const PASTE_BEGINS = '\x1b[200~'
const PASTE_ENDS = '\x1b[201~'

export type HiddenResult = { kind: 'line'; text: string } | { kind: 'cancelled' } | { kind: 'several_lines' }

/** Collects one hidden line from the chunks of a raw terminal. */
export class HiddenLine {
  #bytes: number[] = []
  #escape: string | undefined
  #pasting = false

  /** Takes a chunk; answers once the line is finished. */
  take(chunk: Buffer): HiddenResult | undefined {
    for (const [index, byte] of chunk.entries()) {
      if (this.#escape !== undefined) this.#continueEscape(byte)
      else if (byte === 0x1b) this.#escape = '\x1b'
      else if (byte === 0x03) return this.#end({ kind: 'cancelled' })
      else if (byte === 0x04 && this.#bytes.length === 0) return this.#end({ kind: 'cancelled' })
      else if (byte === 0x0d || byte === 0x0a) {
        if (this.#pasting) this.#bytes.push(0x0a)
        else return this.#finish(chunk.subarray(index + 1))
      } else if (byte === 0x7f || byte === 0x08) this.#dropCharacter()
      else if (byte === 0x15) this.#bytes = this.#wiped()
      else this.#bytes.push(byte)
    }
    return undefined
  }

  /** Enter ends the line; what a terminal without framed paste sends right behind it is a second line. */
  #finish(behind: Buffer): HiddenResult {
    const text = Buffer.from(this.#bytes).toString('utf8')
    const several = text.trim().includes('\n') || behind.some((byte) => byte > 0x20)
    return this.#end(several ? { kind: 'several_lines' } : { kind: 'line', text })
  }

  #end(result: HiddenResult): HiddenResult {
    this.#bytes = this.#wiped()
    return result
  }

  #continueEscape(byte: number): void {
    const sequence = this.#escape + String.fromCharCode(byte)
    // CSI and SS3 sequences end with a letter or a tilde; a lone Escape takes the next byte with it.
    const open = sequence === '\x1b[' || sequence === '\x1bO' || (sequence.startsWith('\x1b[') && byte < 0x40)
    this.#escape = open ? sequence : undefined
    if (sequence === PASTE_BEGINS) this.#pasting = true
    if (sequence === PASTE_ENDS) this.#pasting = false
  }

  /** Backspace takes a whole character: in UTF-8 the bytes after its first begin with the bits 10. */
  #dropCharacter(): void {
    let byte = this.#bytes.pop()
    while (byte !== undefined && (byte & 0xc0) === 0x80) byte = this.#bytes.pop()
  }

  #wiped(): number[] {
    this.#bytes.fill(0)
    return []
  }
}
