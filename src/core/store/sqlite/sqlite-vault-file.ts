import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { appError } from '../../../shared/errors.ts'
import {
  checkPrivateFile,
  createPrivateFile,
  lookAt,
  placeNew,
  reason,
  syncFolder,
  type OnStep,
  type Warn,
} from '../../private-files.ts'
import type { Store } from '../store.ts'
import type { VaultFile } from '../vault-file.ts'
import { Acts } from './act.ts'
import { openForReading, openForWriting, type Database } from './database.ts'
import { assertDatabaseFile, assertVault } from './inspect.ts'
import { migrate } from './migrate.ts'
import { isBusy, translateSqlite } from './sqlite-errors.ts'
import { SqliteStore } from './sqlite-store.ts'

/** How long after a commit the log is emptied, so that a deleted token is nowhere in the folder; milliseconds. */
const CHECKPOINT_DELAY = 200

interface Options {
  warn: Warn
  /** Told of each statement and file step before it is made. */
  onStep?: OnStep | undefined
}

/** Opens an existing vault for reading only, after looking at it; throws where it is not ours, newer or damaged. */
export function openVaultForReading(path: string, options: Options): VaultFile {
  for (const suffix of ['', '-wal', '-shm', '-journal']) checkPrivateFile(path + suffix, options.warn)
  return openVaultAsItIs(path, options)
}

/** The same for one who only looks: the modes of the files are left as they are. */
export function openVaultAsItIs(path: string, { warn, onStep }: Options): VaultFile {
  assertDatabaseFile(path)
  const db = translated(path, () => openForReading(path, onStep))
  try {
    assertVault(db, path)
    return new SqliteVaultFile(db, path, false, warn)
  } catch (cause) {
    db.close()
    throw cause
  }
}

/** Opens a vault that `openVaultForReading` found sound for writing, and brings it to this Latchkey's format. */
export function openVaultForWriting(path: string, { warn, onStep }: Options): VaultFile {
  return translated(path, () => {
    const db = openForWriting(path, onStep)
    try {
      migrate(db)
      return new SqliteVaultFile(db, path, true, warn)
    } catch (cause) {
      db.close()
      throw cause
    }
  })
}

/**
 * Makes a new vault: built under another name, filled by `fill`, and given its own name only when it is whole.
 * Answers false where another process was first; its vault stands.
 */
export async function createVault(
  path: string,
  fill: (store: Store) => Promise<void>,
  options: Options,
): Promise<boolean> {
  const { onStep } = options
  sweepDrafts(path)
  const draft = `${path}.new-${randomBytes(6).toString('hex')}`
  try {
    onStep?.(`create ${draft}`)
    createPrivateFile(draft)
    const file = openVaultForWriting(draft, options)
    try {
      await fill(file.store)
    } finally {
      file.close()
    }
    onStep?.(`place ${path}`)
    const placed = placeNew(draft, path)
    onStep?.(`sync ${path}`)
    syncFolder(dirname(path))
    return placed
  } catch (cause) {
    throw translateSqlite(cause, path) ?? unwritable(cause, path)
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(draft + suffix, { force: true })
  }
}

/** Drafts of a process that was killed: nothing was ever read from them. One that is just being made is left alone. */
function sweepDrafts(path: string): void {
  const folder = dirname(path)
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${basename(path)}.new-`)) continue
    const draft = join(folder, name)
    const age = Date.now() - (lookAt(draft)?.mtimeMs ?? Date.now())
    if (age > 60_000) rmSync(draft, { force: true })
  }
}

function unwritable(cause: unknown, path: string): unknown {
  const { code } = cause as { code?: unknown }
  return typeof code === 'string' && /^E[A-Z]+$/.test(code)
    ? code === 'ENOSPC'
      ? appError('disk_full', undefined, { cause })
      : appError('vault_unwritable', { path, what: reason(cause) }, { cause })
    : cause
}

function translated<T>(path: string, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    throw translateSqlite(cause, path) ?? cause
  }
}

class SqliteVaultFile implements VaultFile {
  readonly path: string
  readonly writable: boolean
  readonly store: Store
  readonly #db: Database
  readonly #warn: Warn
  #commits = 0
  #checkpoint: NodeJS.Timeout | undefined

  constructor(db: Database, path: string, writable: boolean, warn: Warn) {
    this.#db = db
    this.#warn = warn
    this.path = path
    this.writable = writable
    this.store = new SqliteStore(db, new Acts(db, path, () => this.#committed()))
    // What a killed process left in the log goes into the file at once.
    if (writable && lookAt(`${path}-wal`)?.size !== 0) this.#emptyLog()
  }

  revision(): string {
    // data_version moves at commits of others only, hence the count of our own.
    return `${String(this.#db.pragma('data_version', { simple: true }))}.${this.#commits}`
  }

  async copyTo(path: string): Promise<void> {
    createPrivateFile(path)
    await this.#db.backup(path)
  }

  integrityProblems(): string[] {
    const rows = this.#db.pragma('integrity_check', { simple: false }) as { integrity_check: string }[]
    const broken = this.#db.pragma('foreign_key_check') as unknown[]
    return [
      ...rows.map((row) => row.integrity_check).filter((text) => text !== 'ok'),
      ...(broken.length === 0 ? [] : [`${broken.length} rows point to a provider that is missing`]),
    ]
  }

  close(): void {
    clearTimeout(this.#checkpoint)
    this.#checkpoint = undefined
    if (!this.#db.open) return
    if (this.writable) this.#emptyLog()
    this.#db.close()
  }

  #committed(): void {
    this.#commits += 1
    this.#scheduleCheckpoint()
  }

  /** The checkpoint runs after the answer, once for all commits of a moment. */
  #scheduleCheckpoint(): void {
    this.#checkpoint ??= setTimeout(() => {
      this.#checkpoint = undefined
      if (!this.#emptyLog()) this.#scheduleCheckpoint()
    }, CHECKPOINT_DELAY).unref()
  }

  /** Moves the log into the file and cuts it to nothing; false where a reader holds a snapshot of it. */
  #emptyLog(): boolean {
    try {
      const [result] = this.#db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
      return result?.busy === 0
    } catch (cause) {
      // Nothing is lost by it: what was committed stays in the log, and the next round empties it.
      if (!isBusy(cause)) this.#warn(`The log of ${this.path} could not be emptied yet: ${reason(cause)}.`)
      return false
    }
  }
}
