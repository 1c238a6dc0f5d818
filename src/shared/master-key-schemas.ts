import { z } from 'zod'
import { Passphrase } from './lock-schemas.ts'
import { KeySourceName } from './schemas.ts'

/** A program and its arguments, each as it is: no quoting, no expansion. */
export const KeyCommand = z
  .array(z.string().regex(/^[^\0]*$/))
  .min(1, { error: 'Write the command that prints the master key.' })
  .max(64)
  .refine((argv) => argv[0] !== '', { error: 'Write the command that prints the master key.' })
export type KeyCommand = z.infer<typeof KeyCommand>

/** Where the master key is to be kept. `env`: the environment where it comes from there, else Latchkey's own `.env`. */
export const MoveMasterKey = z
  .strictObject({ to: z.enum(['keychain', 'file', 'env', 'command']), command: KeyCommand.optional() })
  .refine(({ to, command }) => (to === 'command') === (command !== undefined), {
    path: ['command'],
    error: 'Write the command that prints the master key; with other places there is none.',
  })
export type MoveMasterKey = z.infer<typeof MoveMasterKey>

/** What a move of the master key did. */
export const MovedMasterKey = z.object({
  source: KeySourceName,
  place: z.string(),
  /** Places that held the key and hold none now. */
  wiped: z.array(z.string()),
  /** Places that still hold the key, or go before the new one: their owner has to take it away. */
  left: z.array(z.string()),
})

/** What an exchange of the master key would do, and whom it concerns. */
export const RotationPlan = z.object({
  source: KeySourceName,
  place: z.string(),
  fingerprint: z.string(),
  /** `unfinished`: one was begun and is taken up. `needs_key`: its owner has to give the new key first. */
  state: z.enum(['ready', 'unfinished', 'needs_key']),
  keys: z.int(),
  /** Other processes that have the vault open. */
  processes: z.array(z.object({ pid: z.int(), name: z.string() })),
  /** Whether those take the new key from its place by themselves; else they turn read-only until started with it. */
  reread: z.boolean(),
  /** For the owner whose master key leaked: the keys that have to be replaced at their providers, too. */
  to_replace: z.array(
    z.object({
      provider_id: z.int(),
      name: z.string(),
      display_name: z.string(),
      key_url: z.string().nullable(),
      keys: z.int(),
    }),
  ),
  /** Automatic copies that the old master key opens. */
  copies: z.int(),
})
export type RotationPlan = z.infer<typeof RotationPlan>

/** What an exchange of the master key did. */
export const RotatedMasterKey = z.object({
  fingerprint: z.string(),
  keys: z.int(),
  /** Keys that could not be opened before either, by provider: they stay as they are. */
  left: z.array(z.string()),
  /** The copy of the vault before it, under the old key. */
  copy: z.string().nullable(),
  /** Fingerprints of keys that its owner may take out of the place now. */
  may_go: z.array(z.string()),
})
export type RotatedMasterKey = z.infer<typeof RotatedMasterKey>

/** `path` is for the command line; the window asks where to save it. */
export const NewRecoveryCopy = z.strictObject({ passphrase: Passphrase, path: z.string().min(1).max(4096).optional() })

/** Where it lies; null where the person cancelled. */
export const SavedRecoveryCopy = z.object({ path: z.string().nullable() })

/** False where the person cancelled. */
export const PaperRecoveryCopy = z.object({ printed: z.boolean() })

/** The master key itself, as it is put on paper. */
export const PrintedRecoveryCopy = z.object({ key: z.string(), fingerprint: z.string() })

/** The text of a recovery copy with its passphrase; or the master key, as it was printed. */
export const RestoreMasterKey = z.strictObject({
  text: z
    .string({ error: 'A recovery copy is a text.' })
    .min(1, { error: 'The recovery copy is empty.' })
    .max(16_384, { error: 'This is too long for a recovery copy.' }),
  passphrase: Passphrase.optional(),
})

export const RestoredMasterKey = z.object({
  source: KeySourceName,
  place: z.string(),
  /** Where the file is now that lay in its place. */
  kept: z.string().nullable(),
})
