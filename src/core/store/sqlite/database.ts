// The only file that names the driver.
import Sqlite from 'better-sqlite3'
import { appError } from '../../../shared/errors.ts'

export type Database = Sqlite.Database
export type Statement = Sqlite.Statement

/** Told of each statement before it runs; tests stop the process there. */
export type OnStatement = (sql: string) => void

/** Opens an existing file for reading only: no write, no checkpoint, no recovery of the file itself. */
export function openForReading(path: string, onStatement?: OnStatement): Database {
  const db = new Sqlite(path, { ...options(onStatement), readonly: true })
  try {
    db.pragma('trusted_schema = OFF')
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}

/** Opens an existing file for writing, with every pragma set here and none left to a build's default. */
export function openForWriting(path: string, onStatement?: OnStatement): Database {
  const db = new Sqlite(path, options(onStatement))
  try {
    if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal') {
      throw appError('vault_unwritable', { path, what: 'its file system cannot hold a write-ahead log' })
    }
    // The driver's build sets NORMAL in WAL; a commit must survive a power cut before an old key is given up.
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    // Overwrites deleted tokens with zeros.
    db.pragma('secure_delete = ON')
    db.pragma('trusted_schema = OFF')
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}

/** A database in memory with no file at all, to ask SQLite itself what a schema looks like. */
export function openInMemory(): Database {
  return new Sqlite(':memory:')
}

/** A copy of an open database in memory, which may be changed without changing the file. */
export function copyInMemory(db: Database): Database {
  const bytes = db.serialize()
  // A database in memory has no log: its header must not ask for one (https://sqlite.org/fileformat2.html, 1.3.3).
  bytes.fill(1, 18, 20)
  const copy = new Sqlite(bytes)
  copy.pragma('trusted_schema = OFF')
  return copy
}

function options(onStatement?: OnStatement): Sqlite.Options {
  return {
    fileMustExist: true,
    // A busy vault is awaited by timer (see act.ts): waiting inside SQLite would hold the event loop.
    timeout: 0,
    ...(onStatement === undefined ? {} : { verbose: (sql) => onStatement(String(sql)) }),
  }
}
