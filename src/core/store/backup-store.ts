import type { Actor } from '../actor.ts'

/** What scrypt made of the backup passphrase, as a Fernet token under the master key, and how it was made. */
export interface KeptBackupKey {
  key_encrypted: string
  /** The parameters of scrypt, as JSON. */
  scrypt: string
  binding: string
  master_key_id: string
}

/** Why a scheduled backup was not made. */
export interface BackupProblem {
  at: string
  detail: string
  hint: string | null
}

/** What the vault knows of its backups; the backups themselves are files. */
export interface BackupRecord {
  /** Null where no backup passphrase is set. */
  key: (KeptBackupKey & { set_at: string }) | null
  /** The last failure, also where a later backup was made. */
  problem: BackupProblem | null
  /** Since when there is a vault to be backed up. */
  vault_created_at: string
}

export interface BackupStore {
  read(): Promise<BackupRecord>
  /** Keeps what a backup passphrase became, in place of the one before. Throws `MasterKeyChanged`. */
  keepKey(key: KeptBackupKey, by: Actor): Promise<void>
  /** Answers false where none was kept. */
  dropKey(by: Actor): Promise<boolean>
  noteProblem(problem: BackupProblem, by: Actor): Promise<void>
}
