import { setImmediate as afterThisRound, setTimeout as delay } from 'node:timers/promises'
import type { Actor } from '../../actor.ts'
import { unwritable } from '../../private-files.ts'
import type { AuditEntry } from '../store.ts'
import type { Database } from './database.ts'
import type { LogSync } from './log-sync.ts'
import type { Revisions } from './revisions.ts'
import { AuditWriter } from './sqlite-audit-store.ts'
import { isBusy, sqliteCode, translateSqlite } from './sqlite-errors.ts'

/** How long a busy vault is awaited before `vault_busy`, and how often it is tried, in milliseconds. */
const BUSY_LIMIT = 5_000
const BUSY_PAUSE = 20

/** Runs something on the file, again where another process holds it; translates SQLite's errors, once. */
export async function whenFree<T>(path: string, run: () => T): Promise<T> {
  const deadline = performance.now() + BUSY_LIMIT
  for (;;) {
    try {
      return run()
    } catch (cause) {
      if (!isBusy(cause) || performance.now() > deadline) throw translateSqlite(cause, path) ?? cause
      await delay(BUSY_PAUSE)
    }
  }
}

/** A change that waits for its commit. */
interface Waiting {
  /** A record of a use and nothing else, which is synced beside the event loop. */
  isUse: boolean
  /** Answers what was changed; may be called again where the whole commit came to nothing. */
  attempt(): Touched
  /** Told once: that what was attempted last is on the disk, or why it is not. */
  settle(outcome: Outcome): void
}

/** `uses`: nothing but the record of how keys are used, which holds no key and no choice of a person's. */
export type Touched = 'nothing' | 'uses' | 'choices'

type Outcome = { touched: Touched } | { cause: unknown }

/** How many changes share a commit at most: so long is nothing else done on this thread. */
const COMMIT_LIMIT = 64

interface ActsDeps {
  path: string
  revisions: Revisions
  log: LogSync
  /** Told after each commit. */
  onCommit: (touched: Touched) => void
}

/**
 * Runs every act against the file: one transaction an act. Changes that arrive in the same round of the event loop are
 * put on the disk together, each within a savepoint of its own, because waiting for the disk is most of what one costs.
 */
export class Acts {
  readonly #db: Database
  readonly #path: string
  readonly #revisions: Revisions
  readonly #log: LogSync
  readonly #onCommit: (touched: Touched) => void
  readonly #waiting: Waiting[] = []
  #committing = false
  readonly #trail: AuditWriter

  constructor(db: Database, { path, revisions, log, onCommit }: ActsDeps) {
    this.#db = db
    this.#path = path
    this.#revisions = revisions
    this.#log = log
    this.#onCommit = onCommit
    this.#trail = new AuditWriter(db)
  }

  /** Reads, in one transaction so that several statements see one state. */
  read<T>(run: () => T): Promise<T> {
    return whenFree(this.#path, () => this.#db.transaction(run).deferred())
  }

  /** Reads by one statement, which sees one state by itself. */
  readOne<T>(run: () => T): Promise<T> {
    return whenFree(this.#path, run)
  }

  /**
   * Changes, in one transaction with its audit row. `run` answers what goes into the row beside its result;
   * an entry of null means that nothing was changed, and nothing is written.
   */
  write<T>(by: Actor, run: () => { result: T; entry: AuditEntry | null }): Promise<T> {
    return this.#putWithEntry(by, run, 'choices')
  }

  /** The same for the record of a use. */
  writeUse<T>(by: Actor, run: () => { result: T; entry: AuditEntry }): Promise<T> {
    return this.#putWithEntry(by, run, 'uses')
  }

  /** Adds to what the audit row of an earlier act is about: how it ended. */
  complete(touched: 'uses' | 'choices', run: () => void): Promise<void> {
    return this.#put(touched === 'uses', () => ({ result: run(), touched }))
  }

  #putWithEntry<T>(
    by: Actor,
    run: () => { result: T; entry: AuditEntry | null },
    touched: 'uses' | 'choices',
  ): Promise<T> {
    return this.#put(touched === 'uses', () => {
      const { result, entry } = run()
      if (entry !== null) this.#trail.append(by, entry)
      return { result, touched: entry === null ? 'nothing' : touched }
    })
  }

  #put<T>(isUse: boolean, run: () => { result: T; touched: Touched }): Promise<T> {
    const transaction = this.#db.transaction(run)
    return new Promise<T>((resolve, reject) => {
      let succeed = (): void => undefined
      this.#waiting.push({
        isUse,
        attempt: () => {
          const { result, touched } = transaction.immediate()
          if (touched === 'choices') this.#revisions.chose()
          succeed = () => resolve(result)
          return touched
        },
        settle: (outcome) => ('cause' in outcome ? reject(outcome.cause) : succeed()),
      })
      if (!this.#committing) void this.#commitAll()
    })
  }

  async #commitAll(): Promise<void> {
    this.#committing = true
    while (this.#waiting.length > 0) {
      await afterThisRound()
      await this.#commit(this.#waiting.splice(0, COMMIT_LIMIT))
    }
    this.#committing = false
  }

  async #commit(acts: Waiting[]): Promise<void> {
    let outcomes: Outcome[]
    try {
      outcomes = await (acts.every(({ isUse }) => isUse) ? this.#commitUses(acts) : this.#commitNow(acts))
    } catch (cause) {
      // What was read within it may never have been so.
      this.#revisions.chose()
      const [act, ...more] = acts
      if (more.length === 0) return act?.settle({ cause })
      // What became of the whole says nothing of each: a full disk may still take the next.
      for (const one of acts) await this.#commit([one])
      return
    }
    acts.forEach((act, n) => act.settle(outcomes[n] ?? { cause: new Error('an act without an outcome') }))
  }

  async #commitNow(acts: Waiting[]): Promise<Outcome[]> {
    const outcomes = await whenFree(this.#path, () => this.#attempt(acts))
    this.#tell(outcomes)
    return outcomes
  }

  /** Leaves the disk to another thread: a tool's answer that streams by must not stop for the record of a request. */
  async #commitUses(acts: Waiting[]): Promise<Outcome[]> {
    const outcomes = await whenFree(this.#path, () => {
      this.#db.exec('PRAGMA synchronous = NORMAL')
      try {
        return this.#attempt(acts)
      } finally {
        this.#db.exec('PRAGMA synchronous = FULL')
      }
    })
    this.#tell(outcomes)
    try {
      await this.#log.sync()
    } catch (cause) {
      // They are in the vault, but nobody may rely on it; to try again would write them twice.
      return acts.map(() => ({ cause: unwritable(this.#path, cause) }))
    }
    return outcomes
  }

  #tell(outcomes: readonly Outcome[]): void {
    const touched = outcomes.map((outcome) => ('touched' in outcome ? outcome.touched : 'nothing'))
    const most = (['choices', 'uses'] as const).find((one) => touched.includes(one))
    if (most === undefined) return
    this.#revisions.committed()
    this.#onCommit(most)
  }

  #attempt(acts: Waiting[]): Outcome[] {
    const [only, ...more] = acts
    if (only !== undefined && more.length === 0) return [{ touched: only.attempt() }]
    return this.#db.transaction(() => acts.map((act) => this.#attemptWithin(act))).immediate()
  }

  /** An act's own refusal undoes that act alone, unless SQLite has undone everything with it. */
  #attemptWithin(act: Waiting): Outcome {
    try {
      return { touched: act.attempt() }
    } catch (cause) {
      if (sqliteCode(cause) !== undefined || !this.#db.inTransaction) throw cause
      return { cause }
    }
  }
}
