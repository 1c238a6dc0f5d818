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
  syncFile,
  syncFolder,
  assertWritable,
  unwritable,
  type OnStep,
  type Warn,
} from '../../private-files.ts'
import type { Store } from '../store.ts'
import type { VaultFile } from '../vault-file.ts'
import { Acts, whenFree, type Touched } from './act.ts'
import { copyInMemory, openForReading, openForWriting, type Database } from './database.ts'
import { assertDatabaseFile, assertVault } from './inspect.ts'
import { isOlderFormat, migrate } from './migrate.ts'
import { LogSync } from './log-sync.ts'
import { Revisions } from './revisions.ts'
import { isBusy, sqliteCode, translateSqlite } from './sqlite-errors.ts'
import { SqliteStore } from './sqlite-store.ts'

/**
 * How long after the last commit the log is emptied, so that a deleted token is nowhere in the folder, and how long after
 * the first at the latest; milliseconds. An emptied log has to grow again, which makes each commit dearer.
 */
const CHECKPOINT_DELAY = 200
const CHECKPOINT_LATEST = 2_000
/** The same after the record of a use, which holds no token: seldom, so that uses in a row find the log at its length. */
const CHECKPOINT_OF_USES = 10_000

/** How old a draft is before it counts as left behind, in milliseconds. */
const DRAFT_AGE = 60_000

/** What SQLite keeps beside a database. */
const SIDE_FILES = ['-wal', '-shm', '-journal']

interface Options {
  warn: Warn
  /** Told of each statement and file step before it is made. */
  onStep?: OnStep | undefined
  /** Told after each commit of this process. */
  onCommit?: (() => void) | undefined
}

/** Opens an existing vault for reading only, after looking at it; throws where it is not ours, newer or damaged. */
export async function openVaultForReading(path: string, options: Options): Promise<VaultFile> {
  for (const suffix of ['', ...SIDE_FILES]) checkPrivateFile(path + suffix, options.warn)
  return openVaultAsItIs(path, options)
}

/** The same for one who only looks: the modes of the files are left as they are. */
export function openVaultAsItIs(path: string, { warn, onStep }: Options): Promise<VaultFile> {
  return whenFree(path, () => {
    assertDatabaseFile(path)
    const db = openForReading(path, onStep)
    try {
      assertVault(db, path)
      return new SqliteVaultFile(db, path, false, warn)
    } catch (cause) {
      db.close()
      throw cause
    }
  })
}

