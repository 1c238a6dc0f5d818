// A provider that sends its key back, in an error text or from a debugging endpoint, would hand it to the caller.
// Looked for is the key as it is, and as JSON or a URL writes it where that differs: what happens by accident. One who
// means harm knows the key already and can hide it in any way; nothing here could stop that.

/** Shorter keys would be found by chance. */
const LEAST = 16

/** The forms of a key to look for; none for a short one. The caller zeroes them with `fill(0)`. */
export function formsOf(key: Buffer): Buffer[] {
  if (key.length < LEAST) return []
  // Most keys look the same everywhere, and then no text is made of them.
  if (key.every(isPlain)) return [Buffer.from(key)]
  const text = key.toString('utf8')
  const json = JSON.stringify(text).slice(1, -1)
  const forms = new Set([text, json, json.replaceAll('/', String.raw`\/`), encodeURIComponent(text)])
  return [...forms].map((form) => Buffer.from(form))
}

/** Letters, digits, `-`, `.`, `_` and `~`, which neither JSON nor a URL writes otherwise. */
function isPlain(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x5f ||
    byte === 0x7e
  )
}

/** Whether one of the forms stands in a text of header size. */
export function holdsAny(text: string, forms: readonly Buffer[]): boolean {
  if (forms.length === 0) return false
  const bytes = Buffer.from(text, 'latin1')
  return forms.some((form) => bytes.includes(form))
}

const NOTHING = Buffer.alloc(0)

/** Reads a stream for the forms of a key. Only an end that could be the beginning of one is held back. */
export class EchoGuard {
  readonly #forms: readonly Buffer[]
  readonly #longest: number
  #held: Buffer = NOTHING

  constructor(forms: readonly Buffer[]) {
    this.#forms = forms
    this.#longest = Math.max(1, ...forms.map((form) => form.length))
  }

  /** Whether the last bytes could be the beginning of a key. */
  get holds(): boolean {
    return this.#held.length > 0
  }

  /** Passes on what cannot belong to a key; false where the key is in it, and then nothing of this chunk is passed. */
  push(chunk: Buffer, pass: (bytes: Buffer) => void): boolean {
    if (this.#forms.length === 0 || chunk.length === 0) {
      if (chunk.length > 0) pass(chunk)
      return true
    }
    if (this.#held.length > 0) return this.#pushAfterHeld(chunk, pass)
    if (this.#isIn(chunk)) return false
    this.#passAllButEnd(chunk, pass)
    return true
  }

  /** The stream is over: what was held back was no key. */
  end(pass: (bytes: Buffer) => void): void {
    if (this.#held.length > 0) pass(this.#held)
    this.#held = NOTHING
  }

  #pushAfterHeld(chunk: Buffer, pass: (bytes: Buffer) => void): boolean {
    const held = this.#held
    // A key across the seam lies within what is held and one key's length less one of what follows.
    const seam = Buffer.concat([held, chunk.subarray(0, this.#longest - 1)])
    if (this.#isIn(seam) || this.#isIn(chunk)) {
      held.fill(0)
      seam.fill(0)
      this.#held = NOTHING
      return false
    }
    this.#held = NOTHING
    if (chunk.length < this.#longest - 1) {
      this.#passAllButEnd(seam, pass)
    } else {
      pass(held)
      this.#passAllButEnd(chunk, pass)
    }
    return true
  }

  #passAllButEnd(bytes: Buffer, pass: (bytes: Buffer) => void): void {
    const end = this.#beginningAtEnd(bytes)
    if (end === 0) {
      pass(bytes)
      return
    }
    this.#held = Buffer.from(bytes.subarray(bytes.length - end))
    if (end < bytes.length) pass(bytes.subarray(0, bytes.length - end))
  }

  /** The length of the longest end of `bytes` with which a form begins. */
  #beginningAtEnd(bytes: Buffer): number {
    let longest = 0
    for (const form of this.#forms) {
      const first = form[0] ?? 0
      let at = Math.max(0, bytes.length - form.length + 1)
      for (at = bytes.indexOf(first, at); at !== -1 && bytes.length - at > longest; at = bytes.indexOf(first, at + 1)) {
        const length = bytes.length - at
        if (form.compare(bytes, at, bytes.length, 0, length) === 0) longest = length
      }
    }
    return longest
  }

  #isIn(bytes: Buffer): boolean {
    return this.#forms.some((form) => bytes.includes(form))
  }
}
