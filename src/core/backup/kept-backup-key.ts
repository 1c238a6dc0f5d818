// What a backup passphrase became, kept under the master key, so that backups are made on a schedule without asking for it.
// It opens nothing that the master key does not open already: a backup holds that key and the vault.
import { appError } from '../../shared/errors.ts'
import { ScryptParams } from '../crypto/passphrase-key.ts'
import { InvalidToken } from '../crypto/fernet.ts'
import { MasterKeyMissing, type BindingContext, type KeyRing } from '../crypto/master-key.ts'
import type { KeptBackupKey } from '../store/backup-store.ts'
import type { BackupKey } from './backup-key.ts'

// No provider has a name with a space in it: no stored key passes for this one, nor this one for a stored key.
const NAME = 'backup passphrase'

/** Encrypts it for the vault, bound to how it was made: other parameters would make files that no passphrase opens. */
export function keepBackupKey(ring: KeyRing, { key, params }: BackupKey): KeptBackupKey {
  const { token, master_key_id } = ring.seal(key)
  const scrypt = JSON.stringify(params)
  return { key_encrypted: token, scrypt, binding: ring.bindingOf(contextOf(scrypt, token)), master_key_id }
}

/** As it was before it was kept; the caller zeroes it. Throws `backup_key_unreadable`. */
export function openBackupKey(ring: KeyRing, kept: KeptBackupKey): BackupKey {
  const { key_encrypted, scrypt, master_key_id } = kept
  if (!isBound(ring, kept)) throw appError('backup_key_unreadable', undefined)
  try {
    return { key: ring.open(key_encrypted, master_key_id), params: ScryptParams.parse(JSON.parse(scrypt)) }
  } catch (cause) {
    if (cause instanceof InvalidToken) throw appError('backup_key_unreadable', undefined, { cause })
    throw cause
  }
}

/** Whether it is as it was kept, under a key of the ring; known without decrypting. */
export function isBound(ring: KeyRing, { key_encrypted, scrypt, binding, master_key_id }: KeptBackupKey): boolean {
  return ring.bindingMatches(contextOf(scrypt, key_encrypted), binding, master_key_id)
}

/** The same under the ring's current master key; undefined where it cannot be opened as it stands. */
export function resealedBackupKey(ring: KeyRing, kept: KeptBackupKey): KeptBackupKey | undefined {
  try {
    if (!isBound(ring, kept)) return undefined
    if (kept.master_key_id === ring.currentId) {
      ring.open(kept.key_encrypted, kept.master_key_id).fill(0)
      return kept
    }
    const { token, master_key_id } = ring.reseal(kept.key_encrypted, kept.master_key_id)
    return {
      ...kept,
      key_encrypted: token,
      binding: ring.bindingOf(contextOf(kept.scrypt, token), master_key_id),
      master_key_id,
    }
  } catch (cause) {
    if (cause instanceof InvalidToken || cause instanceof MasterKeyMissing) return undefined
    throw cause
  }
}

function contextOf(scrypt: string, token: string): BindingContext {
  return { key_id: scrypt, provider_name: NAME, origin: null, token }
}
