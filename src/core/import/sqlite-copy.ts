import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { lookAt } from '../private-files.ts'
import { openForReading, type Database } from '../store/sqlite/database.ts'

/**
 * Reads another program's database from a private copy, its log included: opening the file itself would put files
 * beside it, and may wait for the program. The copy is gone afterwards.
 */
export async function withSqliteCopy<T>(path: string, read: (db: Database) => T): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-import-'))
  const copy = join(folder, basename(path))
  try {
    for (const suffix of ['', '-wal']) {
      if (lookAt(path + suffix) !== undefined) await copyFile(path + suffix, copy + suffix)
    }
    const db = openForReading(copy)
    try {
      return read(db)
    } finally {
      db.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
