// Puts another vault in the place of the one that is there. One rename decides: before it the old vault stands, after
// it the new one, and a copy of the old lies in the folder of backups by then.
//
// A rename alone would not do. A log beside the old file would be replayed into the new one, so it is emptied and the
// old vault taken out of WAL mode, which SQLite does only where nobody else has it open; and it is held exclusively
// until the rename is done.
import { constants, copyFileSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { appError, isAppError } from '../../shared/errors.ts'
import { lookAt, syncFile, syncFolder, unwritable, writePrivateFile, type OnStep } from '../private-files.ts'
import { whenFree } from '../store/sqlite/act.ts'
import { openForWriting, type Database } from '../store/sqlite/database.ts'
import { assertDatabaseFile } from '../store/sqlite/inspect.ts'
import { translateSqlite } from '../store/sqlite/sqlite-errors.ts'

export interface Swap {
  /** The file to put in place, in the vault's own folder; nobody has it open. */
  draft: string
  vault: string
  /** Where the vault that was there is kept; nothing is there yet. */
  keep: string
  onStep?: OnStep | undefined
}

/**
 * Swaps the vault. A kill at any point leaves the old vault or the new one, whole. Throws `vault_in_use` where another
 * process has it open; then, and on any error, the old vault stands.
 */
export async function swapVault(swap: Swap): Promise<void> {
  const { draft, vault, keep } = swap
  if ((lookAt(`${draft}-wal`)?.size ?? 0) > 0) throw new Error(`${draft} is not whole: its log was not emptied`)
  if (lookAt(vault) === undefined) {
    removeSideFiles(vault)
    place(swap)
    return
  }
  try {
    await keepAndPlace(swap)
  } catch (cause) {
    const error = inWords(vault, cause)
    // The usual reason to restore: SQLite cannot make sense of the old file. It is kept byte by byte.
    if (!isAppError(error) || error.code !== 'database_damaged') throw error
    keepAsItIs(vault, keep)
    removeSideFiles(vault)
    place(swap)
  }
}

async function keepAndPlace(swap: Swap): Promise<void> {
  const { vault, keep, onStep } = swap
  onStep?.(`settle ${vault}`)
  const db = await settled(vault)
  try {
    db.exec('BEGIN EXCLUSIVE')
    // Not copied as a file: closing one would give up the lock that this process holds on it.
    if (!writePrivateFile(keep, db.serialize(), { replace: false, onStep })) {
      throw new Error(`${keep} is there already`)
    }
    // Windows renames over no file that is open, whoever has it open: there the rename itself finds out.
    if (process.platform === 'win32') db.close()
    place(swap)
  } finally {
    db.close()
  }
}

/** The old vault without side files: everything is in the one file, and no other process has it open. */
function settled(vault: string): Promise<Database> {
  return whenFree(vault, () => {
    assertDatabaseFile(vault)
    const db = openForWriting(vault)
    try {
      db.pragma('wal_checkpoint(TRUNCATE)')
      // Answers the mode it is in: another's connection may make it refuse without an error.
      if (db.pragma('journal_mode = DELETE', { simple: true }) !== 'delete') throw appError('vault_in_use', undefined)
      return db
    } catch (cause) {
      db.close()
      throw cause
    }
  })
}

function place({ draft, vault, onStep }: Swap): void {
  try {
    onStep?.(`place ${vault}`)
    renameSync(draft, vault)
    onStep?.(`sync ${vault}`)
    syncFolder(dirname(vault))
  } catch (cause) {
    throw unwritable(vault, cause)
  }
}

function keepAsItIs(vault: string, keep: string): void {
  for (const suffix of ['', '-wal']) {
    if (lookAt(vault + suffix) === undefined) continue
    copyFileSync(vault + suffix, keep + suffix, constants.COPYFILE_EXCL)
    syncFile(keep + suffix)
  }
  syncFolder(dirname(keep))
}

function removeSideFiles(path: string): void {
  for (const suffix of ['-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true })
}

function inWords(vault: string, cause: unknown): unknown {
  const error = isAppError(cause) ? cause : translateSqlite(cause, vault)
  if (error?.code === 'vault_busy') return appError('vault_in_use', undefined, { cause })
  return error ?? unwritable(vault, cause)
}
