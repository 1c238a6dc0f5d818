import { appError } from '../../../shared/errors.ts'
import { limitNames, noLimits, type Limits } from '../../../shared/limit-schemas.ts'
import type { Actor } from '../../actor.ts'
import type { LimitStore } from '../limit-store.ts'
import type { Acts } from './act.ts'
import type { Database } from './database.ts'
import { SpendByDay } from './spend-by-day.ts'

/** Limits of providers and the one switch of all tools, in SQL. */
export class SqliteLimitStore implements LimitStore {
  readonly #db: Database
  readonly #acts: Acts
  readonly #spend: SpendByDay

  constructor(db: Database, acts: Acts) {
    this.#db = db
    this.#acts = acts
    this.#spend = new SpendByDay((sql) => db.prepare(sql))
  }

  ofProviders(): Promise<Map<string, Limits>> {
    return this.#acts.readOne(() => {
      const rows = this.#db
        .prepare(
          `SELECT name, requests_per_minute, tokens_per_minute, spend_per_day, spend_per_month
           FROM provider_limit JOIN provider ON provider.id = provider_id`,
        )
        .all() as ({ name: string } & Limits)[]
      return new Map(rows.map(({ name, ...limits }) => [name, limits]))
    })
  }

  setOfProvider(id: number, change: Partial<Limits>, by: Actor): Promise<Limits> {
    return this.#acts.write(by, () => {
      const [found] = this.#db
        .prepare(
          `SELECT name, requests_per_minute, tokens_per_minute, spend_per_day, spend_per_month
           FROM provider LEFT JOIN provider_limit ON provider_id = provider.id WHERE provider.id = ?`,
        )
        .all(id) as ({ name: string } & Limits)[]
      if (found === undefined) throw appError('provider_not_found', { ref: id })
      const { name, ...before } = found
      const after = { ...before, ...change }
      const changed = limitNames.filter((limit) => after[limit] !== before[limit])
      if (changed.length === 0) return { result: before, entry: null }
      this.#db.prepare('DELETE FROM provider_limit WHERE provider_id = ?').run(id)
      if (limitNames.some((limit) => after[limit] !== noLimits[limit])) {
        this.#db
          .prepare(
            `INSERT INTO provider_limit (provider_id, requests_per_minute, tokens_per_minute, spend_per_day,
               spend_per_month) VALUES (?, ?, ?, ?, ?)`,
          )
          .run(id, ...limitNames.map((limit) => after[limit]))
      }
      const detail = Object.fromEntries(changed.map((limit) => [limit, after[limit]]))
      return { result: after, entry: { act: 'provider.limits', provider: name, detail } }
    })
  }

  spentAt(provider: string): Promise<{ day: number; month: number }> {
    return this.#acts.readOne(() => this.#spend.of({ column: 'provider', key: provider }, Date.now()))
  }

  pausedAt(): Promise<string | null> {
    return this.#acts.readOne(() => this.#pausedAt())
  }

  pause(on: boolean, by: Actor): Promise<string | null> {
    return this.#acts.write(by, () => {
      const before = this.#pausedAt()
      if (on === (before !== null)) return { result: before, entry: null }
      const after = on ? new Date().toISOString() : null
      this.#db.prepare('UPDATE vault SET paused_at = ?').run(after)
      return { result: after, entry: { act: on ? 'tools.pause' : 'tools.resume', provider: null } }
    })
  }

  #pausedAt(): string | null {
    return this.#db.prepare('SELECT paused_at FROM vault').pluck().get() as string | null
  }
}
