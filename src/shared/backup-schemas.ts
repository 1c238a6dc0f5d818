// The shapes of backups: files that open with a passphrase, and the copies that Latchkey makes by itself.
import { z } from 'zod'
import { Passphrase } from './lock-schemas.ts'

/** How often Latchkey makes a backup by itself, while a window or a listener runs. */
export const BackupSchedule = z.enum(['off', 'daily', 'weekly'], { error: 'Choose off, daily or weekly.' })
export type BackupSchedule = z.infer<typeof BackupSchedule>

export const BackupPassphrase = z.strictObject({ passphrase: Passphrase })

/** A copy that Latchkey made by itself. */
export const LocalCopy = z.object({
  path: z.string(),
  /** `scheduled`: by the schedule; else before what it was made for safety. */
  reason: z.enum(['scheduled', 'migration', 'rotation', 'restore', 'start_over']),
  made_at: z.iso.datetime(),
  /** It opens with the backup passphrase, on any machine; else only with the master key that the vault had then. */
  portable: z.boolean(),
  bytes: z.int(),
})
export type LocalCopy = z.infer<typeof LocalCopy>

/** What to write, and where. */
export const BackupWish = z.strictObject({
  /** Without one the backup passphrase that is set is used. */
  passphrase: Passphrase.optional(),
  /** In the window a person is asked where. */
  path: z.string().min(1).optional(),
})
export type BackupWish = z.infer<typeof BackupWish>

/** A backup that was written; null where the person cancelled. */
export const WrittenBackup = z
  .object({
    path: z.string(),
    made_at: z.iso.datetime(),
    latchkey: z.string(),
    master_key_id: z.string(),
    providers: z.int(),
    keys: z.int(),
  })
  .nullable()
export type WrittenBackup = z.infer<typeof WrittenBackup>

/** How the backups that nobody asks for stand. */
export const BackupStatus = z.object({
  schedule: BackupSchedule,
  /** Since when a backup passphrase is set: scheduled backups are portable from then on; null where none is. */
  passphrase_set_at: z.iso.datetime().nullable(),
  /** The newest one that was made on the schedule. */
  last: LocalCopy.nullable(),
  /** From when on the next one is due; null where the schedule is off. */
  next_at: z.iso.datetime().nullable(),
  /** Why the last one failed, where none was made since. */
  problem: z.object({ at: z.iso.datetime(), detail: z.string(), hint: z.string().nullable() }).nullable(),
})
export type BackupStatus = z.infer<typeof BackupStatus>

/** A backup that a person chose in the dialog of the system; null where they cancelled. */
export const ChosenBackup = z.object({ path: z.string(), portable: z.boolean() }).nullable()

export const BackupToOpen = z.strictObject({ path: z.string(), passphrase: Passphrase.optional() })

const Moved = z.object({ vault: z.string().nullable(), backup: z.string().nullable() })

/** What restoring would change, by provider. */
export const VaultDifferences = z.object({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  changed: z.array(
    z.object({
      name: z.string(),
      /** Its key would go to another host. */
      origin: Moved.optional(),
      base_url: Moved.optional(),
      has_key: z.object({ vault: z.boolean(), backup: z.boolean() }).optional(),
      models_added: z.array(z.string()).optional(),
      models_removed: z.array(z.string()).optional(),
    }),
  ),
})
export type VaultDifferences = z.infer<typeof VaultDifferences>

/** A backup that was found whole, before anything is changed. */
export const OpenedBackup = z.object({
  restore_id: z.string(),
  /** Null for a copy that Latchkey made by itself: its name says it. */
  made_at: z.iso.datetime().nullable(),
  latchkey: z.string().nullable(),
  providers: z.int(),
  keys: z.int(),
  /** Null where the vault that is here cannot be read, which `problem` says. */
  differences: VaultDifferences.nullable(),
  problem: z.object({ detail: z.string() }).nullable(),
  /** Where the master key will be. */
  key_place: z.string(),
  /** What has to be typed to restore it. */
  vault_name: z.string(),
})
export type OpenedBackup = z.infer<typeof OpenedBackup>

export const RestoreRef = z.strictObject({ restore_id: z.string() })
export const RestoreChoice = z.strictObject({ restore_id: z.string(), vault_name: z.string() })

/** What a restore did. */
export const RestoredBackup = z.object({
  /** Where the vault that was there is kept. */
  kept: z.string().nullable(),
  tokens_revoked: z.int(),
  /** Where the master key is now, and where the one before is kept if it is another. */
  master_key: z.object({ place: z.string(), kept: z.string().nullable() }),
})
export type RestoredBackup = z.infer<typeof RestoredBackup>

/** In which form providers and models are exported. */
export const ExportWish = z.strictObject({
  format: z.enum(['yaml', 'json'], { error: 'Choose yaml or json.' }).default('yaml'),
})
export const ExportedText = z.object({ text: z.string() })
