import { headerOf } from './response-headers.ts'

/** No provider says in more bytes that a key is wrong. */
const MOST = 16_384

/** Whether a body may be small JSON, by its head. */
export function isSmallJson(headers: readonly string[]): boolean {
  return (
    /^application\/json\b/i.test(headerOf(headers, 'content-type') ?? '') &&
    Number(headerOf(headers, 'content-length') ?? 0) <= MOST
  )
}

/** A body that is gathered, as long as it is small, to be looked at whole. */
export class WeighedBody {
  readonly chunks: Buffer[] = []
  readonly #refuses: (body: Buffer) => boolean
  #size = 0

  constructor(refuses: (body: Buffer) => boolean) {
    this.#refuses = refuses
  }

  /** False once it is too large to be looked at; the chunk is kept all the same. */
  push(chunk: Buffer): boolean {
    this.chunks.push(chunk)
    this.#size += chunk.length
    return this.#size <= MOST
  }

  /** Asked once, at its end. */
  refusesKey(): boolean {
    return this.#refuses(Buffer.concat(this.chunks))
  }
}
