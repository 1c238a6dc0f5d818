// The rows of some tables out of what pg_dump writes as SQL: COPY blocks and INSERT statements, whatever stands in the
// rest of the dump. No general SQL: what is not one of these statements is stepped over, string by string.

/** One row by column; null for NULL. */
export type Row = Record<string, string | null>

interface Token {
  kind: 'word' | 'text' | 'sign'
  value: string
}

// Comments, commands of psql, strings in each of PostgreSQL's spellings, names, and single signs.
const LEXEME =
  /--[^\n]*|\\[^\n]*|\/\*[^]*?\*\/|[eE]'([^'\\]*(?:(?:\\[^]|'')[^'\\]*)*)'|'([^']*(?:''[^']*)*)'|"([^"]*(?:""[^"]*)*)"|(\$\w*\$)[^]*?\4|([A-Za-z_][\w$]*)|([+-]?\d[\w.]*)|\s+|[^]/y

/** The rows of the tables named, in the dump's order. Throws an error without the text where the dump is cut off. */
export function rowsOfDump(text: string, tables: readonly string[]): Map<string, Row[]> {
  const rows = new Map<string, Row[]>(tables.map((name) => [name, []]))
  const columns = new Map<string, string[]>()
  let statement: Token[] = []
  LEXEME.lastIndex = 0
  while (LEXEME.lastIndex < text.length) {
    const match = LEXEME.exec(text)
    if (match === null) throw new Error('it is cut off in the middle of a text')
    const token = tokenOf(match)
    if (token === undefined) continue
    if (token.kind !== 'sign' || token.value !== ';') {
      statement.push(token)
      continue
    }
    const table = tableOf(statement)
    if (isCopy(statement)) {
      const { lines, end } = copyLines(text, LEXEME.lastIndex)
      LEXEME.lastIndex = end
      if (table !== undefined) rows.get(table)?.push(...copyRows(lines, columnsIn(statement)))
    } else if (table !== undefined) {
      if (isWord(statement[0], 'create')) columns.set(table, columnsOfTable(statement))
      if (isWord(statement[0], 'insert')) rows.get(table)?.push(...insertRows(statement, columns.get(table) ?? []))
    }
    statement = []
  }
  return rows

  function tableOf(tokens: readonly Token[]): string | undefined {
    const at = isWord(tokens[0], 'copy') ? 1 : isWord(tokens[0], 'insert') || isWord(tokens[0], 'create') ? 2 : 0
    // `public.provider` or `provider`.
    const name = tokens[at + 1]?.value === '.' ? tokens[at + 2]?.value : tokens[at]?.value
    return at > 0 && tables.includes(name ?? '') ? name : undefined
  }
}

function tokenOf([whole, escaped, plain, quoted, , word, number]: RegExpExecArray): Token | undefined {
  if (escaped !== undefined) return { kind: 'text', value: unescapeString(escaped) }
  if (plain !== undefined) return { kind: 'text', value: plain.replaceAll("''", "'") }
  if (quoted !== undefined) return { kind: 'word', value: quoted.replaceAll('""', '"') }
  if (word !== undefined || number !== undefined) return { kind: 'word', value: whole }
  if (whole === "'") throw new Error('it is cut off in the middle of a text')
  return /^(?:\s|--|\\|\/\*|\$)/.test(whole) ? undefined : { kind: 'sign', value: whole }
}

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'word' && token.value.toLowerCase() === word

const isCopy = (tokens: readonly Token[]): boolean => isWord(tokens[0], 'copy') && isWord(tokens.at(-1), 'stdin')

/** The names in the first pair of brackets; none where there is no bracket. */
function columnsIn(tokens: readonly Token[]): string[] {
  const from = tokens.findIndex(({ value }) => value === '(')
  if (from === -1) return []
  const to = tokens.findIndex(({ value }) => value === ')')
  return tokens.slice(from + 1, to).flatMap(({ kind, value }) => (kind === 'word' ? [value] : []))
}

/** In CREATE TABLE, the first word of each part. */
function columnsOfTable(tokens: readonly Token[]): string[] {
  const parts = partsIn(
    tokens,
    tokens.findIndex(({ value }) => value === '('),
  ).parts
  return parts.flatMap(([first]) => (first === undefined || isWord(first, 'constraint') ? [] : [first.value]))
}

function insertRows(tokens: readonly Token[], ofTable: readonly string[]): Row[] {
  const values = tokens.findIndex((token) => isWord(token, 'values'))
  const listed = columnsIn(tokens.slice(0, values))
  const names = listed.length > 0 ? listed : ofTable
  const rows: Row[] = []
  for (let at = values + 1; tokens[at]?.value === '(';) {
    const { parts, end } = partsIn(tokens, at)
    rows.push(
      rowOf(
        names,
        parts.map(([token]) => (token === undefined || isWord(token, 'null') ? null : token.value)),
      ),
    )
    // Over the bracket and the comma.
    at = end + 2
  }
  return rows
}

/** The parts between the bracket at `open` and its own end, at the commas that are in no bracket inside. */
function partsIn(tokens: readonly Token[], open: number): { parts: Token[][]; end: number } {
  const parts: Token[][] = [[]]
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined) break
    const sign = token.kind === 'sign' ? token.value : ''
    if (sign === '(' && depth++ === 0) continue
    if (sign === ')' && --depth === 0) return { parts, end: at }
    if (sign === ',' && depth === 1) parts.push([])
    else parts.at(-1)?.push(token)
  }
  throw new Error('it is cut off in the middle of a row')
}

/** The lines of a COPY block, which begins after the line it stands on and ends with `\.`. */
function copyLines(text: string, from: number): { lines: string[]; end: number } {
  const begin = text.indexOf('\n', from) + 1
  const end = text.startsWith('\\.', begin) ? begin : text.indexOf('\n\\.', begin) + 1
  if (begin === 0 || (end === 0 && begin !== 0)) throw new Error('it is cut off in the middle of a table')
  const block = text.slice(begin, end)
  return { lines: block.split('\n').slice(0, -1), end: end + 2 }
}

function copyRows(lines: readonly string[], names: readonly string[]): Row[] {
  return lines.map((line) =>
    rowOf(
      names,
      line
        .replace(/\r$/, '')
        .split('\t')
        .map((field) => (field === '\\N' ? null : unescapeString(field))),
    ),
  )
}

function rowOf(names: readonly string[], values: readonly (string | null)[]): Row {
  if (names.length !== values.length) throw new Error('a row does not have the columns of its table')
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? null]))
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

function unescapeString(text: string): string {
  return text.replaceAll(/\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|[^])|''/g, (whole, code: string | undefined) => {
    if (code === undefined) return "'"
    if (/^[0-7]/.test(code)) return String.fromCharCode(parseInt(code, 8))
    if (/^x./.test(code)) return String.fromCharCode(parseInt(code.slice(1), 16))
    return ESCAPES[code] ?? whole.slice(1)
  })
}
