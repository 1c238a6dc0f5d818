import { setImmediate as afterThisRound } from 'node:timers/promises'
import { z } from 'zod'
import type { AuditAnchor } from '../../audit/anchor.ts'
import { CHAIN_BEGIN, hashOf, type AuditRow, type ChainedRow, type ChainStart } from '../../audit/chain.ts'
import type { Actor } from '../../actor.ts'
import type { AuditFilter, AuditStore } from '../audit-store.ts'
import type { AuditEntry } from '../store.ts'
import type { Acts } from './act.ts'
import type { Database, Statement } from './database.ts'

const SELECT = 'SELECT seq, at, door, caller, os_user, pid, act, provider, detail, hash FROM audit'

const LIST = `${SELECT}
  WHERE (@since IS NULL OR at >= @since) AND (@until IS NULL OR at < @until)
    AND (@provider IS NULL OR provider = @provider) AND (@caller IS NULL OR caller = @caller)
    AND (@door IS NULL OR door = @door)
    AND (@act IS NULL OR act = @act OR substr(act, 1, length(@act) + 1) = @act || '.')
    AND seq < @before
  ORDER BY seq DESC LIMIT @limit`

// `lower` knows the letters of ASCII alone, on both sides alike.
const SEARCH = LIST.replace(
  'ORDER BY',
  `AND seq >= @from AND NOT EXISTS (SELECT 1 FROM json_each(@words) AS word WHERE instr(lower(concat_ws(' ', provider,
    (SELECT display_name FROM provider AS p WHERE p.name = audit.provider), door, caller, os_user, act, detail)),
    lower(word.value)) = 0)
  ORDER BY`,
)

/** So many rows are searched before others have their turn on this thread. */
const SEARCHED_AT_A_TIME = 5_000

// Beside the settings, which know nothing of them: they are no choice of the person's.
const ALARM = 'refusals_to_see'
const ANCHOR = 'audit_anchor'

const Anchor = z.object({ seq: z.int(), hash: z.string(), master_key_id: z.string(), mac: z.string() })

/** The audit trail in SQL. */
export class SqliteAuditStore implements AuditStore {
  readonly #db: Database
  readonly #acts: Acts
  readonly #statements = new Map<string, Statement>()

  constructor(db: Database, acts: Acts) {
    this.#db = db
    this.#acts = acts
  }

  async list({ search, limit, before = Number.MAX_SAFE_INTEGER, ...filter }: AuditFilter): Promise<ChainedRow[]> {
    const { since = null, until = null, provider = null, act = null, caller = null, door = null } = filter
    const wanted = { since, until, provider, act, caller, door }
    if (search === undefined) return this.#rows(LIST, { ...wanted, before, limit })
    const words = JSON.stringify(search.split(/\s+/).filter((word) => word !== ''))
    const [newest, [oldest]] = [await this.head(), await this.after(Number.MIN_SAFE_INTEGER, 1)]
    if (newest === undefined || oldest === undefined) return []
    const found: ChainedRow[] = []
    let end = Math.min(before, newest.seq + 1)
    while (end > oldest.seq && found.length < limit) {
      const from = end - SEARCHED_AT_A_TIME
      found.push(...(await this.#rows(SEARCH, { ...wanted, words, from, before: end, limit: limit - found.length })))
      end = from
      await afterThisRound()
    }
    return found
  }

  #rows(sql: string, values: Record<string, unknown>): Promise<ChainedRow[]> {
    return this.#acts.readOne(() => this.#statement(sql).all(values) as ChainedRow[])
  }

  after(seq: number, limit: number): Promise<ChainedRow[]> {
    return this.#acts.readOne(
      () => this.#statement(`${SELECT} WHERE seq > ? ORDER BY seq LIMIT ?`).all(seq, limit) as ChainedRow[],
    )
  }

