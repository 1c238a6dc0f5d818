import type { Actor } from '../../actor.ts'
import type { CustodyStore, KeyPlace } from '../custody-store.ts'
import type { Acts } from './act.ts'
import type { Database } from './database.ts'

/** What the vault's row says of the place of its master key, in SQL. */
export class SqliteCustodyStore implements CustodyStore {
  readonly #db: Database
  readonly #acts: Acts

  constructor(db: Database, acts: Acts) {
    this.#db = db
    this.#acts = acts
  }

  movePlace(from: KeyPlace, to: KeyPlace, by: Actor): Promise<void> {
    return this.#acts.write(by, () => {
      this.#db.prepare('UPDATE vault SET key_source = ?, key_place = ?').run(to.source, to.place)
      const detail = { from: from.source, to: to.source }
      return { result: undefined, entry: { act: 'master_key.move', provider: null, detail } }
    })
  }

  restoreKey({ source, place }: KeyPlace, by: Actor): Promise<void> {
    return this.#acts.write(by, () => {
      this.#db.prepare('UPDATE vault SET key_source = ?, key_place = ?, lock_epoch = lock_epoch + 1').run(source, place)
      return { result: undefined, entry: { act: 'master_key.restore', provider: null, detail: { to: source } } }
    })
  }

  noteRecoveryCopy(form: 'file' | 'print', by: Actor): Promise<void> {
    return this.#acts.write(by, () => {
      this.#db
        .prepare('UPDATE vault SET recovery_copy_at = ?, recovery_copy_of = master_key_id')
        .run(new Date().toISOString())
      return { result: undefined, entry: { act: 'master_key.recovery_copy', provider: null, detail: { form } } }
    })
  }
}
