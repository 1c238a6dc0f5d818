import { setTimeout as delay } from 'node:timers/promises'
import type { Actor } from '../../actor.ts'
import type { AuditEntry } from '../store.ts'
import type { Database, Statement } from './database.ts'
import { isBusy, translateSqlite } from './sqlite-errors.ts'

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

/** Runs every act against the file: one transaction an act. */
export class Acts {
  readonly #db: Database
  readonly #path: string
  readonly #onCommit: () => void
  #insertAudit: Statement | undefined

  constructor(db: Database, path: string, onCommit: () => void) {
    this.#db = db
    this.#path = path
    this.#onCommit = onCommit
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
  async write<T>(by: Actor, run: () => { result: T; entry: AuditEntry | null }): Promise<T> {
    const transaction = this.#db.transaction(() => {
      const { result, entry } = run()
      if (entry !== null) this.#audit(by, entry)
      return { result, changed: entry !== null }
    })
    const { result, changed } = await whenFree(this.#path, () => transaction.immediate())
    if (changed) this.#onCommit()
    return result
  }

  #audit(by: Actor, { act, provider, detail = {} }: AuditEntry): void {
    this.#insertAudit ??= this.#db.prepare(
      'INSERT INTO audit (at, door, caller, os_user, pid, act, provider, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#insertAudit.run(
      new Date().toISOString(),
      by.door,
      by.caller ?? null,
      by.os_user,
      by.pid,
      act,
      provider,
      JSON.stringify(detail),
    )
  }
}
