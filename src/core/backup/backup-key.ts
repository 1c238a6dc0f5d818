import { assertPassphrase, derivePassphraseKey, newScryptParams, type ScryptParams } from '../crypto/passphrase-key.ts'

/** What a passphrase became, and how: enough to make backups on a schedule without asking for it. */
export interface BackupKey {
  /** 32 bytes; whoever holds them zeroes them. */
  key: Buffer
  params: ScryptParams
}

/** Asked for the key that these parameters of a backup need. */
export type Unlock = (params: ScryptParams) => Promise<Buffer>

/** Under a new passphrase. Throws `passphrase_too_short`. */
export async function newBackupKey(passphrase: string): Promise<BackupKey> {
  assertPassphrase(passphrase)
  const params = newScryptParams()
  return { key: await derivePassphraseKey(passphrase, params), params }
}

/** Opens with the passphrase. */
export const withPassphrase =
  (passphrase: string): Unlock =>
  (params) =>
    derivePassphraseKey(passphrase, params)
