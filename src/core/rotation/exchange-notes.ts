import { keysOf } from '../store/key-store.ts'
import type { ProviderHead } from '../store/store.ts'
import type { Vault } from '../vault.ts'

/** What a person should know where the source of the master key holds more than one. */
export function exchangeNotes(
  { ring, masterKeyId, masterKey, offeredKeyId, places }: Vault,
  rows: readonly ProviderHead[],
  /** The id of the master key that the backup passphrase's row names. */
  backupKeyId: string | undefined,
): string[] {
  const { source, place } = masterKey
  if (ring === undefined || masterKeyId === null || ring.ids.length < 2) return []
  const others = ring.ids.filter((id) => id !== masterKeyId)
  const isOwn = source === 'file' || source === 'keychain' || (source === 'env_file' && place === places.env_file)
  if (isOwn) return ['An exchange of the master key was not finished: run latchkey rotate, which goes on with it.']
  if (offeredKeyId !== masterKeyId) {
    return [`A new master key is first in ${place}, and the vault still uses ${masterKeyId}: run latchkey rotate.`]
  }
  const needed = new Set(rows.flatMap(keysOf).map((key) => key.master_key_id))
  if (backupKeyId !== undefined) needed.add(backupKeyId)
  const free = needed.has(null) ? [] : others.filter((id) => !needed.has(id))
  return free.map((id) => `The master key ${id} may go from ${place}: no stored key needs it any more.`)
}
