// The keys of a provider: the first stands in the provider's own row, further ones in rows of the same form.
import type { KeyChoice } from '../../shared/schemas.ts'
import type { Actor } from '../actor.ts'
import type { ProviderHead, ProviderRow } from './store.ts'

/** A key as it lies in a row, with what its owner says of it. */
export interface StoredKey {
  api_key_encrypted: string
  /** Null where another program wrote the key. */
  key_id: string | null
  binding: string | null
  master_key_id: string | null
  /** Tells it from the other keys of its provider. */
  label: string
  /** False: it is kept, and not used. */
  enabled: boolean
  /** As in `SealedKey`, of a key that is about to be stored; of others see `hints`. */
  hint?: string | null
}

/** Every key of a provider in the order in which they are tried; where there is any, the first is the provider's own. */
export function keysOf(row: ProviderHead): StoredKey[] {
  const { api_key_encrypted, key_id, binding, master_key_id, key_label: label, key_enabled: enabled } = row
  if (api_key_encrypted === null) return []
  return [{ api_key_encrypted, key_id, binding, master_key_id, label, enabled }, ...row.further_keys]
}

/** What a provider said last to a key, where it told something of it. */
export interface KeyHealth {
  key_id: string
  /** `limited`: it may go on later. */
  state: 'valid' | 'failing' | 'limited'
  /** The status the provider answered with. */
  status: number
  /** When that was, in milliseconds. */
  at: number
  /** Until when other keys go first, in milliseconds; null where none do. */
  until: number | null
}

/** What is known of a key beside its row. */
export interface KeyFacts {
  health: KeyHealth | null
  /** In milliseconds. */
  last_used_at: number | null
}

export type KeyAct = 'key.add' | 'key.update' | 'key.remove'

/** What becomes of a provider's keys, and what the audit row says of it. */
export interface KeysChange {
  keys: readonly StoredKey[]
  detail: Record<string, unknown>
}

/** Each act is one transaction together with its audit row, or nothing. */
export interface KeyStore {
  /**
   * Reads the provider and puts the keys that `decide` answers in place of those it has, in their order, in one
   * transaction; throws `provider_not_found`. `decide` runs inside the transaction and must not wait.
   */
  change(providerId: number, act: KeyAct, decide: (row: ProviderRow) => KeysChange, by: Actor): Promise<ProviderRow>
  /** Says which of several keys is tried first; throws `provider_not_found`. */
  choose(providerId: number, choice: KeyChoice, by: Actor): Promise<void>
  /** The last characters of keys that are long enough, by their ids. */
  hints(): Promise<ReadonlyMap<string, string>>
  /** What is known of keys, by their ids; nothing of those that were never used or tested. */
  facts(keyIds: readonly string[]): Promise<ReadonlyMap<string, KeyFacts>>
  /** What providers said to the keys that are to rest beyond this moment, in milliseconds. */
  resting(now: number): Promise<KeyHealth[]>
  /** Adds what providers said to keys; of a key that is gone nothing is kept. */
  noteHealth(health: readonly KeyHealth[]): Promise<void>
}
