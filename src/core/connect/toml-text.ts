// Changes a field of a TOML text by its lines: a key at the top, or a whole table. There is no kept library that leaves
// comments where they are; what these lines cannot tell apart, the one who calls sees by parsing the result.
import type { Field, Value } from './settings-text.ts'

/** The text with a key of the top, or with a table of two names in place of the one there was. */
export function withTomlField(text: string, { path, value }: Field, eol: string): string {
  const lines = text.split(eol)
  const [name = '', ...rest] = path
  if (rest.length === 0) setKey(lines, name, value)
  else setTable(lines, path.join('.'), value)
  return lines.join(eol)
}

const HEADER = /^\s*\[{1,2}([^\]]+)\]{1,2}\s*(?:#.*)?$/

const headerOf = (line: string): string | undefined => HEADER.exec(line)?.[1]?.replaceAll(/["'\s]/g, '')

const isFiller = (line: string): boolean => /^\s*(#.*)?$/.test(line)

function setKey(lines: string[], name: string, value: Value | undefined): void {
  const firstTable = lines.findIndex((line) => headerOf(line) !== undefined)
  const top = lines.slice(0, firstTable === -1 ? lines.length : firstTable)
  const at = top.findIndex((line) => new RegExp(`^\\s*${name}\\s*=`).test(line))
  if (value === undefined) {
    if (at !== -1) lines.splice(at, 1)
  } else if (at === -1) {
    // Behind the last key of the top: a comment above the first table is that table's.
    lines.splice(top.findLastIndex((line) => !isFiller(line)) + 1, 0, `${name} = ${written(value)}`)
  } else {
    const [, comment = ''] = /^[^"'#]*(?:"(?:[^"\\]|\\.)*"|'[^']*')?(\s*#.*)?$/.exec(lines[at] ?? '') ?? []
    lines[at] = `${name} = ${written(value)}${comment}`
  }
}

function setTable(lines: string[], name: string, value: Value | undefined): void {
  for (;;) {
    const start = lines.findIndex((line) => belongs(headerOf(line), name))
    if (start === -1) break
    const next = lines.findIndex((line, n) => n > start && headerOf(line) !== undefined)
    let end = next === -1 ? lines.length : next
    // What stands right above the next table is said of that one.
    while (end > start + 1 && isFiller(lines[end - 1] ?? '')) end -= 1
    const blankBefore = start > 0 && lines[start - 1]?.trim() === '' && (lines[end] ?? '').trim() === ''
    lines.splice(blankBefore ? start - 1 : start, end - start + (blankBefore ? 1 : 0))
  }
  if (value === undefined) return
  while (lines.at(-1)?.trim() === '') lines.pop()
  if (lines.length > 0) lines.push('')
  lines.push(...tableLines(name, value), '')
}

function belongs(header: string | undefined, table: string): boolean {
  return header === table || header?.startsWith(`${table}.`) === true
}

function tableLines(name: string, value: Value): string[] {
  const entries = Object.entries(value)
  const [tables, keys] = [entries.filter(([, below]) => isTable(below)), entries.filter(([, below]) => !isTable(below))]
  return [
    `[${name}]`,
    ...keys.map(([key, below]) => `${key} = ${written(below)}`),
    ...tables.flatMap(([key, below]) => tableLines(`${name}.${key}`, below)),
  ]
}

function isTable(value: Value): value is { readonly [name: string]: Value } {
  return typeof value === 'object' && !Array.isArray(value)
}

/** A value as TOML has it; its basic strings take the escapes of JSON. */
function written(value: Value): string {
  return Array.isArray(value) ? `[${value.map(written).join(', ')}]` : JSON.stringify(value)
}
