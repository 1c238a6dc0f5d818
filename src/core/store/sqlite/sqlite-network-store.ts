import { z } from 'zod'
import type { Actor } from '../../actor.ts'
import type { NetworkRow, NetworkStore } from '../network-store.ts'
import type { Acts } from './act.ts'
import type { Database, Statement } from './database.ts'
import { DamagedRow } from './sqlite-errors.ts'

/** Beside the settings, of which it is none: the owner alone changes it. */
const NAME = 'network'

const Row = z.object({
  proxy: z.string().nullable(),
  ca: z.object({ path: z.string(), pem: z.string() }).nullable(),
  system_ca: z.boolean(),
})

const nothing: NetworkRow = { proxy: null, ca: null, system_ca: false }

/** The way to providers in SQL. */
export class SqliteNetworkStore implements NetworkStore {
  readonly #acts: Acts
  readonly #db: Database
  #select: Statement | undefined

  constructor(db: Database, acts: Acts) {
    this.#db = db
    this.#acts = acts
  }

  read(): Promise<NetworkRow> {
    return this.#acts.readOne(() => this.#read())
  }

  write(change: Partial<NetworkRow>, by: Actor): Promise<NetworkRow> {
    return this.#acts.write(by, () => {
      const before = this.#read()
      const after: NetworkRow = { ...before, ...change }
      if (JSON.stringify(after) === JSON.stringify(before)) return { result: before, entry: null }
      this.#db
        .prepare(
          'INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
        )
        .run(NAME, JSON.stringify(after))
      const { proxy, ca, system_ca } = after
      const detail = { proxy, ca_file: ca?.path ?? null, system_ca }
      return { result: after, entry: { act: 'network.update', provider: null, detail } }
    })
  }

  #read(): NetworkRow {
    this.#select ??= this.#db.prepare('SELECT value FROM setting WHERE name = ?').pluck()
    const text = this.#select.get(NAME) as string | undefined
    if (text === undefined) return nothing
    try {
      return Row.parse(JSON.parse(text))
    } catch {
      throw new DamagedRow('how its providers are reached cannot be read')
    }
  }
}
