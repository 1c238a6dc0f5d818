// The shapes of the lock: a passphrase over the master key, and what is seen of it.
import { z } from 'zod'

/** Why the vault is locked. `start`: nobody has unlocked it yet; `elsewhere`: another window, listener or command. */
export const LockReason = z.enum(['start', 'now', 'idle', 'screen', 'suspend', 'tray', 'elsewhere'])
export type LockReason = z.infer<typeof LockReason>

/** Taken as it is typed: a space at its end is part of it. */
export const Passphrase = z
  .string({ error: 'A passphrase is a text.' })
  .min(1, { error: 'Write the passphrase.' })
  .max(1024, { error: 'A passphrase has at most 1,024 characters.' })

export const UnlockInput = z.strictObject({ passphrase: Passphrase })
export const NewPassphrase = z.strictObject({ passphrase: Passphrase })
export const PassphraseChange = z.strictObject({ current: Passphrase, passphrase: Passphrase })
export const PassphraseRemoval = z.strictObject({ current: Passphrase })

export const LockStatus = z.object({
  /** Whether the master key is under a passphrase: without one there is nothing to lock. */
  passphrase: z.boolean(),
  /** Whether one can be set: Latchkey itself keeps the master key, in the keychain or in `master.key`. */
  can_have_passphrase: z.boolean(),
  /** Since when, and why, this process is without the master key; null while it has it. */
  locked: z.object({ at: z.iso.datetime(), reason: LockReason }).nullable(),
  /** Seconds until the next try, after wrong ones. */
  wait_seconds: z.int(),
})
export type LockStatus = z.infer<typeof LockStatus>
