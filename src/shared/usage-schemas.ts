// What crosses a door about what tools have used.
import { z } from 'zod'

export const UsageGroup = z.enum(['day', 'tool', 'provider', 'model', 'key'], {
  error: 'Choose one of day, tool, provider, model, key.',
})
export type UsageGroup = z.infer<typeof UsageGroup>

const Moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'Write a day as 2026-11-25, or a time as 2026-11-25T12:00:00Z.',
})

const Name = z.string().min(1, { error: 'Write a name, or leave it out.' }).max(255)

export const UsageInput = z.strictObject({
  /** The first day or moment; 29 days ago if not given. */
  from: Moment.optional(),
  /** The last day, or the moment before which; now if not given. */
  to: Moment.optional(),
  /** `day` if not given. */
  group_by: UsageGroup.optional(),
  /** Each group's parts as rows of their own. */
  split_by: UsageGroup.optional(),
  /** Only what the tool of this name has used. */
  tool: Name.optional(),
  /** Only what was used of the provider of this name. */
  provider: Name.optional(),
})

const sums = {
  requests: z.int(),
  /** Refused by the provider, failed on the way, or cut. */
  failed: z.int(),
  input_tokens: z.int(),
  output_tokens: z.int(),
  /** Of the input. */
  cached_tokens: z.int(),
  cost_usd: z.number(),
  /** Requests whose answer did not say what it used: what is in the sums for them is an estimate. */
  estimated: z.int(),
  /** Requests whose tokens are not known: they are not in the sums. */
  unmeasured: z.int(),
  /** Requests whose cost is not known: they are not in the sum. */
  unpriced: z.int(),
}

/** What tools have used. Days are those of this machine; a key is named by its provider and label, or the beginning of its id once it is gone. */
export const Usage = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  group_by: UsageGroup,
  /** By the name of the group, then of the part where parts were asked for; null: a request whose model nobody read. */
  rows: z.array(z.object({ group: z.string().nullable(), part: z.string().nullable().optional(), ...sums })),
  total: z.object(sums),
})
export type Usage = z.infer<typeof Usage>
export type UsageSums = Usage['total']

/** The sum of sums. */
export function sumUsage(rows: readonly UsageSums[]): UsageSums {
  const sum = (field: keyof UsageSums): number => rows.reduce((all, row) => all + row[field], 0)
  return {
    requests: sum('requests'),
    failed: sum('failed'),
    input_tokens: sum('input_tokens'),
    output_tokens: sum('output_tokens'),
    cached_tokens: sum('cached_tokens'),
    cost_usd: sum('cost_usd'),
    estimated: sum('estimated'),
    unmeasured: sum('unmeasured'),
    unpriced: sum('unpriced'),
  }
}
