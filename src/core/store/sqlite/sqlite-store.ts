import { appError } from '../../../shared/errors.ts'
import { defaultSettings, Settings } from '../../../shared/schemas.ts'
import type { Actor } from '../../actor.ts'
import type { AuditAnchor } from '../../audit/anchor.ts'
import type { ChainStart } from '../../audit/chain.ts'
import type { Catalog, CatalogProvider } from '../../catalog/models-yaml.ts'
import {
  MasterKeyChanged,
  type AuditEntry,
  type DroppedKeys,
  type ModelRow,
  type NewProviderRow,
  type ProviderChange,
  type ProviderHead,
  type ProviderRef,
  type ProviderRow,
  type SettingsChange,
  type SeedOutcome,
  type Store,
  type UpdateAct,
  type VaultRow,
} from '../store.ts'
import { keysOf, type StoredKey } from '../key-store.ts'
import type { Acts } from './act.ts'
import type { Database, Statement } from './database.ts'
import { MODEL_COLUMNS, toModelRow, toSetting } from './rows.ts'
import { ProviderReader } from './read-providers.ts'
import { addMissingModels, seedCatalog, type Prepared } from './seed.ts'
import type { Revisions } from './revisions.ts'
import { isUniqueViolation } from './sqlite-errors.ts'
import { readAnchor, SqliteAuditStore, writeAnchor } from './sqlite-audit-store.ts'
import { dropHealth, keepHint, SqliteKeyStore, withFirstKey, writeKeys } from './sqlite-key-store.ts'
import { SqliteBackupStore } from './sqlite-backup-store.ts'
import { SqliteCustodyStore } from './sqlite-custody-store.ts'
import { SqliteNetworkStore } from './sqlite-network-store.ts'
import { SqliteLimitStore } from './sqlite-limit-store.ts'
import { SqliteTokenStore } from './sqlite-token-store.ts'

/** The store in SQL. Statements are prepared once, values always bound. */
export class SqliteStore implements Store {
  readonly tokens: SqliteTokenStore
  readonly limits: SqliteLimitStore
  readonly audit: SqliteAuditStore
  readonly keys: SqliteKeyStore
  readonly #providers: ProviderReader
  readonly custody: SqliteCustodyStore
  readonly network: SqliteNetworkStore
  readonly backups: SqliteBackupStore
  readonly #db: Database
  readonly #acts: Acts
  readonly #statements = new Map<string, Statement>()

  constructor(db: Database, acts: Acts, revisions: Revisions) {
    this.#db = db
    this.#acts = acts
    this.tokens = new SqliteTokenStore(db, acts, revisions)
    this.limits = new SqliteLimitStore(db, acts)
    this.audit = new SqliteAuditStore(db, acts)
    this.network = new SqliteNetworkStore(db, acts)
    const prepared: Prepared = (sql) => this.#statement(sql)
    this.#providers = new ProviderReader(prepared)
    const assertMasterKey = (id: string | null): void => this.#assertMasterKey(id)
    this.keys = new SqliteKeyStore({ prepared, acts, providers: this.#providers, assertMasterKey })
    this.custody = new SqliteCustodyStore(db, acts)
    this.backups = new SqliteBackupStore(prepared, acts)
  }

  listProviders(): Promise<ProviderRow[]> {
    return this.#acts.read(() => this.#providers.list())
  }

  listProviderHeads(): Promise<ProviderHead[]> {
    return this.#acts.read(() => this.#providers.heads())
  }

  findProvider(ref: ProviderRef): Promise<ProviderRow | undefined> {
    return this.#acts.read(() => this.#providers.find(ref))
  }

  providerStamp(name: string): Promise<string | undefined> {
    return this.#acts.readOne(() => this.#providers.stamp(name))
  }

  listModelNames(): Promise<string[]> {
    return this.#acts.read(() =>
      this.#all<{ name: string }>(
        `SELECT provider.name || '/' || model.name AS name FROM model JOIN provider ON provider.id = model.provider_id
         WHERE provider.api_key_encrypted <> '' ORDER BY 1`,
      ).map((row) => row.name),
    )
  }

