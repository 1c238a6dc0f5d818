// The store as a list of whole acts: each is one transaction together with its audit row, or nothing.
// It speaks of acts and plain rows, never of SQL or files, and sees only ciphertext.
import type { Auth, Dialect, KeyChoice, Settings, SettingsPatch } from '../../shared/schemas.ts'
import type { Actor } from '../actor.ts'
import type { AuditAnchor } from '../audit/anchor.ts'
import type { ChainStart } from '../audit/chain.ts'
import type { Catalog, CatalogProvider } from '../catalog/models-yaml.ts'
import type { AuditStore } from './audit-store.ts'
import type { KeyStore, StoredKey } from './key-store.ts'
import type { BackupStore } from './backup-store.ts'
import type { CustodyStore } from './custody-store.ts'
import type { NetworkStore } from './network-store.ts'
import type { LimitStore } from './limit-store.ts'
import type { TokenStore } from './token-store.ts'

/** A key as it lies in a row: a Fernet token, bound to its provider and address. */
export interface SealedKey {
  api_key_encrypted: string
  key_id: string
  binding: string
  master_key_id: string
  /** Its last four characters, to be kept beside it; null where it is too short to show any. */
  hint?: string | null
}

export interface ModelRow {
  id: number
  provider_id: number
  name: string
  display_name: string
  created_at: string
  updated_at: string
}

/** The fields of a provider that the catalog gives and a person may change. */
export const catalogFields = ['display_name', 'base_url', 'dialect', 'auth'] as const
export type CatalogField = (typeof catalogFields)[number]

/** What the catalog said of a provider when it was last merged. */
export type CatalogFacts = Omit<CatalogProvider, 'name' | 'models'>

/** A provider without its models. */
export interface ProviderHead {
  id: number
  name: string
  display_name: string
  base_url: string | null
  dialect: Dialect
  auth: Auth
  api_key_encrypted: string | null
  /** Null where another program wrote the key: it is unreadable until adopted. */
  key_id: string | null
  binding: string | null
  master_key_id: string | null
  is_predefined: boolean
  catalog: CatalogFacts | null
  /** The catalog's fields that a person has changed: seeding leaves them alone. */
  edited: CatalogField[]
  /** What its owner says of the first key; it stays where that key is exchanged. */
  key_label: string
  key_enabled: boolean
  key_choice: KeyChoice
  /** The keys after the first, in order; none where there is no first. */
  further_keys: StoredKey[]
  created_at: string
  updated_at: string
}

export interface ProviderRow extends ProviderHead {
  models: ModelRow[]
}

export interface NewProviderRow {
  name: string
  display_name: string
  base_url: string | null
  dialect: Dialect
  auth: Auth
  key: SealedKey | null
}

/** What changes in a provider; a field left out stays. `key` is the first one; null removes it, and the next takes its place. */
export interface ProviderChange {
  display_name?: string
  base_url?: string | null
  dialect?: Dialect
  auth?: Auth
  key?: SealedKey | null
  edited?: CatalogField[]
}

export type ProviderRef = { id: number } | { name: string }

/** The vault's own row. */
export interface VaultRow {
  /** The check value: the id of the master key that opens this vault; null before the first one. */
  master_key_id: string | null
  /** When that key became this vault's; null where nobody knows any more. */
  master_key_since: string | null
  key_source: string | null
  key_place: string | null
  catalog_digest: string | null
  lock_epoch: number
  /** When the last recovery copy was made, and the id of the master key in it. */
  recovery_copy_at: string | null
  recovery_copy_of: string | null
}

export interface SeedOutcome {
  providers_added: number
  models_added: number
  /** Providers with a key whose address in the catalog has another origin: it is not applied while they have it. */
  offered: number
  changed: boolean
}

/** Keys that another master key does not open, by their provider as it was. */
export interface DroppedKeys {
  provider: ProviderRow
  labels: string[]
}

/** What the audit row calls a change of a provider. */
export type UpdateAct = 'provider.update' | 'provider.reset' | 'key.remove' | 'key.adopt'

export interface AuditEntry {
  act: string
  provider: string | null
  detail?: Record<string, unknown>
}

