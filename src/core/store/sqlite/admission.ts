// Whether a use may be made now. Read inside the transaction that writes it down, so that uses are counted in the order
// in which they are allowed, among processes too. The tighter limit of token and provider is the one that refuses.
import { appError } from '../../../shared/errors.ts'
import type { Limits } from '../../../shared/limit-schemas.ts'
import type { NewUse } from '../token-store.ts'
import type { Statement } from './database.ts'
import { RecentRequests } from './recent-requests.ts'
import type { SpendByDay, SpendHolder } from './spend-by-day.ts'

const MINUTE = 60_000
/** The longest that a use is expected to run: so far back are those looked for that end within the last minute. */
const LONGEST = 3_600_000

interface Standing {
  paused_at: string | null
  name: string | null
  revoked_at: string | null
  expires_at: string | null
  t_requests: number | null
  t_tokens: number | null
  t_day: number | null
  t_month: number | null
  p_requests: number | null
  p_tokens: number | null
  p_day: number | null
  p_month: number | null
}

/** Of what the limits are, and how a sentence calls it. */
type Limited = SpendHolder & { whose: string; limits: Limits }

export class Admission {
  readonly #statement: (sql: string) => Statement
  readonly #spend: SpendByDay
  readonly #requests: RecentRequests
  readonly #standingOf: () => string
  /** What was read of those who use keys, as long as nothing but uses is written. */
  readonly #known = new Map<string, Standing>()
  #knownAt = ''

  constructor(statement: (sql: string) => Statement, spend: SpendByDay, standingOf: () => string) {
    this.#statement = statement
    this.#spend = spend
    this.#requests = new RecentRequests(statement, MINUTE)
    this.#standingOf = standingOf
  }

  /** Refuses a use that may not be made now. Answers what may still be spent; null: as much as it likes. */
  admit(use: Pick<NewUse, 'token_id' | 'provider' | 'attempt' | 'costs'>, now: number): number | null {
    const limited = this.#limited(use, now)
    for (const one of limited) {
      // A further key for the same request is no further request.
      if (use.attempt === 1) this.#checkRequests(one, now)
      if (use.costs) this.#checkTokens(one, now)
    }
    return use.costs ? this.#left(limited, now) : null
  }

  /** Counts a use that was allowed and written down, within its transaction. */
  count({ token_id, provider, attempt }: Pick<NewUse, 'token_id' | 'provider' | 'attempt'>, at: number): void {
    if (attempt === 1) this.#requests.add(at, token_id, provider)
  }

  /** The same of a use that runs: what may still be spent; throws where that is nothing. */
  left(use: Pick<NewUse, 'token_id' | 'provider'>, now: number): number | null {
    return this.#left(this.#limited(use, now), now)
  }

