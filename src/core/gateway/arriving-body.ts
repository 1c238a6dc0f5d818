import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { appError } from '../../shared/errors.ts'
import { hasBody } from '../http/json-body.ts'
import type { ModelScanner } from './model-scanner.ts'

/** Read ahead while a request is being looked at, and kept in a stream; the rest waits in the caller's socket. */
const AHEAD = 65_536

/**
 * The body of a request on its way. Either it is read to its end first (`readAll`), or it is handed on as it comes
 * (`open`), again for another try as long as no more bytes have come by than may be kept. Must be let go by `discard`.
 */
export class ArrivingBody {
  readonly #req: IncomingMessage
  readonly #announced: boolean
  #kept: Buffer[] = []
  #size = 0
  #keep = AHEAD
  #overflown = false
  #state: 'waiting' | 'ended' | 'broken'
  #reader: Readable | undefined
  #onChange: (() => void) | undefined

  constructor(req: IncomingMessage) {
    this.#req = req
    this.#announced = hasBody(req)
    this.#state = this.#announced ? 'waiting' : 'ended'
    if (!this.#announced) return
    req.on('data', this.#onData)
    req.once('end', this.#onEnd)
    req.once('close', this.#onClose)
  }

  /** The whole body. `scanner` sees each piece as it comes. Throws `body_too_large` beyond `limit` bytes. */
  async readAll(limit: number, scanner?: ModelScanner): Promise<Buffer> {
    this.#keep = limit
    if (this.#state === 'waiting') this.#req.resume()
    let scanned = 0
    for (;;) {
      if (this.#size > limit || Number(this.#req.headers['content-length'] ?? 0) > limit) {
        throw appError('body_too_large', { limit: `${Math.floor(limit / 1_048_576)} MiB` })
      }
      for (; scanned < this.#kept.length; scanned++) scanner?.push(this.#kept[scanned] ?? Buffer.alloc(0))
      if (this.#state === 'broken') throw gone()
      if (this.#state === 'ended') return this.#whole()
      await this.#changed()
    }
  }

  /** How many bytes have come. */
  get size(): number {
    return this.#size
  }

  /** Gives a small body the moment it takes to arrive, since one that is there whole goes up in one piece. */
  async settle(): Promise<void> {
    if (this.#state === 'waiting' && Number(this.#req.headers['content-length'] ?? AHEAD) < AHEAD) {
      await new Promise(setImmediate)
    }
  }

  /** How many bytes may be kept for another try. */
  keepUpTo(bytes: number): void {
    this.#keep = Math.max(bytes, AHEAD)
  }

  /** What goes up: nothing, all of it, or a stream of what is here and what is to come. */
  open(): Buffer | Readable | null {
    if (!this.#announced) return null
    if (this.#state === 'ended') return this.#whole()
    const read = (): void => void this.#req.resume()
    const reader = new Readable({ read, highWaterMark: AHEAD })
    // The one who sends it learns of an end that comes too early; until then nobody else has to.
    reader.on('error', () => undefined)
    this.#reader = reader
    for (const chunk of this.#kept) reader.push(chunk)
    if (this.#state === 'broken') reader.destroy(gone())
    return reader
  }

  /** Whether `open` can start from the beginning once more. */
  get isWhole(): boolean {
    return !this.#overflown
  }

  /** Lets go: what is still to come is read over, so that the connection can carry the next request. */
  discard(): void {
    this.#req.off('data', this.#onData)
    this.#req.off('end', this.#onEnd)
    this.#req.off('close', this.#onClose)
    this.#kept = []
    this.#reader = undefined
    if (this.#announced && !this.#req.destroyed) this.#req.resume()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#size += chunk.length
    if (this.#reader === undefined || this.#size <= this.#keep) this.#kept.push(chunk)
    else {
      this.#overflown = true
      this.#kept = []
    }
    // One byte more than may be kept has to come, or the end of a body of just that size would never be seen.
    const goOn = this.#reader === undefined ? this.#size <= this.#keep : this.#reader.push(chunk)
    if (!goOn) this.#req.pause()
    this.#onChange?.()
  }

  readonly #onEnd = (): void => {
    this.#state = 'ended'
    this.#reader?.push(null)
    this.#onChange?.()
  }

  readonly #onClose = (): void => {
    if (this.#state !== 'waiting') return
    this.#state = 'broken'
    this.#reader?.destroy(gone())
    this.#onChange?.()
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = () => {
        this.#onChange = undefined
        resolve()
      }
    })
  }

  #whole(): Buffer {
    const [only = Buffer.alloc(0), another] = this.#kept
    if (another === undefined) return only
    const whole = Buffer.concat(this.#kept)
    this.#kept = [whole]
    return whole
  }
}

function gone() {
  return appError('request_malformed', { what: 'The body ended before it was complete' })
}
