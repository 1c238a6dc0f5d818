// What crosses a door about `latchkey` in the terminal.
import { z } from 'zod'

export const ShellCommand = z.object({
  /** `outdated`: ours, of an app that lay elsewhere. `taken`: somebody else's, which is not touched. */
  state: z.enum(['none', 'installed', 'outdated', 'taken']),
  /** Where it is, or would be. */
  path: z.string(),
  /** Where a package has put it; null where none has. */
  package_path: z.string().nullable(),
  /** The line for the shell's start-up file, where the folder is not on the PATH. */
  line: z.string().nullable(),
})
export type ShellCommand = z.infer<typeof ShellCommand>

export const ShellCommandPatch = z.strictObject({ installed: z.boolean() })
