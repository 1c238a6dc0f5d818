// How rows read: SQLite knows no booleans and no lists, and what a text says is for us to check. A row that no act
// could have written is damage, and said as such wherever it is met.
import { z } from 'zod'
import { Auth, Dialect, KeyChoice, Settings } from '../../../shared/schemas.ts'
import type { StoredKey } from '../key-store.ts'
import { catalogFields, type CatalogFacts, type ModelRow, type ProviderHead, type ProviderRow } from '../store.ts'
import { DamagedRow } from './sqlite-errors.ts'

export interface RawProvider {
  id: number
  name: string
  display_name: string
  base_url: string | null
  dialect: string
  auth: string
  api_key_encrypted: string | null
  key_id: string | null
  binding: string | null
  master_key_id: string | null
  is_predefined: number
  catalog_entry: string | null
  edited: string
  key_label: string
  key_enabled: number
  key_choice: string
  created_at: string
  updated_at: string
}

/** A further key of a provider. */
export interface RawKey extends Omit<StoredKey, 'enabled'> {
  provider_id: number
  enabled: number
}

export const PROVIDER_COLUMNS = `id, name, display_name, base_url, dialect, auth, api_key_encrypted, key_id, binding,
  master_key_id, is_predefined, catalog_entry, edited, key_label, key_enabled,
  key_choice, created_at, updated_at`
export const KEY_COLUMNS = 'provider_id, api_key_encrypted, key_id, binding, master_key_id, label, enabled'
export const MODEL_COLUMNS = 'id, provider_id, name, display_name, created_at, updated_at'

// Made once: a schema costs more to make than to ask.
const Id = z.int()
const Texts = z.array(z.string())
const Edited = z.array(z.enum(catalogFields))
const Facts: z.ZodType<CatalogFacts> = z.object({
  display_name: z.string(),
  base_url: z.string().nullable(),
  dialect: Dialect,
  auth: Auth,
  endpoints: z.partialRecord(Dialect, z.string()),
  key_url: z.string().nullable(),
  key_prefixes: Texts,
  env: Texts,
})

/** A provider's row with its models. An empty token is no key, as the origin system has it. */
export function toProviderRow(raw: RawProvider, keys: readonly RawKey[], models: ModelRow[]): ProviderRow {
  return { ...toProviderHead(raw, keys), models: models.map(toModelRow) }
}

/** The same without models. `keys` are its further ones, in order. */
export function toProviderHead(raw: RawProvider, keys: readonly RawKey[]): ProviderHead {
  const { catalog_entry, edited, is_predefined, key_enabled, key_choice, api_key_encrypted, dialect, auth, ...rest } =
    raw
  const read = <T>(schema: z.ZodType<T>, value: unknown): T => {
    const { data, success } = schema.safeParse(value)
    if (!success) throw new DamagedRow(`the row of its provider ${JSON.stringify(raw.name)} cannot be read`)
    return data
  }
  return {
    ...rest,
    id: read(Id, raw.id),
    dialect: read(Dialect, dialect),
    auth: read(Auth, auth),
    api_key_encrypted: api_key_encrypted === '' ? null : api_key_encrypted,
    is_predefined: is_predefined === 1,
    catalog: catalog_entry === null ? null : read(Facts, fromJson(catalog_entry)),
    edited: read(Edited, fromJson(edited)),
    key_enabled: key_enabled === 1,
    key_choice: read(KeyChoice, key_choice),
    further_keys: keys.map(({ provider_id: _id, enabled, ...key }) => ({ ...key, enabled: enabled === 1 })),
    created_at: toRfc3339(raw.created_at),
    updated_at: toRfc3339(raw.updated_at),
  }
}

export function toModelRow(raw: ModelRow): ModelRow {
  return { ...raw, created_at: toRfc3339(raw.created_at), updated_at: toRfc3339(raw.updated_at) }
}

const Stored = z.strictObject(Settings.partial().shape)

/** A stored setting; a name or value that another version knows and this one does not counts as not set. */
export function toSetting(name: string, value: string): z.infer<typeof Stored> {
  const content = fromJson(value)
  if (content === undefined) throw new DamagedRow(`its setting ${JSON.stringify(name)} cannot be read`)
  return Stored.safeParse({ [name]: content }).data ?? {}
}

/** Undefined where the text is no JSON. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/**
 * Another program may have written a time in SQL's or Python's manner, in UTC without saying so. What is no time at all
 * reads as the beginning of them: nothing depends on it, and the row is as good as any.
 */
function toRfc3339(text: string): string {
  if (text === known) return text
  const bare = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)?$/.exec(text)
  const time = new Date(bare === null ? text : `${bare[1]}T${bare[2]}${bare[3] ?? ''}Z`)
  if (Number.isNaN(time.getTime()) || time.getTime() < 0 || time.getTime() > LAST) return new Date(0).toISOString()
  const read = time.toISOString()
  // As it was written where that is what we write; the 30th of February reads as another day.
  if (!/^[\d-]{10}T[\d:]{8}(\.\d+)?Z$/.test(text) || text.slice(0, 19) !== read.slice(0, 19)) return read
  known = text
  return text
}

/** The last time that was as we write it: the rows of one merge bear the same, ten thousands of them. */
let known = ''

/** A later time has no form that every client reads. */
const LAST = Date.UTC(9999, 11, 31)