  insertProvider(row: NewProviderRow, models: readonly string[], by: Actor): Promise<ProviderRow> {
    return this.#acts.write(by, () => {
      const now = new Date().toISOString()
      if (row.key !== null) this.#assertMasterKey(row.key.master_key_id)
      const id = this.#insert(
        'provider.name',
        () => appError('provider_exists', { name: row.name }),
        `INSERT INTO provider (name, display_name, base_url, dialect, auth, api_key_encrypted, key_id, binding,
           master_key_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          row.name,
          row.display_name,
          row.base_url,
          row.dialect,
          row.auth,
          ...Object.values(keyColumns(row.key)),
          now,
          now,
        ],
      )
      if (row.key !== null) keepHint((sql) => this.#statement(sql), row.key)
      for (const name of models) this.#insertModel(id, { name, display_name: name }, now)
      this.#run('DELETE FROM deleted WHERE provider_name = ?', row.name)
      return {
        result: this.#providers.get({ id }),
        entry: {
          act: 'provider.create',
          provider: row.name,
          detail: { with_key: row.key !== null, models: models.length },
        },
      }
    })
  }

  updateProvider(
    id: number,
    act: UpdateAct,
    decide: (row: ProviderRow) => ProviderChange,
    by: Actor,
  ): Promise<ProviderRow> {
    return this.#acts.write(by, () => {
      const before = this.#providers.get({ id })
      const { key, ...fields } = decide(before)
      if (key !== undefined && key !== null) this.#assertMasterKey(key.master_key_id)
      const after = { ...before, ...fields }
      const changed = [
        ...(['display_name', 'base_url', 'dialect', 'auth'] as const).filter((name) => after[name] !== before[name]),
        ...(key === undefined ? [] : ['api_key']),
      ]
      const edited = JSON.stringify(after.edited)
      if (changed.length === 0 && edited === JSON.stringify(before.edited)) return { result: before, entry: null }
      // Whose text a field is may change without any field a reader sees.
      if (changed.length > 0) after.updated_at = new Date().toISOString()
      this.#run(
        `UPDATE provider SET display_name = ?, base_url = ?, dialect = ?, auth = ?, edited = ?, updated_at = ?
         WHERE id = ?`,
        after.display_name,
        after.base_url,
        after.dialect,
        after.auth,
        edited,
        after.updated_at,
        id,
      )
      if (key !== undefined) writeKeys((sql) => this.#statement(sql), id, withFirstKey(before, key))
      const result = key === undefined ? after : this.#providers.get({ id })
      return { result, entry: { act, provider: before.name, detail: { changed } } }
    })
  }

  deleteProvider(id: number, by: Actor): Promise<void> {
    return this.#acts.write(by, () => {
      const { name, is_predefined } = this.#providers.get({ id })
      if (is_predefined) throw appError('provider_predefined', { name })
      this.#run('DELETE FROM provider WHERE id = ?', id)
      dropHealth((sql) => this.#statement(sql))
      this.#run('DELETE FROM deleted WHERE provider_name = ?', name)
      this.#run("INSERT INTO deleted (provider_name, model_name) VALUES (?, '')", name)
      return { result: undefined, entry: { act: 'provider.delete', provider: name } }
    })
  }

  insertModel(providerId: number, model: { name: string; display_name: string }, by: Actor): Promise<ModelRow> {
    return this.#acts.write(by, () => {
      const provider = this.#providers.get({ id: providerId })
      const id = this.#insertModel(providerId, model, new Date().toISOString())
      this.#run('DELETE FROM deleted WHERE provider_name = ? AND model_name = ?', provider.name, model.name)
      const [row] = this.#all<ModelRow>(`SELECT ${MODEL_COLUMNS} FROM model WHERE id = ?`, id)
      if (row === undefined) throw appError('model_not_found', { ref: id })
      return {
        result: toModelRow(row),
        entry: { act: 'model.add', provider: provider.name, detail: { model: model.name } },
      }
    })
  }

  deleteModel(id: number, by: Actor): Promise<void> {
    return this.#acts.write(by, () => {
      const [model] = this.#all<{ name: string; provider: string }>(
        `SELECT model.name, provider.name AS provider
         FROM model JOIN provider ON provider.id = model.provider_id WHERE model.id = ?`,
        id,
      )
      if (model === undefined) throw appError('model_not_found', { ref: id })
      this.#run('DELETE FROM model WHERE id = ?', id)
      this.#run('INSERT OR IGNORE INTO deleted (provider_name, model_name) VALUES (?, ?)', model.provider, model.name)
      return {
        result: undefined,
        entry: { act: 'model.delete', provider: model.provider, detail: { model: model.name } },
      }
    })
  }

  listDeletedModels(providerName: string): Promise<string[]> {
    return this.#acts.read(() =>
      this.#all<{ model_name: string }>(
        "SELECT model_name FROM deleted WHERE provider_name = ? AND model_name <> '' ORDER BY model_name",
        providerName,
      ).map((row) => row.model_name),
    )
  }

  bringBackModels(id: number, models: CatalogProvider['models'], by: Actor): Promise<ProviderRow> {
    return this.#acts.write(by, () => {
      const { name } = this.#providers.get({ id })
      const forgotten = this.#run("DELETE FROM deleted WHERE provider_name = ? AND model_name <> ''", name)
      const added = addMissingModels((sql) => this.#statement(sql), { id, name }, models, new Date().toISOString())
      const changed = forgotten > 0 || added > 0
      const entry = changed ? { act: 'model.bring_back', provider: name, detail: { models: added } } : null
      return { result: this.#providers.get({ id }), entry }
    })
  }

  seed(catalog: Catalog, digest: string, by: Actor): Promise<SeedOutcome> {
    return this.#acts.write(by, () => {
      const outcome = seedCatalog((sql) => this.#statement(sql), catalog)
      // What was only offered is merged at the first start at which nothing stands against it.
      const merged = outcome.offered > 0 ? null : digest
      const { changed, ...detail } = outcome
      const digestMoved =
        this.#run('UPDATE vault SET catalog_digest = ? WHERE catalog_digest IS NOT ?', merged, merged) > 0
      // The digest alone is bookkeeping and no act of anybody; a commit without an audit row would still be one.
      return {
        result: outcome,
        entry: changed || digestMoved ? { act: 'catalog.merge', provider: null, detail } : null,
      }
    })
  }

  readSettings(): Promise<Settings> {
    return this.#acts.read(() => {
      const rows = this.#all<{ name: string; value: string }>('SELECT name, value FROM setting')
      return Settings.parse(
        Object.assign({}, defaultSettings, ...rows.map(({ name, value }) => toSetting(name, value))),
      )
    })
  }

  writeSettings(patch: SettingsChange, by: Actor): Promise<void> {
    return this.#acts.write(by, () => {
      const changed = Object.entries(patch).filter(([name, value]) => {
        const { changes } = this.#statement(
          `INSERT INTO setting (name, value) VALUES (?, ?)
           ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
        ).run(name, JSON.stringify(value))
        return changes > 0
      })
      const entry =
        changed.length === 0 ? null : { act: 'settings.update', provider: null, detail: Object.fromEntries(changed) }
      return { result: undefined, entry }
    })
  }

  readVault(): Promise<VaultRow> {
    return this.#acts.read(() => this.#vault())
  }

  recordMasterKey(key: { id: string; source: string; place: string }, by: Actor): Promise<boolean> {
    return this.#acts.write<boolean>(by, () => {
      if (this.#vault().master_key_id !== null) return { result: false, entry: null }
      this.#setMasterKey(key)
      return { result: true, entry: { act: 'vault.create', provider: null, detail: { key_source: key.source } } }
    })
  }

  replaceMasterKey(
    expected: string | null,
    key: { id: string; source: string; place: string },
    opens: (key: StoredKey, provider: ProviderRow) => boolean,
    by: Actor,
    anchorAt: (begin: ChainStart) => AuditAnchor,
  ): Promise<DroppedKeys[]> {
    return this.#acts.write(by, () => {
      if (this.#vault().master_key_id !== expected) throw new MasterKeyChanged()
      const dropped: DroppedKeys[] = []
      for (const provider of this.#providers.list()) {
        const keys = keysOf(provider)
        const kept = keys.filter((key) => opens(key, provider))
        if (kept.length === keys.length) continue
        writeKeys((sql) => this.#statement(sql), provider.id, kept)
        dropped.push({ provider, labels: keys.filter((key) => !kept.includes(key)).map(({ label }) => label) })
      }
      const passphrases = this.#run('DELETE FROM backup_key WHERE master_key_id <> ?', key.id)
      const anchor = readAnchor((sql) => this.#statement(sql))
      if (anchor !== undefined) writeAnchor((sql) => this.#statement(sql), anchorAt(anchor))
      this.#setMasterKey(key)
      return {
        result: dropped,
        entry: {
          act: 'vault.start_over',
          provider: null,
          detail: {
            key_source: key.source,
            dropped: dropped.map(({ provider }) => provider.name),
            backup_passphrase_dropped: passphrases > 0,
          },
        },
      }
    })
  }

  settleRestored({ source, place }: { source: string; place: string }, by: Actor): Promise<number> {
    return this.#acts.write(by, () => {
      this.#run('UPDATE vault SET key_source = ?, key_place = ?', source, place)
      const revoked = this.#run('UPDATE token SET revoked_at = ? WHERE revoked_at IS NULL', new Date().toISOString())
      const detail = { key_source: source, tokens_revoked: revoked }
      return { result: revoked, entry: { act: 'vault.restore', provider: null, detail } }
    })
  }

  raiseLockEpoch(entry: AuditEntry | null, by: Actor): Promise<number> {
    return this.#acts.write(by, () => {
      this.#run('UPDATE vault SET lock_epoch = lock_epoch + 1')
      return { result: this.#vault().lock_epoch, entry }
    })
  }

  record(entry: AuditEntry, by: Actor): Promise<void> {
    return this.#acts.write(by, () => ({ result: undefined, entry }))
  }

  #setMasterKey({ id, source, place }: { id: string; source: string; place: string }): void {
    this.#run(
      'UPDATE vault SET master_key_id = ?, key_source = ?, key_place = ?, master_key_since = ?',
      id,
      source,
      place,
      new Date().toISOString(),
    )
  }

  #vault(): VaultRow {
    const [row] = this.#all<VaultRow>(
      `SELECT master_key_id, master_key_since, key_source, key_place, catalog_digest, lock_epoch, recovery_copy_at,
         recovery_copy_of FROM vault`,
    )
    if (row === undefined) throw appError('internal', undefined, { cause: new Error('the vault row is missing') })
    return row
  }

  /** A key sealed under a master key that is no longer the vault's would be lost at once. */
  #assertMasterKey(id: string | null): void {
    if (this.#vault().master_key_id !== id) throw new MasterKeyChanged()
  }

  #insertModel(
    providerId: number,
    { name, display_name }: { name: string; display_name: string },
    now: string,
  ): number {
    return this.#insert(
      'model.provider_id',
      () => appError('model_exists', { name }),
      'INSERT INTO model (provider_id, name, display_name, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
      [providerId, name, display_name, now, now],
    )
  }

  /** Leaves uniqueness to the database and says it in the error table's words. */
  #insert(column: string, taken: () => Error, sql: string, values: unknown[]): number {
    try {
      return Number(this.#statement(sql).run(...values).lastInsertRowid)
    } catch (cause) {
      throw isUniqueViolation(cause, column) ? taken() : cause
    }
  }

  #all<Row>(sql: string, ...values: unknown[]): Row[] {
    return this.#statement(sql).all(...values) as Row[]
  }

  /** Answers how many rows were changed. */
  #run(sql: string, ...values: unknown[]): number {
    return this.#statement(sql).run(...values).changes
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

type KeyColumns = Pick<ProviderRow, 'api_key_encrypted' | 'key_id' | 'binding' | 'master_key_id'>

function keyColumns(key: KeyColumns | null): KeyColumns {
  const { api_key_encrypted = null, key_id = null, binding = null, master_key_id = null } = key ?? {}
  return { api_key_encrypted, key_id, binding, master_key_id }
}
