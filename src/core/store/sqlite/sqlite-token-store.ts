import { z } from 'zod'
import { appError } from '../../../shared/errors.ts'
import type { Actor } from '../../actor.ts'
import type {
  NewTokenRow,
  NewUse,
  PrintedToken,
  TokenChange,
  TokenRow,
  TokenStore,
  UsageGroup,
  UsageQuery,
  UsageRow,
  UseEnding,
  UseRef,
} from '../token-store.ts'
import type { Acts } from './act.ts'
import type { Database, Statement } from './database.ts'
import { DamagedRow, isUniqueViolation } from './sqlite-errors.ts'

const MINUTE = 60_000

interface RawToken extends Omit<TokenRow, 'providers' | 'models' | 'last_used_at'> {
  providers: string | null
  models: string | null
  last_use: number | null
}

const SELECT = `SELECT id, name, kind, prefix, sha256, providers, models, requests_per_minute, expires_at, created_at,
  revoked_at, (SELECT max(at) FROM key_use WHERE token_id = token.id) AS last_use FROM token`

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

  constructor(db: Database, acts: Acts) {
    this.#db = db
    this.#acts = acts
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
      const { name, providers, models, requests_per_minute } = { ...before, ...change }
      const after = { name, providers, models, requests_per_minute }
      const changed = (['name', 'providers', 'models', 'requests_per_minute'] as const).filter(
        (field) => JSON.stringify(after[field]) !== JSON.stringify(before[field]),
      )
      if (changed.length === 0) return { result: before, entry: null }
      this.#named(name, () =>
        this.#statement(
          'UPDATE token SET name = ?, providers = ?, models = ?, requests_per_minute = ? WHERE id = ?',
        ).run(name, toList(providers), toList(models), requests_per_minute, id),
      )
      return {
        result: { ...before, ...after },
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

  beginUse(use: NewUse, by: Actor): Promise<UseRef> {
    return this.#acts.write(by, () => {
      // Inside the transaction, so that uses are counted in the order in which they are allowed.
      const at = Date.now()
      if (use.token_id !== null) this.#admit(use.token_id, use.attempt, at)
      const { token_id, caller, provider, key_id, model, method, route, attempt } = use
      const { lastInsertRowid } = this.#statement(
        `INSERT INTO key_use (at, token_id, caller, provider, key_id, model, route, attempt)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(at, token_id, caller, provider, key_id, model, route, attempt)
      const detail = { method, route, model, key_id }
      return { result: { id: Number(lastInsertRowid), at }, entry: { act: 'key.use', provider, detail } }
    })
  }

  endUses(endings: readonly UseEnding[]): Promise<void> {
    return this.#acts.complete(() => {
      const update = this.#statement(
        `UPDATE key_use SET status = ?, outcome = ?, first_byte_ms = ?, total_ms = ?, model = coalesce(model, ?),
           input_tokens = ?, output_tokens = ?, cached_tokens = ?, cost = ? WHERE id = ? AND at = ?`,
      )
      for (const ending of endings) {
        const { status, outcome, first_byte_ms, total_ms, model } = ending
        const { input_tokens, output_tokens, cached_tokens, cost, id, at } = ending
        update.run(
          status,
          outcome,
          first_byte_ms,
          total_ms,
          model,
          input_tokens,
          output_tokens,
          cached_tokens,
          cost,
          id,
          at,
        )
      }
    })
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
           count(*) FILTER (WHERE input_tokens IS NULL) AS unmeasured, count(*) FILTER (WHERE cost IS NULL) AS unpriced
         FROM key_use WHERE at >= @from AND at < @to AND (@tool IS NULL OR ${TOOL} = @tool)
           AND (@provider IS NULL OR provider = @provider)
         GROUP BY 1, 2 ORDER BY 1, 2`,
      ).all({ from, to, tool: tool ?? null, provider: provider ?? null })
      return rows as UsageRow[]
    })
  }

  /** Refuses a use by a token that may make none now. */
  #admit(id: number, attempt: number, now: number): void {
    const [token] = this.#statement(
      'SELECT name, requests_per_minute, expires_at, revoked_at FROM token WHERE id = ?',
    ).all(id) as Pick<TokenRow, 'name' | 'requests_per_minute' | 'expires_at' | 'revoked_at'>[]
    if (token === undefined) throw appError('unauthorized', undefined)
    const { name, requests_per_minute: limit, expires_at, revoked_at } = token
    if (revoked_at !== null) throw appError('token_revoked', { name })
    if (expires_at !== null && Date.parse(expires_at) <= now) throw appError('token_expired', { name, at: expires_at })
    // A further key for the same request is no further request.
    if (limit === null || attempt > 1) return
    const made = this.#statement(
      'SELECT at FROM key_use WHERE token_id = ? AND at BETWEEN ? AND ? AND attempt = 1 ORDER BY at DESC LIMIT ?',
    )
      .pluck()
      .all(id, now - MINUTE + 1, now, limit) as number[]
    const oldest = made[limit - 1]
    if (oldest === undefined) return
    throw appError('rate_limited', { name, most: limit, seconds: Math.ceil((oldest + MINUTE - now) / 1000) })
  }

  #insert(token: NewTokenRow) {
    const { name, kind, prefix, sha256, providers, models, requests_per_minute, expires_at } = token
    const { lastInsertRowid } = this.#named(name, () =>
      this.#statement(
        `INSERT INTO token (name, kind, prefix, sha256, providers, models, requests_per_minute, expires_at, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        name,
        kind,
        prefix,
        sha256,
        toList(providers),
        toList(models),
        requests_per_minute,
        expires_at,
        new Date().toISOString(),
      ),
    )
    const detail = { token: name, kind, ...pick(token, ['providers', 'models', 'requests_per_minute', 'expires_at']) }
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