/** Also what only the owner chooses. */
export type SettingsChange = SettingsPatch & Partial<Pick<Settings, 'audit_kept_years'>>

/** Another process has changed the vault's master key meanwhile; thrown inside the act that would have relied on it. */
export class MasterKeyChanged extends Error {
  override name = 'MasterKeyChanged'
}

export interface Store {
  listProviders(): Promise<ProviderRow[]>
  /** For those who count, or ask for keys: a vault may have ten thousands of models. */
  listProviderHeads(): Promise<ProviderHead[]>
  findProvider(ref: ProviderRef): Promise<ProviderRow | undefined>
  /**
   * Differs where anything of the provider but its models does; undefined where there is none. For those who keep a row
   * and must know, many times a second, whether it still holds.
   */
  providerStamp(name: string): Promise<string | undefined>
  /** `provider/model` of every provider with a stored key, in code point order. */
  listModelNames(): Promise<string[]>
  insertProvider(row: NewProviderRow, models: readonly string[], by: Actor): Promise<ProviderRow>
  /**
   * Reads the provider and changes what `decide` says of it, in one transaction; throws `provider_not_found`.
   * `decide` runs inside the transaction and must not wait. An error of its own leaves everything as it was.
   */
  updateProvider(
    id: number,
    act: UpdateAct,
    decide: (row: ProviderRow) => ProviderChange,
    by: Actor,
  ): Promise<ProviderRow>
  /** Deletes a provider and its models; a predefined one is refused. */
  deleteProvider(id: number, by: Actor): Promise<void>
  insertModel(providerId: number, model: { name: string; display_name: string }, by: Actor): Promise<ModelRow>
  deleteModel(id: number, by: Actor): Promise<void>
  /** The names of the catalog's models that were deleted here. */
  listDeletedModels(providerName: string): Promise<string[]>
  /** Forgets that models were deleted and adds those that `models` has. */
  bringBackModels(id: number, models: CatalogProvider['models'], by: Actor): Promise<ProviderRow>
  /** Merges the catalog: see seed.ts for its rules. Writes nothing, and no audit row, where nothing differs. */
  seed(catalog: Catalog, digest: string, by: Actor): Promise<SeedOutcome>
  /** Every setting, with the default where none is stored. */
  readSettings(): Promise<Settings>
  writeSettings(patch: SettingsChange, by: Actor): Promise<void>
  readVault(): Promise<VaultRow>
  /** Records the master key at the first opening; answers false where one is recorded already. */
  recordMasterKey(key: { id: string; source: string; place: string }, by: Actor): Promise<boolean>
  /**
   * Makes another master key the vault's and drops every key that `opens` says no to; answers what was dropped. A backup
   * passphrase goes too, where what it became is under another master key.
   * Throws `MasterKeyChanged` where the vault's is no longer `expected`. `anchorAt` vouches for where the audit trail begins.
   */
  replaceMasterKey(
    expected: string | null,
    key: { id: string; source: string; place: string },
    opens: (key: StoredKey, provider: ProviderRow) => boolean,
    by: Actor,
    anchorAt: (begin: ChainStart) => AuditAnchor,
  ): Promise<DroppedKeys[]>
  /**
   * For a vault that came out of a backup: says where its master key lies from now on and revokes every token, which
   * may have been revoked since the backup was made. Answers how many that were.
   */
  settleRestored(key: { source: string; place: string }, by: Actor): Promise<number>
  /**
   * Tells every process that has the vault open to look at the place of the master key anew, and answers the epoch that
   * says so. `entry` is what is written down with it; null where that was done before.
   */
  raiseLockEpoch(entry: AuditEntry | null, by: Actor): Promise<number>
  /** Writes down an act that changes nothing in the vault itself. */
  record(entry: AuditEntry, by: Actor): Promise<void>
  /** The keys of each provider. */
  readonly keys: KeyStore
  /** The tokens of tools, and what they used. */
  readonly tokens: TokenStore
  /** What all tools together may do. */
  readonly limits: LimitStore
  /** What was done, by whom. */
  readonly audit: AuditStore
  /** Where the master key lies. */
  readonly custody: CustodyStore
  readonly network: NetworkStore
  /** What is known of backups. */
  readonly backups: BackupStore
}
