import type { KeyChoice } from '../../../shared/schemas.ts'
import type { Actor } from '../../actor.ts'
import {
  keysOf,
  type KeyAct,
  type KeyFacts,
  type KeyHealth,
  type KeysChange,
  type KeyStore,
  type StoredKey,
} from '../key-store.ts'
import type { ProviderRow, SealedKey } from '../store.ts'
import type { Acts } from './act.ts'
import type { ProviderReader } from './read-providers.ts'
import type { Prepared } from './seed.ts'

interface KeyStoreParts {
  prepared: Prepared
  acts: Acts
  providers: ProviderReader
  /** Throws `MasterKeyChanged` where the vault's master key is not this one. */
  assertMasterKey: (id: string | null) => void
}

/** The keys of providers in SQL. */
export class SqliteKeyStore implements KeyStore {
  readonly #parts: KeyStoreParts

  constructor(parts: KeyStoreParts) {
    this.#parts = parts
  }

  change(providerId: number, act: KeyAct, decide: (row: ProviderRow) => KeysChange, by: Actor): Promise<ProviderRow> {
    const { prepared, acts, providers, assertMasterKey } = this.#parts
    return acts.write(by, () => {
      const before = providers.get({ id: providerId })
      const { keys, detail } = decide(before)
      const known = keysOf(before)
      if (JSON.stringify(keys) === JSON.stringify(known)) return { result: before, entry: null }
      const tokens = new Set(known.map((key) => key.api_key_encrypted))
      for (const key of keys) if (!tokens.has(key.api_key_encrypted)) assertMasterKey(key.master_key_id)
      writeKeys(prepared, providerId, keys)
      return { result: providers.get({ id: providerId }), entry: { act, provider: before.name, detail } }
    })
  }

  choose(providerId: number, choice: KeyChoice, by: Actor): Promise<void> {
    const { prepared, acts, providers } = this.#parts
    return acts.write(by, () => {
      const { name, key_choice } = providers.get({ id: providerId })
      if (choice === key_choice) return { result: undefined, entry: null }
      prepared('UPDATE provider SET key_choice = ?, updated_at = ? WHERE id = ?').run(
        choice,
        new Date().toISOString(),
        providerId,
      )
      return { result: undefined, entry: { act: 'key.choose', provider: name, detail: { choice } } }
    })
  }

  hints(): Promise<ReadonlyMap<string, string>> {
    const { prepared, acts } = this.#parts
    return acts.readOne(() => new Map(prepared('SELECT key_id, hint FROM key_hint').raw().all() as [string, string][]))
  }

  facts(keyIds: readonly string[]): Promise<ReadonlyMap<string, KeyFacts>> {
    const { prepared, acts } = this.#parts
    return acts.read(() => {
      const health = prepared(`SELECT key_id, state, status, at, until FROM key_health WHERE key_id = ?`)
      const lastUse = prepared('SELECT max(at) FROM key_use WHERE key_id = ?').pluck()
      const facts = keyIds.map((id): [string, KeyFacts] => {
        const found = health.get(id) as KeyHealth | undefined
        return [id, { health: isKnown(found) ? found : null, last_used_at: lastUse.get(id) as number | null }]
      })
      return new Map(facts)
    })
  }

  resting(now: number): Promise<KeyHealth[]> {
    const { prepared, acts } = this.#parts
    return acts.readOne(() => {
      const rows = prepared('SELECT key_id, state, status, at, until FROM key_health WHERE until > ?').all(now)
      return (rows as KeyHealth[]).filter(isKnown)
    })
  }

  noteHealth(health: readonly KeyHealth[]): Promise<void> {
    const { prepared, acts } = this.#parts
    return acts.complete('choices', () => {
      const write = prepared(
        `INSERT OR REPLACE INTO key_health (key_id, state, status, at, until) SELECT ?, ?, ?, ?, ?
         WHERE EXISTS (SELECT 1 FROM provider WHERE key_id = ? UNION ALL SELECT 1 FROM provider_key WHERE key_id = ?)`,
      )
      for (const { key_id, state, status, at, until } of health) {
        write.run(key_id, state, status, at, until, key_id, key_id)
      }
    })
  }
}

/** Puts these keys in place of those a provider has; the first goes into its own row. */
export function writeKeys(prepared: Prepared, providerId: number, keys: readonly StoredKey[]): void {
  const [first, ...further] = keys
  prepared(
    `UPDATE provider SET api_key_encrypted = ?, key_id = ?, binding = ?, master_key_id = ?, key_label = ?,
       key_enabled = ?, updated_at = ? WHERE id = ?`,
  ).run(
    first?.api_key_encrypted ?? null,
    first?.key_id ?? null,
    first?.binding ?? null,
    first?.master_key_id ?? null,
    first?.label ?? FIRST_LABEL,
    first?.enabled === false ? 0 : 1,
    new Date().toISOString(),
    providerId,
  )
  prepared('DELETE FROM provider_key WHERE provider_id = ?').run(providerId)
  const insert = prepared(
    `INSERT INTO provider_key (provider_id, position, api_key_encrypted, key_id, binding, master_key_id, label, enabled)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  for (const [n, { api_key_encrypted, key_id, binding, master_key_id, label, enabled }] of further.entries()) {
    insert.run(providerId, n + 2, api_key_encrypted, key_id, binding, master_key_id, label, enabled ? 1 : 0)
  }
  for (const key of keys) keepHint(prepared, key)
  dropHealth(prepared)
}

/** Keeps what a key that is stored now is told by. */
export function keepHint(prepared: Prepared, { key_id, hint }: Pick<StoredKey, 'key_id' | 'hint'>): void {
  if (typeof hint === 'string')
    prepared('INSERT OR REPLACE INTO key_hint (key_id, hint) VALUES (?, ?)').run(key_id, hint)
}

/**
 * The keys of a provider with another one in the first place, or without the first. Its label stays; whoever enters a key
 * wants it used.
 */
export function withFirstKey(row: ProviderRow, key: SealedKey | null): StoredKey[] {
  const further = row.further_keys
  return key === null ? further : [{ ...key, label: row.key_label, enabled: true }, ...further]
}

/** As the table has it for a provider that never had a key. */
export const FIRST_LABEL = 'Key 1'

/** Forgets what is known of keys that are gone, and their hints. */
export function dropHealth(prepared: Prepared): void {
  prepared(
    `DELETE FROM key_health WHERE key_id NOT IN (
       SELECT key_id FROM provider WHERE key_id IS NOT NULL UNION ALL SELECT key_id FROM provider_key)`,
  ).run()
  prepared(
    `DELETE FROM key_hint WHERE key_id NOT IN (
       SELECT key_id FROM provider WHERE key_id IS NOT NULL UNION ALL SELECT key_id FROM provider_key)`,
  ).run()
}

const STATES: ReadonlySet<string> = new Set(['valid', 'failing', 'limited'] satisfies KeyHealth['state'][])

/** What another version or program wrote there counts as nothing known. */
function isKnown(health: KeyHealth | undefined): health is KeyHealth {
  return health !== undefined && STATES.has(health.state)
}
