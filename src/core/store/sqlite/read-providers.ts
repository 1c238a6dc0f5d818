import { appError } from '../../../shared/errors.ts'
import type { ModelRow, ProviderHead, ProviderRef, ProviderRow } from '../store.ts'
import {
  KEY_COLUMNS,
  MODEL_COLUMNS,
  PROVIDER_COLUMNS,
  toProviderHead,
  toProviderRow,
  type RawKey,
  type RawProvider,
} from './rows.ts'
import type { Prepared } from './seed.ts'

/** Reads providers, each with its further keys; within the caller's transaction, as several statements do it. */
export class ProviderReader {
  readonly #prepared: Prepared

  constructor(prepared: Prepared) {
    this.#prepared = prepared
  }

  list(): ProviderRow[] {
    const models = groupedByProvider(this.#all<ModelRow>(`SELECT ${MODEL_COLUMNS} FROM model ORDER BY id`))
    const keys = this.#keys()
    return this.#rows().map((row) => toProviderRow(row, keys.get(row.id) ?? [], models.get(row.id) ?? []))
  }

  heads(): ProviderHead[] {
    const keys = this.#keys()
    return this.#rows().map((row) => toProviderHead(row, keys.get(row.id) ?? []))
  }

  find(ref: ProviderRef): ProviderRow | undefined {
    const [where, value] = 'id' in ref ? ['id', ref.id] : ['name', ref.name]
    const [row] = this.#all<RawProvider>(`SELECT ${PROVIDER_COLUMNS} FROM provider WHERE ${where} = ?`, value)
    if (row === undefined) return undefined
    return toProviderRow(
      row,
      this.#all<RawKey>(`SELECT ${KEY_COLUMNS} FROM provider_key WHERE provider_id = ? ORDER BY position`, row.id),
      this.#all<ModelRow>(`SELECT ${MODEL_COLUMNS} FROM model WHERE provider_id = ? ORDER BY id`, row.id),
    )
  }

  get(ref: ProviderRef): ProviderRow {
    const row = this.find(ref)
    if (row === undefined) throw appError('provider_not_found', { ref: 'id' in ref ? ref.id : ref.name })
    return row
  }

  /** One statement: it is asked for each request of a tool. */
  stamp(name: string): string | undefined {
    const [row] = this.#all<{ stamp: string }>(
      `SELECT json_array(${PROVIDER_COLUMNS}, (
         SELECT json_group_array(json_array(position, ${KEY_COLUMNS})) FROM provider_key WHERE provider_id = provider.id
       )) AS stamp FROM provider WHERE name = ?`,
      name,
    )
    return row?.stamp
  }

  #rows(): RawProvider[] {
    return this.#all<RawProvider>(`SELECT ${PROVIDER_COLUMNS} FROM provider ORDER BY id`)
  }

  #keys(): Map<number, RawKey[]> {
    return groupedByProvider(
      this.#all<RawKey>(`SELECT ${KEY_COLUMNS} FROM provider_key ORDER BY provider_id, position`),
    )
  }

  #all<Row>(sql: string, ...values: unknown[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[]
  }
}

function groupedByProvider<Row extends { provider_id: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>()
  for (const row of rows) {
    const group = groups.get(row.provider_id)
    if (group === undefined) groups.set(row.provider_id, [row])
    else group.push(row)
  }
  return groups
}
