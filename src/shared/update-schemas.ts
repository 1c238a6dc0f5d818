// What crosses a door about newer versions.
import { z } from 'zod'

export const UpdateAnswer = z.object({
  /** The version that runs. */
  version: z.string(),
  latest: z.string(),
  is_newer: z.boolean(),
  /** Where the release is described. */
  page: z.string(),
})
export type UpdateAnswer = z.infer<typeof UpdateAnswer>
