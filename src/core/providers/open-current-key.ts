import type { KeyRing } from '../crypto/master-key.ts'
import { keysOf } from '../store/key-store.ts'
import { MasterKeyChanged, type ProviderRow, type Store } from '../store/store.ts'
import { openKey } from './stored-key.ts'

/**
 * The key of a row that was read a moment ago, also where the master key was exchanged since: then as it stands now, for
 * the address the row had. For use within `vault.withMasterKey`. Throws as `openKey` does.
 */
export async function openCurrentKey(store: Store, ring: KeyRing, row: ProviderRow): Promise<Buffer> {
  if (row.master_key_id === null || ring.has(row.master_key_id)) return openKey(ring, row)
  if ((await store.readVault()).master_key_id !== ring.currentId) throw new MasterKeyChanged()
  const now = await store.findProvider({ name: row.name })
  const key = now && keysOf(now).find(({ key_id }) => key_id === row.key_id)
  if (key === undefined) return openKey(ring, row)
  const { api_key_encrypted, binding, master_key_id } = key
  return openKey(ring, { ...row, api_key_encrypted, binding, master_key_id })
}
