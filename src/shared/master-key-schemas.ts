import { z } from 'zod'
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