  head(): Promise<ChainStart | undefined> {
    return this.#acts.readOne(
      () => this.#statement('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1').get() as ChainStart | undefined,
    )
  }

  hashAt(seq: number): Promise<string | undefined> {
    return this.#acts.readOne(
      () => this.#statement('SELECT hash FROM audit WHERE seq = ?').pluck().get(seq) as string | undefined,
    )
  }

  anchor(): Promise<AuditAnchor | undefined> {
    return this.#acts.readOne(() => readAnchor((sql) => this.#statement(sql)))
  }

  prune(begin: ChainStart, anchor: AuditAnchor, by: Actor): Promise<boolean> {
    return this.#acts.write<boolean>(by, () => {
      const statement = (sql: string): Statement => this.#statement(sql)
      const now = readAnchor(statement) ?? CHAIN_BEGIN
      const hash = statement('SELECT hash FROM audit WHERE seq = ?').pluck().get(anchor.seq)
      const master = statement('SELECT master_key_id FROM vault').pluck().get()
      if (now.seq !== begin.seq || now.hash !== begin.hash || hash !== anchor.hash || master !== anchor.master_key_id) {
        return { result: false, entry: null }
      }
      const { changes } = statement('DELETE FROM audit WHERE seq <= ?').run(anchor.seq)
      writeAnchor(statement, anchor)
      const detail = { from: begin.seq + 1, to: anchor.seq, events: changes }
      return { result: true, entry: { act: 'audit.prune', provider: null, detail } }
    })
  }

  raiseAlarm(entry: AuditEntry, by: Actor): Promise<void> {
    return this.#acts.write(by, () => {
      this.#statement('INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING').run(ALARM, 'true')
      return { result: undefined, entry }
    })
  }

  hasAlarm(): Promise<boolean> {
    return this.#acts.readOne(() => this.#statement('SELECT 1 FROM setting WHERE name = ?').get(ALARM) !== undefined)
  }

  seeAlarm(by: Actor): Promise<void> {
    return this.#acts.write(by, () => {
      const { changes } = this.#statement('DELETE FROM setting WHERE name = ?').run(ALARM)
      return { result: undefined, entry: changes === 0 ? null : { act: 'audit.seen', provider: null } }
    })
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

/** The anchor as it lies in the file; what is none of ours is one that does not hold. */
export function readAnchor(statement: (sql: string) => Statement): AuditAnchor | undefined {
  const text = statement('SELECT value FROM setting WHERE name = ?').pluck().get(ANCHOR) as string | undefined
  if (text === undefined) return undefined
  try {
    return Anchor.parse(JSON.parse(text))
  } catch {
    return { seq: 0, hash: '', master_key_id: '', mac: '' }
  }
}

/** Called within the transaction that makes it true. */
export function writeAnchor(statement: (sql: string) => Statement, anchor: AuditAnchor): void {
  statement(
    'INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  ).run(ANCHOR, JSON.stringify(anchor))
}

/** Appends to the trail. Called within the transaction of the act: nobody else writes between reading and appending. */
export class AuditWriter {
  readonly #db: Database
  #last: Statement | undefined
  #insert: Statement | undefined

  constructor(db: Database) {
    this.#db = db
  }

  append(by: Actor, { act, provider, detail = {} }: AuditEntry): void {
    // Numbers are never given twice, so that rows cut off at the end leave a gap.
    this.#last ??= this.#db.prepare(
      `SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'audit') AS seq,
         (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1) AS hash`,
    )
    this.#insert ??= this.#db.prepare(
      `INSERT INTO audit (seq, at, door, caller, os_user, pid, act, provider, detail, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    const last = this.#last.get() as { seq: number | null; hash: string | null }
    const row: AuditRow = {
      seq: (last.seq ?? CHAIN_BEGIN.seq) + 1,
      at: new Date().toISOString(),
      door: by.door,
      caller: by.caller ?? null,
      os_user: by.os_user,
      pid: by.pid,
      act,
      provider,
      detail: JSON.stringify(detail),
    }
    const { seq, at, door, caller, os_user, pid } = row
    const hash = hashOf(last.hash ?? CHAIN_BEGIN.hash, row)
    this.#insert.run(seq, at, door, caller, os_user, pid, act, provider, row.detail, hash)
  }
}

/** Chains the rows that were written before there was a chain. */
export function chainTrail(db: Database): void {
  const update = db.prepare('UPDATE audit SET hash = ? WHERE seq = ?')
  let { hash } = CHAIN_BEGIN
  for (const row of db.prepare(`${SELECT} ORDER BY seq`).all() as ChainedRow[]) {
    hash = hashOf(hash, row)
    update.run(hash, row.seq)
  }
}
