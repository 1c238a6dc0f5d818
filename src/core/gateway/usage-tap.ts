import { encodingOf } from './encoded-echo.ts'
import { headerOf } from './response-headers.ts'

/** How much of an answer is held at once; of a larger one the usage stays unknown. */
const MOST = 524_288
const NEWLINE = 10
/** A usage that says something: OpenAI's streams carry one that is null in every event. Within a text its quotes are escaped. */
const SAYS_USAGE = /"usage(?:Metadata)?"\s*:\s*\{/
/** What a model has written, by the names that the dialects give it. */
const WRITTEN =
  /"(?:content|text|delta|thinking|reasoning|reasoning_content|refusal|partial_json|arguments|transcript)"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)"/g
/** OpenAI's responses say at the end of each part once more what it came to. */
const SAYS_AGAIN = /"type"\s*:\s*"response\.(?:[\w.]+\.done|completed|incomplete|failed)"/
const SAYS_MODEL = /"model(?:Version)?"\s*:\s*"([^"\\]{1,255})"/

/** A side copy of an answer, of which no more is kept than the JSON that says what was used. */
export class UsageTap {
  /** `text`: what cannot be looked into, and is counted as it is. */
  #kind: 'json' | 'events' | 'text' | 'none' = 'none'
  #parts: Buffer[] = []
  #size = 0
  #first: string | undefined
  #last: string | undefined
  #written = 0
  #model: string | null = null

  /** How many bytes of text the model has written so far, as far as that can be told. */
  get written(): number {
    return this.#written
  }

  /** The model that the answer names. */
  get model(): string | null {
    return this.#model
  }

  head(status: number, headers: readonly string[]): void {
    if (status >= 300) return
    const type = headerOf(headers, 'content-type') ?? ''
    const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(type)
    if (encodingOf(headerOf(headers, 'content-encoding')) !== 'plain') this.#kind = 'text'
    else if (/^text\/event-stream\b/i.test(type)) this.#kind = 'events'
    else if (isJson) this.#kind = 'json'
    else if (/^text\//i.test(type)) this.#kind = 'text'
  }

  chunk(bytes: Buffer): void {
    if (this.#kind === 'none') return
    if (this.#kind === 'text') {
      this.#written += bytes.length
      return
    }
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
    if (this.#kind === 'json' || this.#kind === 'events') this.#line()
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
    if (!whole || text.length < 3) return
    this.#count(text)
    if (!SAYS_USAGE.test(text)) return
    const json = text.replace(/^data:\s*/, '')
    if (this.#first === undefined) this.#first = json
    else this.#last = json
  }

  #count(text: string): void {
    this.#model ??= SAYS_MODEL.exec(text)?.[1] ?? null
    if (SAYS_AGAIN.test(text)) return
    for (const [, written = ''] of text.matchAll(WRITTEN)) this.#written += Buffer.byteLength(written)
  }
}
