import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'

type Row = Record<string, unknown>
export type Dump = Record<string, Row[]>

/** Every row of every table, as it stands in the file. Never through the code under test. */
export function dumpVault(home: string): Dump {
  return withVault(home, (db) => {
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
      .pluck()
      .all() as string[]
    return Object.fromEntries(tables.map((name) => [name, db.prepare(`SELECT * FROM "${name}" ORDER BY 1, 2`).all()]))
  }) as Dump
}

/** What differs between two runs of the same acts: times, random ids, and what is made with them. */
const VOLATILE: ReadonlySet<string> = new Set([
  'created_at',
  'updated_at',
  'at',
  'pid',
  'key_id',
  'binding',
  'master_key_id',
  'api_key_encrypted',
  'key_place',
  'prefix',
  'sha256',
  'expires_at',
  'revoked_at',
  'hash',
])

/** The same without what differs from run to run; whether a text stands in such a place is kept. */
export function steadyDump(home: string): Dump {
  const steady = (row: Row): Row =>
    Object.fromEntries(
      Object.entries(row).map(([column, value]) => [
        column,
        VOLATILE.has(column) ? (value === null ? null : 'some') : value,
      ]),
    )
  return Object.fromEntries(Object.entries(dumpVault(home)).map(([name, rows]) => [name, rows.map(steady)]))
}

/** Changes a vault as another program would. */
export function tamper(home: string, sql: string, ...values: unknown[]): void {
  const db = new Sqlite(join(home, 'vault.db'))
  try {
    if (values.length === 0) db.exec(sql)
    else db.prepare(sql).run(...values)
  } finally {
    db.close()
  }
}

/** The one value that a query of the file answers. */
export function ask(home: string, sql: string, ...values: unknown[]): unknown {
  return withVault(home, (db) =>
    db
      .prepare(sql)
      .pluck()
      .get(...values),
  )
}

/** SQLite's own word on the file. */
export function integrityOf(home: string): unknown {
  return withVault(home, (db) => [db.pragma('integrity_check', { simple: true }), db.pragma('foreign_key_check')])
}

function withVault<T>(home: string, look: (db: Sqlite.Database) => T): T {
  const db = new Sqlite(join(home, 'vault.db'), { readonly: true })
  try {
    return look(db)
  } finally {
    db.close()
  }
}

/**
 * The SHA-256 of a file. Only for a vault that no core of this process has open: closing a file frees the locks that
 * SQLite holds on it in the same process.
 */
export function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
