/** Why a catalog cannot be used: one sentence with source, line and column. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError'
  readonly source: string
  /** The place in the text, counted from 1; undefined where there is no text. */
  readonly line: number | undefined
  readonly column: number | undefined

  constructor(source: string, problem: string, place?: { line: number; column: number }, cause?: unknown) {
    const at = place === undefined ? '' : `, line ${place.line}, column ${place.column}`
    super(`${source}${at}: ${problem}`, cause === undefined ? undefined : { cause })
    this.source = source
    this.line = place?.line
    this.column = place?.column
  }
}

/** A text for a sentence: in quotes, on one line, shortened. */
export const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)

/** Ends in a CatalogError that says what is wrong at one place. */
export type Refuse = (problem: string) => never

export type Content =
  | { kind: 'nothing' | 'text' | 'boolean'; written: string }
  | { kind: 'number'; written: string; value: number }
  | { kind: 'list'; items: Located[] }
  | { kind: 'map'; pairs: [key: Located, value: Located][] }

/** The fields of a map, each name once, in the order written. */
export type Fields = Map<string, { key: Located; value: Located }>

/** One value of a text written by hand. Asked for the wrong kind, it refuses with what belongs there. */
export class Located {
  readonly #content: Content
  /** For this place. */
  readonly refuse: Refuse

  constructor(content: Content, refuse: Refuse) {
    this.#content = content
    this.refuse = refuse
  }

  get kind(): Content['kind'] {
    return this.#content.kind
  }

  /** The text as it was written: a version such as 4.10 stays what it is. Undefined where there is nothing. */
  text(what: string): string | undefined {
    const content = this.#content
    if (content.kind === 'nothing') return undefined
    return 'written' in content ? content.written : this.refuse(`${what} must be a text, not a ${content.kind}`)
  }

  number(what: string): number | undefined {
    const content = this.#content
    if (content.kind === 'nothing') return undefined
    return content.kind === 'number' ? content.value : this.refuse(`${what} must be a number, not a ${content.kind}`)
  }

  items(what: string): readonly Located[] {
    const content = this.#content
    if (content.kind === 'nothing') return []
    return content.kind === 'list' ? content.items : this.refuse(`${what} must be a list, not a ${content.kind}`)
  }

  fields(what: string): Fields {
    const content = this.#content
    const fields: Fields = new Map()
    if (content.kind === 'nothing') return fields
    if (content.kind !== 'map') return this.refuse(`${what} must be a map, not a ${content.kind}`)
    for (const [key, value] of content.pairs) {
      const name = 'written' in key.#content ? key.#content.written : key.refuse(`a name in ${what} must be a text`)
      if (name === '<<') key.refuse('merging with "<<" is not supported; write the fields out')
      if (fields.has(name)) key.refuse(`${quoted(name)} stands twice in ${what}; keep one`)
      fields.set(name, { key, value })
    }
    return fields
  }
}
