// Finds the model's name in the bytes of a JSON body as they arrive, without building the value and without touching
// a byte. It follows the structure to the end, since the last of two names would be the one an upstream reads.
import { appError } from '../../shared/errors.ts'

/** A text that names the model: its place in the body, quotes included, and what it says. */
export interface ModelSpan {
  start: number
  end: number
  value: string
}

export interface FoundModels {
  /** The text at the top of the body. */
  top: ModelSpan | undefined
  /** Where Gemini's bodies say it once more: `requests[].model`, `generateContentRequest.model`. */
  repeats: ModelSpan[]
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OBJECT = 0x7b
const OBJECT_END = 0x7d
const ARRAY = 0x5b
const ARRAY_END = 0x5d
const COLON = 0x3a
const COMMA = 0x2c

const MAX_DEPTH = 1_000
/** Five escaped characters and their quotes take 32 bytes; `generateContentRequest` takes 24. */
const MAX_KEY = 160
const MAX_NAME = 4_096
const REPEATS: ReadonlySet<string> = new Set(['requests[].model', 'generateContentRequest.model'])

/** What may come next. `first` is a value or the end of an array, `key` a key or, right after `{`, the end. */
type Expected = 'value' | 'first' | 'first key' | 'key' | 'colon' | 'comma' | 'nothing'

interface Level {
  object: boolean
  key: string
}

/** Reads one body: `push` its chunks, then `end`. Throws `request_malformed` for what is not a JSON object. */
export class ModelScanner {
  #expected: Expected = 'value'
  readonly #levels: Level[] = []
  #offset = 0
  /** Inside a text. */
  #text: { key: boolean; start: number; kept: Buffer[] | undefined; size: number } | undefined
  #escaped = false
  #scalar = false
  readonly #found: FoundModels = { top: undefined, repeats: [] }

  push(chunk: Buffer): void {
    let i = 0
    // The next backslash at or after i; looked for again only once it has been passed.
    let backslash = -2
    while (i < chunk.length) {
      if (this.#text !== undefined) {
        const begin = i
        if (this.#escaped) {
          this.#escaped = false
          i += 1
        }
        let closed = false
        while (i < chunk.length) {
          const quote = chunk.indexOf(QUOTE, i)
          if (backslash !== -1 && backslash < i) backslash = chunk.indexOf(BACKSLASH, i)
          if (backslash !== -1 && (quote === -1 || backslash < quote)) {
            this.#escaped = backslash + 1 >= chunk.length
            i = backslash + 2
            continue
          }
          closed = quote !== -1
          i = closed ? quote + 1 : chunk.length
          break
        }
        i = Math.min(i, chunk.length)
        this.#keep(chunk.subarray(begin, i))
        if (closed) this.#closeText(this.#offset + i)
        continue
      }
      this.#byte(chunk[i] ?? 0, this.#offset + i)
      i += 1
    }
    this.#offset += chunk.length
  }

