// An answer in an encoding that was not asked for is passed on as it is; what it says is read on the side. A piece goes
// to the caller only when everything it decodes to has been looked at, so the caller can never read ahead of the guard.
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib'
import type { Transform } from 'node:stream'
import { EchoGuard } from './echo-guard.ts'

/** Of the decoded text. It is not kept, only read; the bound is on the time a bomb may take. */
export const DECODED_LIMIT = 1_073_741_824

const ENCODINGS: Readonly<Record<string, (first: Buffer) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
  // RFC 9110 means the zlib format by `deflate`; some servers send the bare one.
  deflate: (first) => (hasZlibHead(first) ? createInflate() : createInflateRaw()),
}

/** `plain`: there is nothing to decode. `unknown`: there is, and it cannot be read. */
export function encodingOf(header: string | undefined): 'plain' | 'unknown' | { encoding: string } {
  const names = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  const [encoding, another] = names
  if (encoding === undefined) return 'plain'
  return another === undefined && Object.hasOwn(ENCODINGS, encoding) ? { encoding } : 'unknown'
}

export type Look = 'clean' | 'undecided' | 'echo' | 'unreadable'

/** Reads an encoded stream for a key. One look at a time. */
export class EncodedEcho {
  readonly #encoding: string
  readonly #guard: EchoGuard
  readonly #limit: number
  #decoder: Transform | undefined
  #decoded = 0
  #onClose: (() => void) | undefined
  #verdict: 'echo' | 'unreadable' | undefined

  constructor(encoding: string, forms: readonly Buffer[], limit = DECODED_LIMIT) {
    this.#encoding = encoding
    this.#guard = new EchoGuard(forms)
    this.#limit = limit
  }

  /** `undecided`: the decoded text ends with what could be the beginning of a key. */
  async look(chunk: Buffer): Promise<Look> {
    const decoder = (this.#decoder ??= this.#begin(chunk))
    if (this.#verdict === undefined) {
      await this.#until((done) => decoder.write(chunk, done))
    }
    return this.#settled(decoder)
  }

  /** After the last chunk. */
  async end(): Promise<Look> {
    const decoder = this.#decoder
    if (decoder === undefined) return 'clean'
    if (this.#verdict === undefined) {
      await this.#until((done) => {
        decoder.once('end', done)
        decoder.end()
      })
    }
    const look = await this.#settled(decoder)
    return look === 'undecided' ? 'clean' : look
  }

  destroy(): void {
    this.#decoder?.destroy()
  }

  /** Until `act` is done, or the decoder is: one that ends within a piece forgets to call back. */
  #until(act: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      this.#onClose = resolve
      act(resolve)
    })
  }

  #begin(first: Buffer): Transform {
    const decoder = ENCODINGS[this.#encoding]?.(first) ?? createInflate()
    decoder.on('error', () => (this.#verdict ??= 'unreadable'))
    decoder.on('close', () => this.#onClose?.())
    decoder.on('data', (text: Buffer) => {
      this.#decoded += text.length
      if (!this.#guard.push(text, ignore)) this.#verdict ??= 'echo'
      else if (this.#decoded > this.#limit) this.#verdict ??= 'unreadable'
      if (this.#verdict !== undefined) decoder.destroy()
    })
    return decoder
  }

  /** Waits until all that has been decoded has been read. */
  async #settled(decoder: Transform): Promise<Look> {
    while (this.#verdict === undefined && decoder.readableLength > 0) await new Promise(setImmediate)
    return this.#verdict ?? (this.#guard.holds ? 'undecided' : 'clean')
  }
}

function ignore(): void {
  // The decoded text is only looked at.
}

function hasZlibHead([first = 0, second = 0]: Buffer): boolean {
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
}
