import { appError, type AppError } from '../../../shared/errors.ts'
import { codeOf } from '../../private-files.ts'

/** Content that no act of ours could have written; `message` completes the sentence "The vault … is damaged: …". */
export class DamagedRow extends Error {
  override name = 'DamagedRow'
}

/** The primary or extended result code of an SQLite error, such as `SQLITE_BUSY`. */
export function sqliteCode(cause: unknown): string | undefined {
  const code = codeOf(cause)
  return code?.startsWith('SQLITE_') === true ? code : undefined
}

export function isBusy(cause: unknown): boolean {
  const code = sqliteCode(cause)
  // SQLITE_PROTOCOL: others kept changing the log's index while we tried to read it.
  return code !== undefined && /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(code)
}

/** True where a row with this value already stands in `column` (as `provider.name`). */
export function isUniqueViolation(cause: unknown, column: string): boolean {
  return (
    sqliteCode(cause) === 'SQLITE_CONSTRAINT_UNIQUE' && cause instanceof Error && cause.message.includes(` ${column}`)
  )
}

/** The row of the error table for what SQLite says; undefined where it is no error of the database. */
export function translateSqlite(cause: unknown, path: string): AppError | undefined {
  if (cause instanceof DamagedRow) return appError('database_damaged', { path, what: cause.message })
  const code = sqliteCode(cause)
  if (code === undefined) return undefined
  if (isBusy(cause)) return appError('vault_busy', undefined, { cause })
  // A file-size limit (EFBIG) and a full quota arrive as write errors, and a log's index that cannot grow as SHMSIZE;
  // for the person they are the same thing.
  if (/^SQLITE_(FULL|IOERR_WRITE|IOERR_SHMSIZE)/.test(code)) return appError('disk_full', undefined, { cause })
  if (code.startsWith('SQLITE_NOTADB')) {
    return appError('database_damaged', { path, what: 'it is not an SQLite database' }, { cause })
  }
  if (/^SQLITE_(CORRUPT|FORMAT)/.test(code)) {
    return appError('database_damaged', { path, what: 'SQLite cannot read it' }, { cause })
  }
  if (/^SQLITE_(READONLY|CANTOPEN|PERM|AUTH)/.test(code)) {
    return appError('vault_unwritable', { path, what: 'the folder or file is read-only, or not yours' }, { cause })
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return appError('database_damaged', { path, what: 'the disk answered with an error' }, { cause })
  }
  return undefined
}
