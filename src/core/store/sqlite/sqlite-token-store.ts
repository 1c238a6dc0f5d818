import { z } from 'zod'
import { appError } from '../../../shared/errors.ts'
import { limitNames } from '../../../shared/limit-schemas.ts'
import type { Actor } from '../../actor.ts'
import {
  USES_KEPT,
  type BegunUse,
  type NewTokenRow,
  type NewUse,
  type PrintedToken,
  type TokenChange,
  type TokenRow,
  type TokenSpend,
  type TokenStore,
  type UsageGroup,
  type UsageQuery,
  type UsageRow,
  type UsedSoFar,
  type UseEnding,
  type UseRef,
} from '../token-store.ts'
import type { Acts } from './act.ts'
import { Admission } from './admission.ts'
import type { Database, Statement } from './database.ts'
import type { Revisions } from './revisions.ts'
import { SpendByDay, type UseOfDay } from './spend-by-day.ts'
import { DamagedRow, isUniqueViolation } from './sqlite-errors.ts'

interface RawToken extends Omit<TokenRow, 'providers' | 'models' | 'last_used_at'> {
  providers: string | null
  models: string | null
  last_use: number | null
}

const DAY = 86_400_000

/** What may be changed of a token later. */
const CHANGEABLE = ['name', 'providers', 'models', ...limitNames] as const

const SELECT = `SELECT id, name, kind, prefix, sha256, providers, models, requests_per_minute, tokens_per_minute,
  spend_per_day, spend_per_month, expires_at, created_at, revoked_at,
  (SELECT max(at) FROM key_use WHERE token_id = token.id) AS last_use FROM token`

// A token that was renamed is still the same tool.
const TOOL = 'coalesce((SELECT name FROM token WHERE id = token_id), caller)'

const GROUPS: Readonly<Record<UsageGroup | 'none', string>> = {
  none: 'NULL',
  day: "strftime('%Y-%m-%d', at / 1000, 'unixepoch', 'localtime')",
  tool: TOOL,
  provider: 'provider',
  model: "provider || '/' || model",
  // By its label; a key that is gone has none any more.
  key: `provider || coalesce(' ' || coalesce(
    (SELECT key_label FROM provider AS p WHERE p.name = key_use.provider AND p.key_id = key_use.key_id),
    (SELECT label FROM provider_key AS k WHERE k.key_id = key_use.key_id),
    substr(key_id, 1, 8)), '')`,
}

/** Tokens and uses in SQL. */
export class SqliteTokenStore implements TokenStore {
  readonly #db: Database
  readonly #acts: Acts
  readonly #statements = new Map<string, Statement>()
  readonly #spend: SpendByDay
  readonly #admission: Admission

  constructor(db: Database, acts: Acts, revisions: Revisions) {
    this.#db = db
    this.#acts = acts
    const statement = (sql: string): Statement => this.#statement(sql)
    this.#spend = new SpendByDay(statement)
    this.#admission = new Admission(statement, this.#spend, () => revisions.standingWithin())
  }

  list(): Promise<TokenRow[]> {
    return this.#acts.readOne(() => this.#tokens(`${SELECT} ORDER BY id`))
  }

  insert(token: NewTokenRow, by: Actor): Promise<TokenRow> {
    return this.#acts.write(by, () => this.#insert(token))
  }

