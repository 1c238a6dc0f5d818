import { encodingOf } from './encoded-echo.ts'
import { headerOf } from './response-headers.ts'

/** How much of an answer is held at once; of a larger one the usage stays unknown. */
const MOST = 524_288
const NEWLINE = 10
/** A usage that says something: OpenAI's streams carry one that is null in every event. Within a text its quotes are escaped. */
const SAYS_USAGE = /"usage(?:Metadata)?"\s*:\s*\{/

/** A side copy of an answer, of which no more is kept than the JSON that says what was used. */
export class UsageTap {
  #kind: 'json' | 'events' | 'none' = 'none'
  #parts: Buffer[] = []
  #size = 0
  #first: string | undefined
  #last: string | undefined

  head(status: number, headers: readonly string[]): void {
    if (status >= 300 || encodingOf(headerOf(headers, 'content-encoding')) !== 'plain') return
    const type = headerOf(headers, 'content-type') ?? ''
    if (/^text\/event-stream\b/i.test(type)) this.#kind = 'events'
    else if (/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) this.#kind = 'json'
  }

  chunk(bytes: Buffer): void {
    if (this.#kind === 'none') return
    let start = 0
    if (this.#kind === 'events') {
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
        this.#hold(bytes.subarray(start, end))
        this.#line()
        start = end + 1
      }
    }
    this.#hold(bytes.subarray(start))
  }

  /** The texts of JSON that tell of the usage: the first and the last there were. */
  take(): string[] {
    if (this.#kind !== 'none') this.#line()
    return [this.#first, this.#last].filter((text) => text !== undefined)
  }

  #hold(bytes: Buffer): void {
    this.#size += bytes.length
    if (this.#size <= MOST) this.#parts.push(bytes)
    else this.#parts = []
  }

  #line(): void {
    const whole = this.#size <= MOST
    const text = Buffer.concat(this.#parts).toString('utf8')
    this.#parts = []
    this.#size = 0
    if (!whole || !SAYS_USAGE.test(text)) return
    const json = text.replace(/^data:\s*/, '')
    if (this.#first === undefined) this.#first = json
    else this.#last = json
  }
}
