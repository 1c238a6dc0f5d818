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