/** Opens a vault that `openVaultForReading` found sound for writing, and brings it to this Latchkey's format. */
export async function openVaultForWriting(path: string, { warn, onStep, onCommit }: Options): Promise<VaultFile> {
  // SQLite would open a file that may not be written for reading, and say nothing.
  assertWritable(path)
  sweepDrafts(path)
  return whenFree(path, () => {
    const db = openForWriting(path, onStep)
    try {
      if (migrate(db)) assertVault(db, path)
      return new SqliteVaultFile(db, path, true, warn, onCommit)
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
  const draft = `${path}.new-${randomBytes(6).toString('hex')}`
  try {
    onStep?.(`create ${draft}`)
    createPrivateFile(draft)
    const file = await openVaultForWriting(draft, options)
    try {
      await fill(file.store)
    } finally {
      file.close()
    }
    // On a full disk the last commits may still be in the log, which would stay behind under the draft's name.
    if (lookAt(`${draft}-wal`) !== undefined) throw appError('disk_full', undefined)
    onStep?.(`place ${path}`)
    const placed = placeNew(draft, path)
    onStep?.(`sync ${path}`)
    syncFolder(dirname(path))
    return placed
  } catch (cause) {
    throw unwritable(path, cause)
  } finally {
    removeFiles(draft)
  }
}

/** Drafts of a process that was killed: nothing was ever read from them. One that is just being made is left alone. */
function sweepDrafts(path: string): void {
  const folder = dirname(path)
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${basename(path)}.new-`)) continue
    const draft = join(folder, name)
    const age = Date.now() - (lookAt(draft)?.mtimeMs ?? Date.now())
    if (age > DRAFT_AGE) rmSync(draft, { force: true })
  }
}

function removeFiles(path: string): void {
  for (const suffix of ['', ...SIDE_FILES]) rmSync(path + suffix, { force: true })
}

/** What is read of an older vault that may not be written: the same in this Latchkey's format, in memory only. */
function asNewest(db: Database): Database {
  const copy = copyInMemory(db)
  migrate(copy)
  return copy
}

class SqliteVaultFile implements VaultFile {
  readonly path: string
  readonly writable: boolean
  readonly store: Store
  readonly #db: Database
  readonly #inMemory: Database | undefined
  readonly #revisions: Revisions
  readonly #log: LogSync
  readonly #warn: Warn
  readonly #onCommit: (() => void) | undefined
  readonly #inode: number | undefined
  #outages = 0
  #readable = true
  #checkpoint: NodeJS.Timeout | undefined
  #checkpointBy = Infinity
  #warned = false

  constructor(db: Database, path: string, writable: boolean, warn: Warn, onCommit?: () => void) {
    this.#db = db
    this.#revisions = new Revisions(db)
    this.#log = new LogSync(path)
    this.#warn = warn
    this.#onCommit = onCommit
    this.path = path
    this.writable = writable
    this.#inode = lookAt(path)?.ino
    if (!writable && isOlderFormat(db)) this.#inMemory = asNewest(db)
    const shown = this.#inMemory ?? db
    const [revisions, log] = [this.#revisions, this.#log]
    const acts = new Acts(shown, { path, revisions, log, onCommit: (touched) => this.#committed(touched) })
    this.store = new SqliteStore(shown, acts, revisions)
    // What a killed process left in the log goes into the file at once.
    if (writable && (lookAt(`${path}-wal`)?.size ?? 0) > 0) this.#emptyLog()
  }

  get isOlder(): boolean {
    return isOlderFormat(this.#db)
  }

  isInPlace(): boolean {
    return lookAt(this.path)?.ino === this.#inode
  }

  revision(): string {
    return this.#readRevision(() => this.#revisions.all())
  }

  standing(): string {
    return this.#readRevision(() => this.#revisions.standing())
  }

  #readRevision(read: () => string): string {
    try {
      const revision = read()
      this.#readable = true
      return revision
    } catch (cause) {
      if (sqliteCode(cause) === undefined) throw cause
      // What cannot be read may have changed; whoever reads it next is told what is wrong.
      if (this.#readable) this.#outages += 1
      this.#readable = false
      return `unreadable.${this.#outages}`
    }
  }

  async copyTo(path: string): Promise<void> {
    try {
      createPrivateFile(path)
    } catch (cause) {
      throw unwritable(path, cause)
    }
    try {
      await this.#db.backup(path)
      // What is dropped next is only in the copy: it has to be sound, and on the disk.
      const copy = await openVaultAsItIs(path, { warn: this.#warn })
      copy.close()
      for (const suffix of SIDE_FILES) rmSync(path + suffix, { force: true })
      syncFile(path)
      syncFolder(dirname(path))
    } catch (cause) {
      removeFiles(path)
      throw translateSqlite(cause, path) ?? unwritable(path, cause)
    }
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
    this.#inMemory?.close()
    this.#log.close()
    if (!this.#db.open) return
    if (this.writable) this.#emptyLog()
    this.#db.close()
  }

  #committed(touched: Touched): void {
    // SQLite itself moves a long log into the file; it has to be cut short only where a token may still stand in it.
    if (touched === 'choices') this.#scheduleCheckpoint(CHECKPOINT_DELAY, CHECKPOINT_LATEST)
    else if (this.#checkpoint === undefined) this.#scheduleCheckpoint(CHECKPOINT_OF_USES, CHECKPOINT_OF_USES)
    this.#onCommit?.()
  }

  /** The checkpoint runs after the answer, once for all commits of a moment. */
  #scheduleCheckpoint(delay: number, latest: number): void {
    const now = performance.now()
    this.#checkpointBy = Math.min(this.#checkpointBy, now + latest)
    clearTimeout(this.#checkpoint)
    this.#checkpoint = setTimeout(
      () => {
        this.#checkpoint = undefined
        this.#checkpointBy = Infinity
        if (!this.#emptyLog()) this.#scheduleCheckpoint(delay, latest)
      },
      Math.max(0, Math.min(delay, this.#checkpointBy - now)),
    ).unref()
  }

  /** Moves the log into the file and cuts it to nothing; false where a reader holds a snapshot of it. */
  #emptyLog(): boolean {
    try {
      const [result] = this.#db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
      this.#warned = false
      return result?.busy === 0
    } catch (cause) {
      // Nothing is lost by it: what was committed stays in the log, and the next round empties it.
      if (!isBusy(cause) && !this.#warned) {
        this.#warned = true
        this.#warn(`The log of ${this.path} could not be emptied yet: ${reason(cause)}.`)
      }
      return false
    }
  }
}
