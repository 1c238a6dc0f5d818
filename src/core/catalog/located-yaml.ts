import { Composer, Lexer, Parser, isAlias, isMap, isScalar, isSeq, type Alias, type CST, type Document } from 'yaml'
import { CatalogError, Located, quoted, type Content } from './located.ts'

/** The longest text that is read, in bytes of UTF-8. */
export const MAX_BYTES = 1024 * 1024
export const tooLong = 'longer than 1 MiB, too much for a catalog; leave out what is not needed'

// Far above any catalog; with them a hostile text of 1 MiB costs seconds, not minutes, and no deep recursion.
const MAX_DEPTH = 64
const MAX_LEXEMES = 600_000
const MAX_ALIASES = 20

/** The text without a byte order mark; a CatalogError where it is too long or holds what no text should. */
export function bounded(text: string, source: string): string {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new CatalogError(source, tooLong)
  const rest = text.startsWith('\uFEFF') ? text.slice(1) : text
  // YAML allows none of them, and the lexer uses some as marks of its own.
  const control = /[^\P{Cc}\t\n\r\x85]/u.exec(rest)
  return control === null ? rest : refuseAt(rest, source, control.index, 'a control character; remove it')
}

/** Reads any YAML text; every value of it knows its line and column. A CatalogError where it is none. */
export function readLocated(text: string, source: string): Located {
  const refuse = (offset: number, problem: string): never => refuseAt(text, source, offset, problem)
  // The library compares each key of a map with each other one, 5 s for 20,000; `fields` sees to repeats instead.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false })
  const [document, second] = composer.compose(tokensOf(text, refuse), true, text.length)
  if (document === undefined) return refuse(0, 'the file is empty')
  // A warning is a tag or directive that would silently be taken for something else.
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem !== undefined) return refuse(problem.pos[0], shortened(problem.message))
  if (second !== undefined) return refuse(second.range[0], 'a second document begins; keep one')
  return locate(document, refuse)
}

function refuseAt(text: string, source: string, offset: number, problem: string): never {
  const before = text.slice(0, offset)
  const place = { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
  throw new CatalogError(source, problem, place)
}

type RefuseAt = (offset: number, problem: string) => never

/** The library's own loop from text to tokens, within bounds. */
function* tokensOf(text: string, refuse: RefuseAt): Generator<CST.Token, void> {
  const parser = new Parser()
  let lexemes = 0
  let aliases = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (parser.stack.length > MAX_DEPTH) refuse(parser.offset, `nested more than ${MAX_DEPTH} levels deep`)
    if (++lexemes > MAX_LEXEMES) refuse(parser.offset, 'too much for a catalog; leave out what is not needed')
    if (lexeme.startsWith('*') && ++aliases > MAX_ALIASES) {
      refuse(parser.offset, `more than ${MAX_ALIASES} aliases (*name); write the values out`)
    }
    yield* parser.next(lexeme)
  }
  yield* parser.end()
}

/** The library's nodes as located values. What an alias stands for is shared, not copied, so none can blow up. */
function locate(document: Document.Parsed, refuse: RefuseAt): Located {
  const known = new Map<unknown, Located>()

  const visit = (node: unknown, offset: number): Located => {
    if (isAlias(node)) return visit(target(node), offset)
    const seen = known.get(node)
    if (seen !== undefined) return seen
    const at = (isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined) ?? offset
    const items: Located[] = []
    const pairs: [Located, Located][] = []
    const content: Content = isMap(node) ? { kind: 'map', pairs } : isSeq(node) ? { kind: 'list', items } : scalar(node)
    const located = new Located(content, (problem) => refuse(at, problem))
    // Before what is inside it, where an alias may lead back here. An absent node has no identity of its own.
    if (node !== null && node !== undefined) known.set(node, located)
    if (isSeq(node)) for (const item of node.items) items.push(visit(item, at))
    if (isMap(node)) for (const pair of node.items) pairs.push([visit(pair.key, at), visit(pair.value, at)])
    return located
  }

  const target = (alias: Alias): unknown =>
    alias.resolve(document) ?? refuse(alias.range?.[0] ?? 0, `nothing above is called ${quoted(alias.source)}`)

  return visit(document.contents, 0)
}

function scalar(node: unknown): Content {
  // Neither here nor there: an absent value, or a pair as an item of YAML 1.1's ordered map.
  if (!isScalar(node)) return { kind: 'nothing', written: '' }
  const { value } = node
  const written = node.source ?? String(value)
  if (value === null) return { kind: 'nothing', written }
  if (typeof value === 'number') return { kind: 'number', written, value }
  return { kind: typeof value === 'boolean' ? 'boolean' : 'text', written }
}

/** The library's sentence without what it quotes, which may be a whole line. */
const shortened = (message: string): string => message.replace(/: [^]*$/, '').slice(0, 200)
