// Writes the connection into a tool's own file, and takes it out again: only the fields that are ours, with the file as
// it was kept beside it.
import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { appError } from '../../shared/errors.ts'
import { replaceKeepingMode } from '../import/comment-out.ts'
import { lookAt, readSmallFile, reason, writePrivateFile } from '../private-files.ts'
import { fieldsOf, withFields, type Field, type SettingsFormat, type Value } from './settings-text.ts'

const LIMIT = 4 * 1024 * 1024

export interface ConnectFile {
  path: string
  format: SettingsFormat
  fields: readonly Field[]
}

/** What a file would become. */
export interface Planned {
  path: string
  /** Null: there is no such file yet. */
  before: string | null
  /** Null: the file goes, since nothing but ours was in it. */
  after: string | null
  /** Where the file as it was is kept, or will be; null where there was none. */
  backup: string | null
}

/** Reads the file and says what it would become. Throws `settings_not_editable`. */
export function planConnect({ path, format, fields }: ConnectFile): Planned {
  const real = realOf(path)
  const before = read(real)
  const after = inWords(path, () => withFields(before ?? '', format, fields))
  const keep = backupOf(real)
  const kept = lookAt(keep) !== undefined
  // A file that points to Latchkey already is no original to go back to.
  const isOriginal = before !== null && !inWords(path, () => isConnected(before, format, fields))
  return { path: real, before, after, backup: kept || isOriginal ? keep : null }
}

/** Writes what was planned. Throws `import_source_changed` where the file is another by now. */
export function writePlanned({ path, before, after, backup }: Planned): void {
  if (read(path) !== before) throw appError('import_source_changed', { path })
  if (after === null) {
    rmSync(path)
    return
  }
  if (before !== null) {
    if (backup !== null) writePrivateFile(backup, before, { replace: false })
    replaceKeepingMode(path, Buffer.from(after))
    return
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writePrivateFile(path, after)
}

/** What the file becomes when it is disconnected: as it was, or, where somebody changed it since, that without ours. */
export function planDisconnect({ path, format, fields }: ConnectFile): Planned {
  const real = realOf(path)
  const before = read(real)
  if (before === null || !inWords(path, () => isConnected(before, format, fields))) {
    throw appError('not_allowed', { what: `${path} does not point to Latchkey, so there is nothing to undo` })
  }
  const keep = backupOf(real)
  const original = read(keep)
  const after = inWords(path, () => disconnected(before, original, format, fields))
  return { path: real, before, after, backup: original === null ? null : keep }
}

/** Writes it, and removes the copy that is needed no longer. */
export function writeDisconnected(planned: Planned): void {
  writePlanned({ ...planned, backup: null })
  if (planned.backup !== null) rmSync(planned.backup)
}

function disconnected(
  text: string,
  original: string | null,
  format: SettingsFormat,
  fields: readonly Field[],
): string | null {
  const paths = fields.map(({ path }) => path)
  const ours = fieldsOf(text, format, paths)
  // Nothing but ours was changed since: back to the very bytes.
  if (withFields(original ?? '', format, ours) === text) return original
  return withFields(text, format, fieldsOf(original ?? '', format, paths))
}

function isConnected(text: string, format: SettingsFormat, fields: readonly Field[]): boolean {
  return fieldsOf(
    text,
    format,
    fields.map(({ path }) => path),
  ).some(({ value }) => value !== undefined && pointsHere(value))
}

/** An address of this machine in a field that is ours when connected: nobody else's would be there. */
function pointsHere(value: Value): boolean {
  if (typeof value === 'object') return Object.values(value).some(pointsHere)
  return typeof value === 'string' && /^http:\/\/127\.0\.0\.1:\d+\//.test(`${value}/`)
}

/** Settings are often links into a repository: the file behind is the one to change. */
function realOf(path: string): string {
  return lookAt(path) === undefined ? path : realpathSync(path)
}

const backupOf = (path: string): string => `${path}.before-latchkey`

function read(path: string): string | null {
  return inWords(path, () => readSmallFile(path, LIMIT, false)?.bytes.toString('utf8') ?? null)
}

function inWords<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw appError('settings_not_editable', { path, what: reason(cause) }, { cause })
  }
}
