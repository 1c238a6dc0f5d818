// What may be used at most, by a token or by all tools together at a provider.
import { z } from 'zod'
import { ProviderRef } from './schemas.ts'

const RequestsPerMinute = z
  .int({ error: 'Requests per minute are a whole number.' })
  .min(1, { error: 'Allow at least one request a minute.' })
  .max(1_000_000, { error: 'At most 1,000,000 requests a minute.' })

const TokensPerMinute = z
  .int({ error: 'Tokens per minute are a whole number.' })
  .min(1, { error: 'Allow at least one token a minute.' })
  .max(1_000_000_000, { error: 'At most 1,000,000,000 tokens a minute.' })

const Spend = z
  .number({ error: 'Write an amount in US dollars, such as 5 or 2.50.' })
  .min(0.01, { error: 'Allow at least $0.01.' })
  .max(1_000_000, { error: 'At most $1,000,000.' })

/** Each limit as it is given. Days and months are those of this machine's calendar. */
export const limitValues = {
  requests_per_minute: RequestsPerMinute,
  /** Input and output together, within the last 60 seconds. */
  tokens_per_minute: TokensPerMinute,
  /** In USD. */
  spend_per_day: Spend,
  /** In USD. */
  spend_per_month: Spend,
}

/** As they are kept and shown; null: no limit. */
export const Limits = z.object({
  requests_per_minute: z.int().nullable(),
  tokens_per_minute: z.int().nullable(),
  /** In USD, as the next. */
  spend_per_day: z.number().nullable(),
  spend_per_month: z.number().nullable(),
})
export type Limits = z.infer<typeof Limits>
export type LimitName = keyof Limits

export const limitNames = [
  'requests_per_minute',
  'tokens_per_minute',
  'spend_per_day',
  'spend_per_month',
] as const satisfies readonly LimitName[]

/** Nothing is limited. */
export const noLimits: Limits = {
  requests_per_minute: null,
  tokens_per_minute: null,
  spend_per_day: null,
  spend_per_month: null,
}

/** What all tools together may use of a provider. */
export const ProviderLimits = z.object({
  ...Limits.shape,
  /** In USD, since this day began and since this month did, as far as prices are known. */
  spent: z.object({ day: z.number(), month: z.number() }),
})
export type ProviderLimits = z.infer<typeof ProviderLimits>

/** `null` lifts a limit; what is not given stays. */
export const ProviderLimitsPatch = z.strictObject({
  ...ProviderRef.shape,
  requests_per_minute: limitValues.requests_per_minute.nullable().optional(),
  tokens_per_minute: limitValues.tokens_per_minute.nullable().optional(),
  spend_per_day: limitValues.spend_per_day.nullable().optional(),
  spend_per_month: limitValues.spend_per_month.nullable().optional(),
})