  replace(token: NewTokenRow, by: Actor): Promise<TokenRow> {
    return this.#acts.write(by, () => {
      this.#statement('UPDATE token SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL').run(
        new Date().toISOString(),
        token.name,
      )
      return this.#insert(token)
    })
  }

  update(id: number, change: TokenChange, by: Actor): Promise<TokenRow> {
    return this.#acts.write(by, () => {
      const before = this.#get(id)
      const after = { ...before, ...change }
      const changed = CHANGEABLE.filter((field) => JSON.stringify(after[field]) !== JSON.stringify(before[field]))
      if (changed.length === 0) return { result: before, entry: null }
      const { name, providers, models } = after
      this.#named(name, () =>
        this.#statement(
          `UPDATE token SET name = ?, providers = ?, models = ?, requests_per_minute = ?, tokens_per_minute = ?,
             spend_per_day = ?, spend_per_month = ? WHERE id = ?`,
        ).run(name, toList(providers), toList(models), ...limitNames.map((limit) => after[limit]), id),
      )
      return {
        result: after,
        entry: { act: 'token.update', provider: null, detail: { token: before.name, ...pick(after, changed) } },
      }
    })
  }

  revoke(id: number, by: Actor): Promise<void> {
    return this.#acts.write(by, () => {
      const { name } = this.#get(id)
      this.#statement('UPDATE token SET revoked_at = ? WHERE id = ?').run(new Date().toISOString(), id)
      return { result: undefined, entry: { act: 'token.revoke', provider: null, detail: { token: name } } }
    })
  }

  listPrinted(): Promise<PrintedToken[]> {
    return this.#acts.readOne(
      () => this.#statement('SELECT sha256, token_id, expires_at FROM printed_token').all() as PrintedToken[],
    )
  }

  print({ sha256, token_id, expires_at }: PrintedToken, by: Actor): Promise<void> {
    return this.#acts.write(by, () => {
      const { name } = this.#get(token_id)
      // A helper command is run many times a day: what is over must not pile up.
      this.#statement('DELETE FROM printed_token WHERE expires_at <= ?').run(new Date().toISOString())
      this.#statement('INSERT INTO printed_token (sha256, token_id, expires_at) VALUES (?, ?, ?)').run(
        sha256,
        token_id,
        expires_at,
      )
      const detail = { token: name, expires_at }
      return { result: undefined, entry: { act: 'token.print', provider: null, detail } }
    })
  }

  beginUse(use: NewUse, by: Actor): Promise<BegunUse> {
    return this.#acts.writeUse(by, () => {
      const at = Date.now()
      const left = this.#admission.admit(use, at)
      const { token_id, caller, provider, key_id, model, method, route, attempt, estimate, environment } = use
      const { lastInsertRowid } = this.#statement(
        `INSERT INTO key_use (at, token_id, caller, provider, key_id, model, route, attempt,
           input_tokens, output_tokens, cached_tokens, cost, total_ms, estimated)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(at, token_id, caller, provider, key_id, model, route, attempt, ...takenAtLeast(estimate))
      this.#admission.count(use, at)
      const ref = { id: Number(lastInsertRowid), at }
      if (estimate !== undefined) {
        this.#spend.add({ at, token_id, provider }, undefined, { cost: estimate.cost, estimated: true, ended: false })
      }
      const detail = { method, route, model, key_id, ...(environment === undefined ? {} : { environment }) }
      return { result: { ...ref, left }, entry: { act: 'key.use', provider, detail } }
    })
  }

  async noteUse(use: UseRef & Pick<NewUse, 'token_id' | 'provider'>, used: UsedSoFar): Promise<number | null> {
    await this.#acts.complete('uses', () => this.#note(use, used))
    return this.#acts.read(() => this.#admission.left(use, Date.now()))
  }

  endUses(endings: readonly UseEnding[]): Promise<void> {
    return this.#acts.complete('uses', () => {
      const update = this.#statement(
        `UPDATE key_use SET status = ?, outcome = ?, first_byte_ms = ?, total_ms = ?, model = coalesce(model, ?),
           input_tokens = ?, output_tokens = ?, cached_tokens = ?, cost = ?, estimated = ? WHERE id = ?`,
      )
      for (const ending of endings) {
        const before = this.#begun(ending)
        if (before === undefined) continue
        const { status, outcome, first_byte_ms, total_ms, model } = ending
        const { input_tokens, output_tokens, cached_tokens, cost, estimated, id } = ending
        const took = [input_tokens, output_tokens, cached_tokens, cost, estimated ? 1 : 0]
        update.run(status, outcome, first_byte_ms, total_ms, model, ...took, id)
        this.#spend.add(before, before, { cost, estimated, ended: true })
      }
      this.#dropOld(Date.now() - USES_KEPT * DAY)
    })
  }

  spendByToken(): Promise<Map<number, TokenSpend>> {
    return this.#acts.readOne(() => this.#spend.byToken(Date.now()))
  }

  sumUses({ from, to, by, split_by, tool, provider }: UsageQuery): Promise<UsageRow[]> {
    const part = split_by ?? 'none'
    return this.#acts.readOne(() => {
      const rows = this.#statement(
        `SELECT ${GROUPS[by]} AS "group", ${GROUPS[part]} AS part,
           count(*) AS requests,
           count(*) FILTER (WHERE outcome IN ('failed', 'cut') OR status >= 400) AS failed,
           coalesce(sum(input_tokens), 0) AS input_tokens, coalesce(sum(output_tokens), 0) AS output_tokens,
           coalesce(sum(cached_tokens), 0) AS cached_tokens, total(cost) AS cost,
           total(estimated) AS estimated,
           count(*) FILTER (WHERE input_tokens IS NULL) AS unmeasured, count(*) FILTER (WHERE cost IS NULL) AS unpriced
         FROM key_use WHERE at >= @from AND at < @to AND (@tool IS NULL OR ${TOOL} = @tool)
           AND (@provider IS NULL OR provider = @provider)
         GROUP BY 1, 2 ORDER BY 1, 2`,
      ).all({ from, to, tool: tool ?? null, provider: provider ?? null })
      return rows as UsageRow[]
    })
  }

  /** A few at a time: nobody's request waits for years of them. */
  #dropOld(before: number): void {
    this.#statement('DELETE FROM key_use WHERE id IN (SELECT id FROM key_use WHERE at < ? ORDER BY at LIMIT 500)').run(
      before,
    )
    this.#spend.dropBefore(before)
  }

  /** The row of a use as it is, where it is there. */
  #begun({ id, at }: UseRef) {
    const [row] = this.#statement(
      'SELECT at, token_id, provider, cost, estimated, outcome FROM key_use WHERE id = ? AND at = ?',
    ).all(id, at) as (UseOfDay & { cost: number | null; estimated: number; outcome: string | null })[]
    if (row === undefined) return undefined
    return { ...row, estimated: row.estimated === 1, ended: row.outcome !== null }
  }

  /** What has ended says itself what it took. */
  #note(ref: UseRef, { input_tokens, output_tokens, cost, total_ms }: UsedSoFar): void {
    const before = this.#begun(ref)
    if (before === undefined || before.ended) return
    this.#statement(
      `UPDATE key_use SET input_tokens = ?, output_tokens = ?, cached_tokens = 0, cost = ?, total_ms = ?, estimated = 1
       WHERE id = ?`,
    ).run(input_tokens, output_tokens, cost, total_ms, ref.id)
    this.#spend.add(before, before, { cost, estimated: true, ended: false })
  }

  #insert(token: NewTokenRow) {
    const { name, kind, prefix, sha256, providers, models, expires_at } = token
    const { lastInsertRowid } = this.#named(name, () =>
      this.#statement(
        `INSERT INTO token (name, kind, prefix, sha256, providers, models, requests_per_minute, tokens_per_minute,
           spend_per_day, spend_per_month, expires_at, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        name,
        kind,
        prefix,
        sha256,
        toList(providers),
        toList(models),
        ...limitNames.map((limit) => token[limit]),
        expires_at,
        new Date().toISOString(),
      ),
    )
    const detail = { token: name, kind, ...pick(token, ['providers', 'models', ...limitNames, 'expires_at']) }
    return { result: this.#get(Number(lastInsertRowid)), entry: { act: 'token.create', provider: null, detail } }
  }

  /** Leaves uniqueness to the database and says it in the error table's words. */
  #named<T>(name: string, write: () => T): T {
    try {
      return write()
    } catch (cause) {
      throw isUniqueViolation(cause, 'token.name') ? appError('token_exists', { name }) : cause
    }
  }

  #get(id: number): TokenRow {
    const [token] = this.#tokens(`${SELECT} WHERE id = ? AND revoked_at IS NULL`, id)
    if (token === undefined) throw appError('token_not_found', { ref: id })
    return token
  }

  #tokens(sql: string, ...values: unknown[]): TokenRow[] {
    return (this.#statement(sql).all(...values) as RawToken[]).map(toTokenRow)
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

/** What the row of a use says of it before there is an answer. */
function takenAtLeast(estimate: NewUse['estimate']): (number | null)[] {
  return estimate === undefined ? [null, null, null, null, null, 0] : [estimate.input_tokens, 0, 0, estimate.cost, 0, 1]
}

const List = z.array(z.string())

function toTokenRow({ last_use, providers, models, ...raw }: RawToken): TokenRow {
  const list = (text: string | null): string[] | null => (text === null ? null : readList(text, raw.name))
  return {
    ...raw,
    providers: list(providers),
    models: list(models),
    last_used_at: last_use === null ? null : new Date(last_use).toISOString(),
  }
}

/** What a token may use and cannot be read must never read as "all". */
function readList(text: string, name: string): string[] {
  try {
    return List.parse(JSON.parse(text))
  } catch {
    throw new DamagedRow(`what its token ${JSON.stringify(name)} may use cannot be read`)
  }
}

function toList(names: readonly string[] | null): string | null {
  return names === null ? null : JSON.stringify(names)
}

/** The fields that say something. */
function pick<T extends object>(from: T, fields: readonly (keyof T & string)[]): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field, from[field]]))
}
