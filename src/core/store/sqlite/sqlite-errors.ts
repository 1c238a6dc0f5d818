import { appError, type AppError } from '../../../shared/errors.ts'
import { codeOf } from '../../private-files.ts'

/** The primary or extended result code of an SQLite error, such as `SQLITE_BUSY`. */
export function sqliteCode(cause: unknown): string | undefined {
  const code = codeOf(cause)
  return code?.startsWith('SQLITE_') === true ? code : undefined
}

export function isBusy(cause: unknown): boolean {
  const code = sqliteCode(cause)
  return code !== undefined && /^SQLITE_(BUSY|LOCKED)/.test(code)
}

/** True where a row with this value already stands in `column` (as `provider.name`). */
export function isUniqueViolation(cause: unknown, column: string): boolean {
  return (
    sqliteCode(cause) === 'SQLITE_CONSTRAINT_UNIQUE' && cause instanceof Error && cause.message.includes(` ${column}`)
  )
}

/** The row of the error table for what SQLite says; undefined where it is no error of the database. */
export function translateSqlite(cause: unknown, path: string): AppError | undefined {
  const code = sqliteCode(cause)
  if (code === undefined || !(cause instanceof Error)) return undefined
  if (isBusy(cause)) return appError('vault_busy', undefined, { cause })
  // A file-size limit (EFBIG) and a full quota arrive as write errors; for the person they are the same thing.
  if (/^SQLITE_(FULL|IOERR_WRITE)/.test(code)) return appError('disk_full', undefined, { cause })
  if (/^SQLITE_(CORRUPT|NOTADB|FORMAT)/.test(code)) {
    return appError('database_damaged', { path, what: 'SQLite cannot read it' }, { cause })
  }
  if (/^SQLITE_(READONLY|CANTOPEN|PERM|AUTH)/.test(code)) {
    return appError('vault_unwritable', { path, what: 'the folder or file is read-only' }, { cause })
  }
  if (/^SQLITE_IOERR/.test(code)) {
    return appError('database_damaged', { path, what: 'the disk answered with an error' }, { cause })
  }
  return undefined
}
