import type { Database, Statement } from './database.ts'

/** How an open file tells that it has changed, whoever changed it. Asked for every request, so it costs microseconds. */
export class Revisions {
  readonly #dataVersion: Statement
  #commits = 0
  #choices = 0
  #seen: string | undefined

  constructor(db: Database) {
    // `pragma()` would compile it anew each time, six times as slow.
    this.#dataVersion = db.prepare('PRAGMA data_version').pluck()
  }

  /** Differs after any commit. */
  all(): string {
    return `${this.#others()}.${this.#commits}`
  }

  /**
   * Differs after any change but our own records of uses, which decide nothing that is remembered. What others have done
   * is looked at once in a round of the event loop: a request asks for it several times.
   */
  standing(): string {
    if (this.#seen === undefined) {
      this.#seen = this.#others()
      setImmediate(() => (this.#seen = undefined))
    }
    return `${this.#seen}.${this.#choices}`
  }

  /** The same within a transaction: of this very moment, and of the acts before it in the same commit, too. */
  standingWithin(): string {
    return `${this.#others()}.${this.#choices}`
  }

  /** Something was changed that is no record of a use. */
  chose(): void {
    this.#choices += 1
  }

  committed(): void {
    this.#commits += 1
  }

  /** Moves at commits of others only, hence the counts of our own (https://sqlite.org/pragma.html#pragma_data_version). */
  #others(): string {
    return String(this.#dataVersion.get())
  }
}
