// What uses cost, summed up by day while their rows are written, in the same transaction: a limit for a month is checked
// against a few rows however much was used, and the sums hold after a kill as the rows do.
import { dayOf } from '../../calendar.ts'
import type { TokenSpend, UsedSoFar } from '../token-store.ts'
import type { Statement } from './database.ts'

/** What a row of key_use says of its cost. */
export interface CostOfUse extends Pick<UsedSoFar, 'cost'> {
  estimated: boolean
  /** Whether the use has ended: until then an unknown cost may yet be known. */
  ended: boolean
}

export interface UseOfDay {
  at: number
  token_id: number | null
  provider: string
}

/** The sums are counted for one column of these. */
export type SpendHolder = { column: 'token_id'; key: number } | { column: 'provider'; key: string }

export class SpendByDay {
  readonly #statement: (sql: string) => Statement

  constructor(statement: (sql: string) => Statement) {
    this.#statement = statement
  }

  /** Adds what has changed from one state of a row to the next; `before` is undefined for a new one. */
  add({ at, token_id, provider }: UseOfDay, before: CostOfUse | undefined, after: CostOfUse): void {
    const was = before === undefined ? NOTHING : sumsOf(before)
    const is = sumsOf(after)
    const more = [is.cost - was.cost, is.estimated - was.estimated, is.unpriced - was.unpriced]
    if (more.every((value) => value === 0)) return
    this.#statement(
      `INSERT INTO spend (day, token_id, provider, cost, estimated, unpriced) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET cost = cost + excluded.cost, estimated = estimated + excluded.estimated,
         unpriced = unpriced + excluded.unpriced`,
    ).run(dayOf(at), token_id ?? 0, provider, ...more)
  }

  /** Drops the sums of the days before that of a moment. */
  dropBefore(moment: number): void {
    this.#statement('DELETE FROM spend WHERE day < ?').run(dayOf(moment))
  }

  /** In USD, on the day of `now` and in its month. */
  of({ column, key }: SpendHolder, now: number): { day: number; month: number } {
    const today = dayOf(now)
    const [sums] = this.#statement(
      `SELECT total(cost) FILTER (WHERE day = ?) AS day, total(cost) AS month FROM spend
       WHERE day BETWEEN ? AND ? AND ${column} = ?`,
    ).all(today, firstOfMonth(today), today, key) as { day: number; month: number }[]
    return sums ?? { day: 0, month: 0 }
  }

  /** By token, for those that have used anything in the month of `now`. */
  byToken(now: number): Map<number, TokenSpend> {
    const today = dayOf(now)
    const rows = this.#statement(
      `SELECT token_id, total(cost) FILTER (WHERE day = ?) AS day, total(cost) AS month, sum(estimated) AS estimated,
         sum(unpriced) AS unpriced
       FROM spend WHERE day BETWEEN ? AND ? GROUP BY token_id`,
    ).all(today, firstOfMonth(today), today) as (TokenSpend & { token_id: number })[]
    return new Map(rows.map(({ token_id, ...spend }) => [token_id, spend]))
  }
}

const NOTHING = { cost: 0, estimated: 0, unpriced: 0 }

function sumsOf({ cost, estimated, ended }: CostOfUse) {
  return { cost: cost ?? 0, estimated: estimated && cost !== null ? 1 : 0, unpriced: ended && cost === null ? 1 : 0 }
}

const firstOfMonth = (day: string): string => `${day.slice(0, 8)}01`
