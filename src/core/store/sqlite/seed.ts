// The merge of the catalog. What a person entered, edited or deleted is never overwritten and never comes back;
// see DESIGN.md "Seeding". Runs inside the caller's transaction.
import { isDeepStrictEqual } from 'node:util'
import type { Catalog, CatalogProvider } from '../../catalog/models-yaml.ts'
import { isOffered } from '../../providers/offered-address.ts'
import { catalogFields, type CatalogFacts, type CatalogField, type ProviderRow, type SeedOutcome } from '../store.ts'
import type { Statement } from './database.ts'
import { PROVIDER_COLUMNS, toProviderRow, type RawProvider } from './rows.ts'

/** A statement, compiled when first asked for: a catalog may have a thousand providers. */
export type Prepared = (sql: string) => Statement

/** Adds what is missing, refreshes what nobody edited, and makes deletable what has left the catalog. */
export function seedCatalog(prepared: Prepared, catalog: Catalog): SeedOutcome {
  const now = new Date().toISOString()
  const outcome: SeedOutcome = { providers_added: 0, models_added: 0, offered: 0, changed: false }
  const raw = prepared(`SELECT ${PROVIDER_COLUMNS} FROM provider`).all() as RawProvider[]
  const rows = new Map(raw.map((row) => [row.name, toProviderRow(row, [], [])]))
  const deleted = new Set(
    (prepared("SELECT provider_name FROM deleted WHERE model_name = ''").all() as { provider_name: string }[]).map(
      (row) => row.provider_name,
    ),
  )

  for (const entry of catalog.providers) {
    const row = rows.get(entry.name)
    if (row === undefined) {
      if (deleted.has(entry.name)) continue
      const id = insertProvider(prepared, entry, now)
      outcome.providers_added += 1
      outcome.models_added += addMissingModels(prepared, { id, name: entry.name }, entry.models, now)
      outcome.changed = true
    } else if (row.catalog !== null) {
      const offered = isOffered(row, entry)
      if (offered) outcome.offered += 1
      const refreshed = refreshProvider(prepared, row, entry, offered, now)
      const renamed = refreshModels(prepared, row.id, entry.models, now)
      const added = addMissingModels(prepared, row, entry.models, now)
      outcome.models_added += added
      outcome.changed ||= refreshed || renamed || added > 0
    }
    // A custom provider of the same name is the person's own: the catalog has no say in it.
  }

  const inCatalog = new Set(catalog.providers.map((entry) => entry.name))
  for (const row of rows.values()) {
    if (!row.is_predefined || inCatalog.has(row.name)) continue
    prepared('UPDATE provider SET is_predefined = 0, updated_at = ? WHERE id = ?').run(now, row.id)
    outcome.changed = true
  }
  return outcome
}

/** Adds the models the provider lacks and nobody deleted; answers how many. */
export function addMissingModels(
  prepared: Prepared,
  provider: { id: number; name: string },
  models: CatalogProvider['models'],
  now: string,
): number {
  const deleted = new Set(
    (
      prepared('SELECT model_name FROM deleted WHERE provider_name = ?').all(provider.name) as {
        model_name: string
      }[]
    ).map((row) => row.model_name),
  )
  const insert = prepared(
    `INSERT INTO model (provider_id, name, display_name, from_catalog, created_at, updated_at) VALUES (?, ?, ?, 1, ?, ?)
     ON CONFLICT (provider_id, name) DO NOTHING`,
  )
  let added = 0
  for (const { name, display_name } of models) {
    if (!deleted.has(name)) added += insert.run(provider.id, name, display_name, now, now).changes
  }
  return added
}

function insertProvider(prepared: Prepared, entry: CatalogProvider, now: string): number {
  const { lastInsertRowid } = prepared(
    `INSERT INTO provider (name, display_name, base_url, dialect, auth, is_predefined, catalog_entry, created_at,
         updated_at) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?)`,
  ).run(
    entry.name,
    entry.display_name,
    entry.base_url,
    entry.dialect,
    entry.auth,
    JSON.stringify(factsOf(entry)),
    now,
    now,
  )
  return Number(lastInsertRowid)
}

/** Answers whether anything of the provider changed. */
function refreshProvider(
  prepared: Prepared,
  row: ProviderRow,
  entry: CatalogProvider,
  offered: boolean,
  now: string,
): boolean {
  const fields: Pick<ProviderRow, CatalogField> = { ...row }
  for (const field of catalogFields) {
    if (row.edited.includes(field) || (offered && field !== 'display_name')) continue
    Object.assign(fields, { [field]: entry[field] })
  }
  const facts = factsOf(entry)
  const same =
    row.is_predefined &&
    isDeepStrictEqual(facts, row.catalog) &&
    catalogFields.every((field) => fields[field] === row[field])
  if (same) return false
  prepared(
    `UPDATE provider SET display_name = ?, base_url = ?, dialect = ?, auth = ?, is_predefined = 1, catalog_entry = ?,
       updated_at = ? WHERE id = ?`,
  ).run(fields.display_name, fields.base_url, fields.dialect, fields.auth, JSON.stringify(facts), now, row.id)
  return true
}

/** Gives the catalog's models its display names; a model that a person added keeps theirs. */
function refreshModels(
  prepared: Prepared,
  providerId: number,
  models: CatalogProvider['models'],
  now: string,
): boolean {
  const rename = prepared(
    `UPDATE model SET display_name = ?, updated_at = ?
     WHERE provider_id = ? AND name = ? AND from_catalog = 1 AND display_name <> ?`,
  )
  let changes = 0
  for (const { name, display_name } of models) {
    changes += rename.run(display_name, now, providerId, name, display_name).changes
  }
  return changes > 0
}

function factsOf({ name: _name, models: _models, ...facts }: CatalogProvider): CatalogFacts {
  return facts
}
