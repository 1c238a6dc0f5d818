import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { appError } from '../shared/errors.ts'
import { checkPrivateFile, codeOf, createPrivateFile, type Warn } from './private-files.ts'

export interface FolderLock {
  release: () => void
}

// Somebody who only looks holds the file for the length of one read; a holder keeps it for long.
const TRIES = 10
const BETWEEN_MS = 20

/**
 * Takes what one process of a folder may have at a time, such as its listener; undefined where another process, or this
 * one, has it.
 * It is an exclusive transaction of SQLite, so the kernel gives it back however the holder ends.
 */
export async function takeFolderLock(path: string, warn: Warn): Promise<FolderLock | undefined> {
  for (let tried = 0; tried < TRIES; tried++) {
    const database = openLockFile(path, warn)
    if (attempt(database, 'BEGIN EXCLUSIVE')) return { release: () => void database.close() }
    database.close()
    await delay(BETWEEN_MS)
  }
  return undefined
}

/** True while somebody holds the lock. Looks only: makes no file, and keeps none. */
export function isFolderLockHeld(path: string, warn: Warn): boolean {
  if (!checkPrivateFile(path, warn)) return false
  const database = openLockFile(path, warn)
  try {
    // Any read needs the shared lock, which an exclusive transaction forbids.
    return !attempt(database, 'SELECT count(*) FROM sqlite_schema')
  } finally {
    database.close()
  }
}

/** Opens the lock's file. Never with the file system's own calls: closing any handle of it frees SQLite's lock. */
function openLockFile(path: string, warn: Warn): Database.Database {
  if (!checkPrivateFile(path, warn)) {
    try {
      createPrivateFile(path)
    } catch (cause) {
      if (codeOf(cause) !== 'EEXIST')
        throw appError('vault_unwritable', { path, what: String(codeOf(cause)) }, { cause })
    }
  }
  return new Database(path, { timeout: 0 })
}

function attempt(database: Database.Database, sql: string): boolean {
  try {
    database.exec(sql)
    return true
  } catch (cause) {
    if (codeOf(cause)?.startsWith('SQLITE_BUSY') === true) return false
    throw cause
  }
}