  #standing({ token_id, provider }: Pick<NewUse, 'token_id' | 'provider'>): Standing {
    const at = this.#standingOf()
    if (at !== this.#knownAt) {
      this.#known.clear()
      this.#requests.forget()
      this.#knownAt = at
    }
    const who = `${token_id} ${provider}`
    const known = this.#known.get(who)
    if (known !== undefined) return known
    const [found] = this.#statement(
      `SELECT vault.paused_at, token.name, token.revoked_at, token.expires_at, token.requests_per_minute AS t_requests,
         token.tokens_per_minute AS t_tokens, token.spend_per_day AS t_day, token.spend_per_month AS t_month,
         most.requests_per_minute AS p_requests, most.tokens_per_minute AS p_tokens, most.spend_per_day AS p_day,
         most.spend_per_month AS p_month
       FROM vault LEFT JOIN token ON token.id = ? LEFT JOIN provider ON provider.name = ?
         LEFT JOIN provider_limit AS most ON most.provider_id = provider.id
       WHERE vault.id = 1`,
    ).all(token_id, provider) as Standing[]
    if (found === undefined) throw appError('internal', undefined)
    this.#known.set(who, found)
    return found
  }

  #limited(use: Pick<NewUse, 'token_id' | 'provider'>, now: number): Limited[] {
    const { token_id, provider } = use
    const found = this.#standing(use)
    const { name, revoked_at, expires_at } = found
    const limited: Limited[] = []
    if (token_id !== null) {
      if (found.paused_at !== null) throw appError('tools_paused', undefined)
      if (name === null) throw appError('unauthorized', undefined)
      if (revoked_at !== null) throw appError('token_revoked', { name })
      if (expires_at !== null && Date.parse(expires_at) <= now) {
        throw appError('token_expired', { name, at: expires_at })
      }
      const limits = limitsOf(found.t_requests, found.t_tokens, found.t_day, found.t_month)
      if (limits !== undefined) limited.push({ column: 'token_id', key: token_id, whose: `token '${name}'`, limits })
    }
    const limits = limitsOf(found.p_requests, found.p_tokens, found.p_day, found.p_month)
    if (limits !== undefined)
      limited.push({ column: 'provider', key: provider, whose: `provider '${provider}'`, limits })
    return limited
  }

  #checkRequests({ whose, limits, ...holder }: Limited, now: number): void {
    const most = limits.requests_per_minute
    if (most === null) return
    const oldest = this.#requests.nth(most, holder, now)
    if (oldest === undefined) return
    throw appError('rate_limited', { whose, most, of: 'request', seconds: secondsUntil(oldest + MINUTE, now) })
  }

  /** A use counts when its last tokens came: one that runs for long would never be counted by its beginning. */
  #checkTokens({ column, key, whose, limits }: Limited, now: number): void {
    const most = limits.tokens_per_minute
    if (most === null) return
    const values = [key, now - LONGEST, now, now - MINUTE]
    let used = this.#statement(
      `SELECT coalesce(sum(input_tokens + output_tokens), 0) FROM key_use
       WHERE ${column} = ? AND at BETWEEN ? AND ? AND at + coalesce(total_ms, 0) > ? AND input_tokens IS NOT NULL`,
    )
      .pluck()
      .get(...values) as number
    if (used < most) return
    const made = this.#statement(
      `SELECT at + coalesce(total_ms, 0) AS ended, input_tokens + output_tokens AS tokens FROM key_use
       WHERE ${column} = ? AND at BETWEEN ? AND ? AND at + coalesce(total_ms, 0) > ? AND input_tokens IS NOT NULL
       ORDER BY 1`,
    ).all(...values) as { ended: number; tokens: number }[]
    let free = now
    for (const { ended, tokens } of made) {
      used -= tokens
      free = ended + MINUTE
      if (used < most) break
    }
    throw appError('rate_limited', { whose, most, of: 'token', seconds: secondsUntil(free, now) })
  }

  #left(limited: readonly Limited[], now: number): number | null {
    let left: number | null = null
    for (const { whose, limits, ...holder } of limited) {
      const { spend_per_day, spend_per_month } = limits
      if (spend_per_day === null && spend_per_month === null) continue
      const spent = this.#spend.of(holder, now)
      for (const [per, most] of [
        ['day', spend_per_day],
        ['month', spend_per_month],
      ] as const) {
        if (most === null) continue
        if (spent[per] >= most) throw appError('spend_limited', { whose, most, spent: spent[per], per })
        left = Math.min(left ?? Infinity, most - spent[per])
      }
    }
    return left
  }
}

function limitsOf(
  requests_per_minute: number | null,
  tokens_per_minute: number | null,
  spend_per_day: number | null,
  spend_per_month: number | null,
): Limits | undefined {
  const limits = { requests_per_minute, tokens_per_minute, spend_per_day, spend_per_month }
  return Object.values(limits).every((limit) => limit === null) ? undefined : limits
}

function secondsUntil(moment: number, now: number): number {
  return Math.max(1, Math.ceil((moment - now) / 1000))
}
