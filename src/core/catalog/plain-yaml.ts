// A catalog of 20,000 models takes the YAML library more than a second. Nearly all catalogs, the shipped one and those
// programs make, keep to a small part of YAML, which is read here in a fraction of that. Whatever leaves that part by a
// hair is not guessed at: the answer is `undefined`, and the library reads it.
import { CatalogError, Located, type Content } from './located.ts'

interface Line {
  indent: number
  dash: boolean
  key: string | undefined
  value: string | undefined
}

const MAX_DEPTH = 16
const MAX_LINE = 1000

const QUOTED = String.raw`"[^"\\]*"|'[^']*'`
const KEY = String.raw`${QUOTED}|[\w./](?:[\w./@+-]|:(?=[\w/]))*`
const LINE = new RegExp(String.raw`^( *)(- )?(?:(${KEY}):(?: +(?!#)(\S.*)| +#.*| *)|(\S.*))$`)
const SCALAR = new RegExp(String.raw`^(?:${QUOTED}|[\w./](?:[\w ./()@+,-]|:(?=[\w/]))*)$`)
const FLOW_KEY = new RegExp(`(${KEY}): +`, 'y')
const FLOW_SCALAR = new RegExp(String.raw`${QUOTED}|[\w./](?:[\w ./()@+-]|:(?=[\w/]))*`, 'y')
const NUMBER = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const OTHER_NUMBER = /^(?:0[ox]\w+|[-+]?\.(?:inf|nan))$/i

class NotPlain extends Error {}

const notPlain = (): never => {
  throw new NotPlain()
}

/** Reads a text of the plain form; undefined where it is of another. Its values do not know their places. */
export function readPlain(text: string): Located | undefined {
  try {
    return new PlainText(linesOf(text)).root()
  } catch (cause) {
    if (cause instanceof NotPlain) return undefined
    throw cause
  }
}

function linesOf(text: string): Line[] {
  const lines: Line[] = []
  for (const line of text.split(/\r?\n/)) {
    if (/^ *(?:#.*)?$/.test(line)) continue
    const [, spaces = '', dash, key, value, item] = (line.length > MAX_LINE ? null : LINE.exec(line)) ?? notPlain()
    lines.push({ indent: spaces.length, dash: dash !== undefined, key, value: value ?? item })
  }
  return lines
}

class PlainText {
  readonly #lines: Line[]
  #next = 0

  constructor(lines: Line[]) {
    this.#lines = lines
  }

  root(): Located {
    const first = this.#lines[0] ?? notPlain()
    const root = this.#block(first.indent, 0)
    return this.#next === this.#lines.length ? root : notPlain()
  }

  #block(indent: number, depth: number): Located {
    if (depth > MAX_DEPTH) return notPlain()
    return this.#lines[this.#next]?.dash === true ? this.#list(indent, depth) : this.#map(indent, depth)
  }

  #map(indent: number, depth: number): Located {
    const pairs: [Located, Located][] = []
    for (let line = this.#lines[this.#next]; line?.indent === indent && !line.dash; line = this.#lines[this.#next]) {
      this.#next++
      const key = scalar(line.key ?? notPlain())
      pairs.push([key, line.value === undefined ? this.#below(indent, depth) : inline(line.value)])
    }
    return located({ kind: 'map', pairs })
  }

  /** What stands under a key without a value: a deeper block, or a list at the key's own indentation. */
  #below(indent: number, depth: number): Located {
    const line = this.#lines[this.#next]
    if (line !== undefined && (line.indent > indent || (line.indent === indent && line.dash))) {
      return this.#block(line.indent, depth + 1)
    }
    return nothing
  }

  #list(indent: number, depth: number): Located {
    const items: Located[] = []
    for (let line = this.#lines[this.#next]; line?.indent === indent && line.dash; line = this.#lines[this.#next]) {
      if (line.key === undefined) {
        this.#next++
        items.push(inline(line.value ?? notPlain()))
      } else {
        // `- key: value` opens a map whose keys stand where its first one does.
        this.#lines[this.#next] = { ...line, indent: indent + 2, dash: false }
        items.push(this.#block(indent + 2, depth + 1))
      }
    }
    return located({ kind: 'list', items })
  }
}

/** The rest of a line: a scalar, or a list or map in brackets, and perhaps a comment. */
function inline(written: string): Located {
  const text = written.replace(/ +(?:#.*)?$/, '')
  if (text.startsWith('{') || text.startsWith('[')) {
    const flow = new Flow(text)
    const value = flow.value(0)
    return flow.ended ? value : notPlain()
  }
  return SCALAR.test(text) ? scalar(text) : notPlain()
}

class Flow {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get ended(): boolean {
    return this.#at === this.#text.length
  }

  value(depth: number): Located {
    if (depth > MAX_DEPTH) return notPlain()
    if (this.#takes('{')) {
      const pairs: [Located, Located][] = []
      this.#each('}', () => pairs.push([scalar(this.#match(FLOW_KEY)), this.value(depth + 1)]))
      return located({ kind: 'map', pairs })
    }
    if (this.#takes('[')) {
      const items: Located[] = []
      this.#each(']', () => items.push(this.value(depth + 1)))
      return located({ kind: 'list', items })
    }
    return scalar(this.#match(FLOW_SCALAR).trimEnd())
  }

  #each(end: string, read: () => void): void {
    if (this.#takes(end)) return
    do read()
    while (this.#takes(','))
    if (!this.#takes(end)) notPlain()
  }

  /** Steps over one character and the spaces around it, if it is the next. */
  #takes(character: string): boolean {
    let at = this.#at
    while (this.#text[at] === ' ') at++
    if (this.#text[at] !== character) return false
    do at++
    while (this.#text[at] === ' ')
    this.#at = at
    return true
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text) ?? notPlain()
    this.#at = pattern.lastIndex
    return found[1] ?? found[0]
  }
}

function scalar(written: string): Located {
  if (/^["']/.test(written)) return located({ kind: 'text', written: written.slice(1, -1) })
  if (/^(?:null|Null|NULL)$/.test(written)) return located({ kind: 'nothing', written })
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(written)) return located({ kind: 'boolean', written })
  if (NUMBER.test(written)) return located({ kind: 'number', written, value: Number(written) })
  return OTHER_NUMBER.test(written) ? notPlain() : located({ kind: 'text', written })
}

// Nobody reads this sentence: what is refused here is read again by the library, which knows the place.
const located = (content: Content): Located =>
  new Located(content, (problem) => {
    throw new CatalogError('', problem)
  })

const nothing = located({ kind: 'nothing', written: '' })
