import type { Api } from '../../shared/contract.ts'
import { appError } from '../../shared/errors.ts'
import { MOST_KEYS, type ProviderKey, type ProviderKeyPatch } from '../../shared/provider-key-schemas.ts'
import type { Actor } from '../actor.ts'
import { newKeyId, type KeyRing } from '../crypto/master-key.ts'
import { keysOf, type KeyFacts, type KeysChange, type StoredKey } from '../store/key-store.ts'
import type { ProviderRow, Store } from '../store/store.ts'
import type { Vault } from '../vault.ts'
import { findKey } from './find-key.ts'
import { keyStateOf, sealKey } from './stored-key.ts'

type KeyApi = Pick<
  Api,
  'listKeys' | 'listKeyHints' | 'addKey' | 'updateKey' | 'removeKey' | 'getKeyChoice' | 'setKeyChoice'
>

/** The operations on the several keys of a provider. */
export function keyOperations(vault: Vault, by: Actor): KeyApi {
  return {
    async listKeys({ provider_id }) {
      return presented(await find(vault, provider_id), vault.reader(), vault)
    },

    async getKeyChoice({ provider_id }) {
      return { choice: (await find(vault, provider_id)).key_choice }
    },

    async setKeyChoice({ provider_id, choice }) {
      await vault.withMasterKey((store) => store.keys.choose(provider_id, choice, by))
      return { choice }
    },

    async listKeyHints() {
      const store = vault.reader()
      const hints = await store.keys.hints()
      return (await store.listProviderHeads()).flatMap((row) =>
        keysOf(row).flatMap(({ key_id }, at) => {
          const hint = hints.get(key_id ?? '')
          return key_id === null || hint === undefined
            ? []
            : [{ id: key_id, provider_id: row.id, is_first: at === 0, hint }]
        }),
      )
    },

    async addKey({ provider_id, api_key, label, enabled = true, position }) {
      return vault.withMasterKey(async (store, ring) => {
        let added = ''
        const row = await store.keys.change(
          provider_id,
          'key.add',
          (before) => {
            const keys = keysOf(before)
            if (keys.length >= MOST_KEYS) throw appError('too_many_keys', { name: before.name, most: MOST_KEYS })
            const sealed = sealKey(ring, before, api_key)
            added = sealed.key_id
            const key = { ...sealed, label: label ?? freeLabel(keys), enabled }
            const detail = { key_id: sealed.key_id, label: key.label }
            return { keys: placed(before, keys, key, position ?? keys.length + 1), detail }
          },
          by,
        )
        return one(row, added, store, vault)
      })
    },

    async updateKey({ provider_id, key_id, ...patch }) {
      return vault.withMasterKey(async (store, ring) => {
        let updated: string | null = null
        const row = await store.keys.change(
          provider_id,
          'key.update',
          (before) => {
            const { key, ...change } = updatedKeys(before, key_id, patch, ring)
            updated = key.key_id
            return change
          },
          by,
        )
        return one(row, updated, store, vault)
      })
    },

    async removeKey({ provider_id, key_id }) {
      const without = (before: ProviderRow): KeysChange => {
        const { at, key } = findKey(before, key_id)
        return { keys: named(keysOf(before).toSpliced(at, 1)), detail: { key_id: key.key_id, label: key.label } }
      }
      await vault.withMasterKey((store) => store.keys.change(provider_id, 'key.remove', without, by))
    },
  }
}

async function find(vault: Vault, id: number): Promise<ProviderRow> {
  const row = await vault.reader().findProvider({ id })
  if (row === undefined) throw appError('provider_not_found', { ref: id })
  return row
}

function updatedKeys(
  row: ProviderRow,
  ref: string,
  { label, enabled, position, api_key }: Omit<ProviderKeyPatch, 'provider_id' | 'key_id'>,
  ring: KeyRing,
): KeysChange & { key: StoredKey } {
  const keys = keysOf(row)
  const { at, key: before } = findKey(row, ref)
  const key = {
    ...before,
    ...(api_key === undefined ? {} : sealKey(ring, row, api_key)),
    label: label ?? before.label,
    enabled: enabled ?? before.enabled,
  }
  const to = Math.min(position ?? at + 1, keys.length) - 1
  const after = placed(row, keys.toSpliced(at, 1), key, to + 1)
  const changed = [
    ...(key.label === before.label ? [] : ['label']),
    ...(key.enabled === before.enabled ? [] : ['enabled']),
    ...(to === at ? [] : ['position']),
    ...(api_key === undefined ? [] : ['api_key']),
  ]
  const renewed = api_key === undefined ? {} : { new_key_id: key.key_id }
  return {
    key: after[to] ?? key,
    keys: after,
    detail: { key_id: before.key_id, label: before.label, changed, ...renewed },
  }
}

/** The others with this key among them. Within a provider a label tells keys apart, in whatever case it is written. */
function placed(row: ProviderRow, others: readonly StoredKey[], key: StoredKey, position: number): StoredKey[] {
  const { label } = key
  if (others.some((other) => other.label.toLowerCase() === label.toLowerCase())) {
    throw appError('key_label_exists', { name: row.name, label })
  }
  return named(others.toSpliced(position - 1, 0, key))
}

/** A key that another program wrote has no id, which every key but the first needs; it stays as unreadable as it was. */
function named([first, ...further]: readonly StoredKey[]): StoredKey[] {
  if (first === undefined) return []
  return [first, ...further.map((key) => (key.key_id === null ? { ...key, key_id: newKeyId() } : key))]
}

function freeLabel(keys: readonly StoredKey[]): string {
  const taken = new Set(keys.map(({ label }) => label.toLowerCase()))
  for (let n = keys.length + 1; ; n++) if (!taken.has(`key ${n}`)) return `Key ${n}`
}

async function presented(row: ProviderRow, store: Store, vault: Vault): Promise<ProviderKey[]> {
  const keys = keysOf(row)
  const facts = await store.keys.facts(keys.flatMap(({ key_id }) => key_id ?? []))
  const now = Date.now()
  return keys.map((key, at) => {
    const { key_id, label, enabled } = key
    const known = key_id === null ? undefined : facts.get(key_id)
    const until = known?.health?.until ?? 0
    return {
      id: key_id,
      label,
      position: at + 1,
      enabled,
      state:
        keyStateOf({ ...row, ...key }, vault.ring, vault.masterKeyId) === 'unreadable'
          ? 'unreadable'
          : stateOf(known, now),
      retry_at: until > now ? new Date(until).toISOString() : null,
      last_used_at: timeOf(known?.last_used_at),
    }
  })
}

async function one(row: ProviderRow, key_id: string | null, store: Store, vault: Vault): Promise<ProviderKey> {
  const key = (await presented(row, store, vault)).find(({ id }) => id === key_id)
  if (key === undefined) throw appError('key_not_found', { name: row.name })
  return key
}

function stateOf(facts: KeyFacts | undefined, now: number): ProviderKey['state'] {
  const { health } = facts ?? {}
  if (health === null || health === undefined) return 'untested'
  if (health.state === 'failing') return 'failing'
  return (health.until ?? 0) > now ? 'cooling_down' : 'valid'
}

function timeOf(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString()
}
