import type { Database, Statement } from './database.ts'

/** How an open file tells that it has changed, whoever changed it. Asked for every request, so it costs microseconds. */
export class Revisions {
  readonly #dataVersion: Statement
  #commits = 0
  #choices = 0

  constructor(db: Database) {
    // `pragma()` would compile it anew each time, six times as slow.
    this.#dataVersion = db.prepare('PRAGMA data_version').pluck()
  }

  /** Differs after any commit. */
  all(): string {
    return `${this.#others()}.${this.#commits}`
  }

  /**
   * Differs after any change but our own records of uses, which decide nothing that is remembered. Within a transaction it
   * tells of the acts before, too: those are counted when they are tried, not when they are on the disk.
   */
  standing(): string {
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
