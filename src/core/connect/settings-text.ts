// Changes single fields in a text that somebody else wrote, and nothing else of it: comments, order and what we do not
// know stay. Each change is proved by the parser before it is given out.
import { isDeepStrictEqual } from 'node:util'
import { applyEdits, modify } from 'jsonc-parser'
import { parsed } from '../import/parsed.ts'
import { variablesOfEnvFile } from '../import/static-variables.ts'
import { withTomlField } from './toml-text.ts'

export type SettingsFormat = 'json' | 'toml' | 'env'

export type Value = string | number | boolean | readonly Value[] | { readonly [name: string]: Value }

export interface Field {
  path: readonly string[]
  /** Undefined: the field goes. */
  value: Value | undefined
}

/** The text with these fields. Throws an error without any of the text, in a few words, where that cannot be done. */
export function withFields(text: string, format: SettingsFormat, fields: readonly Field[]): string {
  const bom = text.startsWith('\ufeff') ? '\ufeff' : ''
  const before = text.slice(bom.length)
  const eol = before.includes('\r\n') ? '\r\n' : '\n'
  const wanted = structuredClone(valuesOf(before, format))
  let after = format === 'json' && before.trim() === '' ? `{}${eol}` : before
  try {
    for (const field of fields) {
      after = editors[format](after, field, eol)
      setIn(wanted, field)
    }
  } catch {
    throw new Error(ODD)
  }
  if (!isDeepStrictEqual(plain(valuesOf(after, format)), plain(wanted))) throw new Error(ODD)
  return bom + after
}

const ODD = 'it is written in a form that cannot be changed field by field'

/** What stands in the text at these paths. */
export function fieldsOf(text: string, format: SettingsFormat, paths: readonly (readonly string[])[]): Field[] {
  const values = valuesOf(text.replace(/^\ufeff/, ''), format)
  return paths.map((path) => ({ path, value: path.reduce<unknown>(inside, values) as Value | undefined }))
}

type Values = Record<string, unknown>

function valuesOf(text: string, format: SettingsFormat): Values {
  if (format === 'env') {
    return Object.fromEntries([...variablesOfEnvFile(text)].map(([name, { value }]) => [name, value]))
  }
  const value = text.trim() === '' ? {} : parsed(text, format)
  if (!isMap(value)) throw new Error('it is not a map of settings')
  return value
}

const inside = (value: unknown, name: string): unknown =>
  isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function setIn(values: Values, { path, value }: Field): void {
  const [name = '', ...rest] = path
  if (rest.length > 0) {
    if (values[name] === undefined && value === undefined) return
    values[name] ??= {}
    const below = values[name]
    if (!isMap(below)) throw new Error(ODD)
    setIn(below, { path: rest, value })
  } else if (value === undefined) {
    delete values[name]
  } else {
    values[name] = value
  }
}

/** Parsers make maps of different kinds, and a map that lost its last field may be gone in one text and empty in another. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (!isMap(value) || value instanceof Date) return value
  const entries = Object.entries(value).map(([name, below]) => [name, plain(below)] as const)
  return Object.fromEntries(entries.filter(([, below]) => !(isMap(below) && Object.keys(below).length === 0)))
}

type Edit = (text: string, field: Field, eol: string) => string

const editors: Readonly<Record<SettingsFormat, Edit>> = {
  json(text, { path, value }, eol) {
    if (value === undefined && path.reduce<unknown>(inside, valuesOf(text, 'json')) === undefined) return text
    const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  '
    const formattingOptions = { insertSpaces: !indent.includes('\t'), tabSize: indent.length, eol }
    return applyEdits(text, modify(text, [...path], value, { formattingOptions }))
  },
  toml: withTomlField,
  env(text, { path, value }, eol) {
    const [name = ''] = path
    const lines = text.split(eol)
    const sets = new RegExp(`^(\\s*(?:export\\s+)?)${name}\\s*=`)
    if (value === undefined) return lines.filter((line) => !sets.test(line)).join(eol)
    const at = lines.findLastIndex((line) => sets.test(line))
    const start = sets.exec(lines[at] ?? '')?.[1] ?? ''
    const line = `${start}${name}=${textOf(value)}`
    if (at === -1) lines.splice(lines.at(-1) === '' ? -1 : lines.length, 0, line)
    else lines[at] = line
    return lines.at(-1) === '' ? lines.join(eol) : `${lines.join(eol)}${eol}`
  },
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