  end(): FoundModels {
    this.#scalar = false
    if (this.#expected !== 'nothing' || this.#text !== undefined) throw malformed('The body is not complete JSON')
    return this.#found
  }

  #byte(byte: number, at: number): void {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      this.#scalar = false
      return
    }
    if (this.#scalar && isScalar(byte)) return
    this.#scalar = false
    switch (this.#expected) {
      case 'colon':
        if (byte !== COLON) throw malformed()
        this.#expected = 'value'
        return
      case 'comma':
        this.#afterValue(byte)
        return
      case 'first key':
      case 'key':
        if (byte === QUOTE) this.#openText(true, at)
        else if (byte === OBJECT_END && this.#expected === 'first key') this.#close(true)
        else throw malformed()
        return
      case 'first':
      case 'value':
        this.#value(byte, at)
        return
      case 'nothing':
        throw malformed('Something follows the JSON of the body')
    }
  }

  #value(byte: number, at: number): void {
    if (this.#levels.length === 0 && byte !== OBJECT) throw malformed('The body must be a JSON object')
    if (byte === QUOTE) {
      this.#openText(false, at)
      return
    }
    if (this.#isTop()) throw malformed('"model" must be a text')
    if (byte === OBJECT || byte === ARRAY) {
      if (this.#levels.length >= MAX_DEPTH) throw malformed('The body is nested too deep')
      this.#levels.push({ object: byte === OBJECT, key: '' })
      this.#expected = byte === OBJECT ? 'first key' : 'first'
    } else if (byte === ARRAY_END && this.#expected === 'first') this.#close(false)
    else if (isScalar(byte)) {
      this.#scalar = true
      this.#expected = 'comma'
    } else throw malformed()
  }

  #afterValue(byte: number): void {
    const level = this.#levels.at(-1)
    if (byte === COMMA) this.#expected = level?.object === true ? 'key' : 'value'
    else if (byte === OBJECT_END || byte === ARRAY_END) this.#close(byte === OBJECT_END)
    else throw malformed()
  }

  #close(object: boolean): void {
    if (this.#levels.pop()?.object !== object) throw malformed()
    this.#expected = this.#levels.length === 0 ? 'nothing' : 'comma'
  }

  #openText(key: boolean, start: number): void {
    const kept = key ? this.#levels.length <= 3 : this.#isTop() || REPEATS.has(this.#path())
    this.#text = { key, start, kept: kept ? [Buffer.from([QUOTE])] : undefined, size: 1 }
  }

  #keep(bytes: Buffer): void {
    const text = this.#text
    if (text?.kept === undefined) return
    text.size += bytes.length
    if (text.size <= (text.key ? MAX_KEY : MAX_NAME)) text.kept.push(bytes)
    else if (text.key) text.kept = undefined
    else throw malformed('"model" is too long')
  }

  #closeText(end: number): void {
    const text = this.#text
    if (text === undefined) return
    this.#text = undefined
    const value = text.kept === undefined ? undefined : textOf(Buffer.concat(text.kept))
    if (text.key) {
      const level = this.#levels.at(-1)
      if (level !== undefined) level.key = value ?? ''
      // Go reads names without regard to case, so `Model` after `model` would be the one that counts there.
      if (this.#levels.length === 1 && value?.toLowerCase() === 'model') {
        if (value !== 'model' || this.#found.top !== undefined) throw malformed('The body names its model twice')
      }
      this.#expected = 'colon'
      return
    }
    this.#expected = 'comma'
    if (value === undefined) return
    const span = { start: text.start, end, value }
    if (this.#isTop()) this.#found.top = span
    else this.#found.repeats.push(span)
  }

  #isTop(): boolean {
    return this.#levels.length === 1 && this.#levels[0]?.key === 'model'
  }

  #path(): string {
    const depth = this.#levels.length
    if (depth < 2 || depth > 3 || this.#levels.at(-1)?.key !== 'model') return ''
    return this.#levels
      .map(({ object, key }) => (object ? `.${key}` : '[]'))
      .join('')
      .slice(1)
  }
}

/** The body with other texts in these places, in their order, and no other byte changed. */
export function withNames(body: Buffer, changes: readonly (ModelSpan & { name: string })[]): Buffer {
  const parts: Buffer[] = []
  let from = 0
  for (const { start, end, name } of changes) {
    parts.push(body.subarray(from, start), Buffer.from(JSON.stringify(name)))
    from = end
  }
  return Buffer.concat([...parts, body.subarray(from)])
}

function textOf(quoted: Buffer): string {
  try {
    return String(JSON.parse(quoted.toString('utf8')))
  } catch {
    throw malformed()
  }
}

/** Numbers, true, false, null: what they say is the upstream's to judge. */
function isScalar(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x45
  )
}

function malformed(what = 'The body is not valid JSON') {
  return appError('request_malformed', { what })
}
