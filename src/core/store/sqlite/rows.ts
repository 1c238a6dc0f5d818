// How rows read: SQLite knows no booleans and no lists.
import type { Auth, Dialect } from '../../../shared/schemas.ts'
import type { CatalogFacts, CatalogField, ModelRow, ProviderRow } from '../store.ts'

export interface RawProvider {
  id: number
  name: string
  display_name: string
  base_url: string | null
  dialect: Dialect
  auth: Auth
  api_key_encrypted: string | null
  key_id: string | null
  binding: string | null
  master_key_id: string | null
  is_predefined: number
  catalog_entry: string | null
  edited: string
  created_at: string
  updated_at: string
}

export const PROVIDER_COLUMNS = `id, name, display_name, base_url, dialect, auth, api_key_encrypted, key_id, binding,
  master_key_id, is_predefined, catalog_entry, edited, created_at, updated_at`
export const MODEL_COLUMNS = 'id, provider_id, name, display_name, created_at, updated_at'

/** A provider's row with its models. An empty token is no key, as the origin system has it. */
export function toProviderRow(raw: RawProvider, models: ModelRow[]): ProviderRow {
  const { catalog_entry, edited, is_predefined, api_key_encrypted, ...rest } = raw
  return {
    ...rest,
    api_key_encrypted: api_key_encrypted === '' ? null : api_key_encrypted,
    is_predefined: is_predefined === 1,
    catalog: catalog_entry === null ? null : (JSON.parse(catalog_entry) as CatalogFacts),
    edited: JSON.parse(edited) as CatalogField[],
    created_at: toRfc3339(raw.created_at),
    updated_at: toRfc3339(raw.updated_at),
    models: models.map(toModelRow),
  }
}

export function toModelRow(raw: ModelRow): ModelRow {
  return { ...raw, created_at: toRfc3339(raw.created_at), updated_at: toRfc3339(raw.updated_at) }
}

/** Another program may have written a time in SQL's or Python's manner, in UTC without saying so. */
function toRfc3339(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}T[\d:]+(\.\d+)?Z$/.test(text)) return text
  const bare = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)?$/.exec(text)
  const time = new Date(bare === null ? text : `${bare[1]}T${bare[2]}${bare[3] ?? ''}Z`)
  return Number.isNaN(time.getTime()) ? new Date(0).toISOString() : time.toISOString()
}
