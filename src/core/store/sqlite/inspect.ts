// What is looked at before anything may be written: a vault that is not sound, not ours or newer stays as it is.
import { appError } from '../../../shared/errors.ts'
import { lookAt } from '../../private-files.ts'
import { openInMemory, type Database } from './database.ts'
import { APPLICATION_ID, FORMAT, migrations } from './migrations.ts'
import { PROVIDER_COLUMNS, toProviderHead, toSetting, type RawProvider } from './rows.ts'
import { DamagedRow, sqliteCode, translateSqlite } from './sqlite-errors.ts'

/** SQLite's smallest page: a shorter file holds no database, though SQLite may take it for an empty one. */
const SMALLEST = 512

/**
 * Refuses a file that SQLite would take for an empty database. Only its size is looked at: closing any handle of the
 * file would free the locks that SQLite holds on it in this process (https://sqlite.org/howtocorrupt.html, 2.2).
 */
export function assertDatabaseFile(path: string): void {
  const size = lookAt(path)?.size
  if (size === undefined) throw appError('database_damaged', { path, what: 'it is not there' })
  if (size === 0) throw appError('database_damaged', { path, what: 'it is empty' })
  if (size < SMALLEST) throw appError('database_damaged', { path, what: 'it is cut short' })
}

/** Refuses what Latchkey did not make, what a newer one made, and what is not sound; changes nothing. */
export function assertVault(db: Database, path: string): void {
  try {
    const format = Number(db.pragma('user_version', { simple: true }))
    if (Number(db.pragma('application_id', { simple: true })) !== APPLICATION_ID) {
      throw appError('database_foreign', { path, what: 'it lacks the mark of a vault' })
    }
    if (format > FORMAT) throw appError('database_too_new', { found: format, known: FORMAT })
    if (format < 1) throw appError('database_damaged', { path, what: 'the number of its format is wrong' })
    assertSchema(db, path, format)
    // Also compares each index with its table; a full integrity check would read every page twice.
    if (db.pragma('quick_check(1)', { simple: true }) !== 'ok') {
      throw appError('database_damaged', { path, what: 'its pages do not fit together' })
    }
    // An older vault's rows are looked at once it has been brought to this format.
    if (format === FORMAT) assertRows(db)
  } catch (cause) {
    const known = translateSqlite(cause, path)
    if (known !== undefined || sqliteCode(cause) === undefined) throw known ?? cause
    throw appError('database_damaged', { path, what: 'SQLite cannot read it' }, { cause })
  }
}

/** A trigger, view or virtual table would run inside our own statements; a table unlike ours would fail in an act. */
function assertSchema(db: Database, path: string, format: number): void {
  const found = db.prepare('SELECT type, name, sql, rootpage FROM sqlite_schema').all() as SchemaRow[]
  const odd = found.find(({ type, rootpage }) => (type !== 'table' && type !== 'index') || rootpage === 0)
  if (odd !== undefined) throw appError('database_foreign', { path, what: `it has a ${odd.type} named '${odd.name}'` })
  const tables = new Map(found.filter(({ type }) => type === 'table').map(({ name, sql }) => [name, sql]))
  for (const [name, sql] of tablesOf(format)) {
    if (!tables.has(name)) throw appError('database_damaged', { path, what: `its table '${name}' is missing` })
    if (tables.get(name) !== sql) {
      throw appError('database_damaged', { path, what: `its table '${name}' is not as Latchkey made it` })
    }
  }
}

interface SchemaRow {
  type: string
  name: string
  sql: string | null
  rootpage: number | null
}

/** The tables a vault of this format has, as SQLite itself writes them down. */
function tablesOf(format: number): Map<string, string | null> {
  const db = openInMemory()
  try {
    for (const sql of migrations.slice(0, format)) db.exec(sql)
    const rows = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").all() as SchemaRow[]
    return new Map(rows.map(({ name, sql }) => [name, sql]))
  } finally {
    db.close()
  }
}

/** Refuses content that no act could have written: SQLite sees to types and pages, not to what a text says. */
function assertRows(db: Database): void {
  if (db.prepare('SELECT count(*) FROM vault WHERE id = 1').pluck().get() !== 1) {
    throw new DamagedRow('the row that names its master key is missing')
  }
  for (const row of db.prepare(`SELECT ${PROVIDER_COLUMNS} FROM provider`).all() as RawProvider[]) {
    toProviderHead(row, [])
  }
  for (const { name, value } of db.prepare('SELECT name, value FROM setting').all() as StoredSetting[]) {
    toSetting(name, value)
  }
  const strayModels = db
    .prepare(
      `SELECT count(*) FROM model
       WHERE provider_id NOT IN (SELECT id FROM provider) OR id NOT BETWEEN 1 AND ${Number.MAX_SAFE_INTEGER}`,
    )
    .pluck()
    .get()
  if (strayModels !== 0) throw new DamagedRow('it has models that belong to no provider')
  const strayKeys = db
    .prepare(
      `SELECT count(*) FROM provider_key
       WHERE provider_id NOT IN (SELECT id FROM provider WHERE api_key_encrypted <> '')`,
    )
    .pluck()
    .get()
  if (strayKeys !== 0) throw new DamagedRow('it has further keys of a provider without a first one')
  const brokenTokens = db
    .prepare("SELECT count(*) FROM token WHERE kind NOT IN ('admin', 'tool') OR length(sha256) <> 32")
    .pluck()
    .get()
  if (brokenTokens !== 0) throw new DamagedRow('it has access tokens that cannot be read')
}

interface StoredSetting {
  name: string
  value: string
}
