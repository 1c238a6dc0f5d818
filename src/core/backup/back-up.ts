import { appError } from '../../shared/errors.ts'
import type { Actor } from '../actor.ts'
import { lookAt, type Warn } from '../private-files.ts'
import type { Vault } from '../vault.ts'
import { version } from '../version.ts'
import type { BackupFacts } from './backup-format.ts'
import type { BackupKey } from './backup-key.ts'
import { openBackupKey } from './kept-backup-key.ts'
import { writeBackup } from './write-backup.ts'

/** Refuses a path where something is: a backup is never written over anything. */
export function assertFree(path: string): void {
  if (lookAt(path) !== undefined) throw appError('backup_exists', { path })
}

/** What the backup passphrase of the vault became, where one is set; the caller zeroes it. Throws `backup_key_unreadable`. */
export function keptBackupKey(vault: Vault): Promise<BackupKey | undefined> {
  return vault.withMasterKey(async (store, ring) => {
    const { key } = await store.backups.read()
    return key === null ? undefined : openBackupKey(ring, key)
  })
}

/**
 * Writes a portable backup of the vault, which stays in use. It is written down first, like every copy of keys: where
 * that cannot be, there is no backup. Throws what is wrong while the vault is read-only, and `backup_exists` unless a file
 * of that name may be replaced.
 */
export async function backUp(
  vault: Vault,
  path: string,
  secret: BackupKey,
  { by, warn, replace = false }: { by: Actor; warn: Warn; replace?: boolean },
): Promise<BackupFacts> {
  if (!replace) assertFree(path)
  await vault.withMasterKey((store) => store.record({ act: 'vault.backup', provider: null, detail: { path } }, by))
  return vault.lendWithKey((file, masterKey) =>
    writeBackup(path, { vault: file, masterKey, scratch: vault.places.backups, latchkey: version, warn }, secret),
  )
}
