// What is looked at before anything may be written: a vault that is not sound, not ours or newer stays as it is.
import { closeSync, openSync, readSync } from 'node:fs'
import { appError } from '../../../shared/errors.ts'
import type { Database } from './database.ts'
import { APPLICATION_ID, FORMAT, migrations } from './migrations.ts'
import { translateSqlite } from './sqlite-errors.ts'

const MAGIC = 'SQLite format 3\0'

/** Refuses, without SQLite, a file that SQLite would not know or would take for an empty database. */
export function assertDatabaseFile(path: string): void {
  const head = Buffer.alloc(100)
  let length: number
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (cause) {
    throw appError('vault_unwritable', { path, what: 'it cannot be read' }, { cause })
  }
  try {
    length = readSync(file, head, 0, head.length, 0)
  } finally {
    closeSync(file)
  }
  if (length === 0) throw appError('database_damaged', { path, what: 'it is empty' })
  if (length < head.length || head.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw appError('database_damaged', { path, what: 'it is not an SQLite database' })
  }
}

/** Refuses what Latchkey did not make, what a newer one made, and what is not sound; changes nothing. Answers the format. */
export function assertVault(db: Database, path: string): number {
  try {
    const format = Number(db.pragma('user_version', { simple: true }))
    if (Number(db.pragma('application_id', { simple: true })) !== APPLICATION_ID) {
      throw appError('database_foreign', { path, what: 'it lacks the mark of a vault' })
    }
    if (format > FORMAT) throw appError('database_too_new', { found: format, known: FORMAT })
    const found = db.prepare("SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'trigger', 'view')").all()
    assertSchema(found as { type: string; name: string }[], path, format)
    // Also compares each index with its table; a full integrity check would read every page twice.
    const [problem] = db.pragma('quick_check(1)', { simple: false }) as { quick_check: string }[]
    if (problem?.quick_check !== 'ok') {
      throw appError('database_damaged', { path, what: 'its pages do not fit together' }, { cause: problem })
    }
    if (db.prepare('SELECT count(*) AS n FROM vault WHERE id = 1').pluck().get() !== 1) {
      throw appError('database_damaged', { path, what: 'the row that names its master key is missing' })
    }
    return format
  } catch (cause) {
    throw translateSqlite(cause, path) ?? cause
  }
}

/** A trigger or view would run inside our own statements; a missing table would fail in the middle of an act. */
function assertSchema(found: { type: string; name: string }[], path: string, format: number): void {
  const odd = found.find(({ type }) => type !== 'table')
  if (odd !== undefined) throw appError('database_foreign', { path, what: `it has a ${odd.type} named '${odd.name}'` })
  const names = new Set(found.map(({ name }) => name))
  const missing = tablesOf(format).find((name) => !names.has(name))
  if (missing !== undefined) throw appError('database_damaged', { path, what: `its table '${missing}' is missing` })
}

/** The tables a vault of this format has, read off the migrations themselves. */
function tablesOf(format: number): string[] {
  return migrations
    .slice(0, format)
    .flatMap((sql) => [...sql.matchAll(/CREATE TABLE (\w+)/g)].map((match) => match[1] ?? ''))
}
