// What crosses a door about the tokens of tools.
import { z } from 'zod'
import { Limits, limitValues } from './limit-schemas.ts'
import { ModelName, ProviderName } from './schemas.ts'

/** `admin` manages the vault and may use every key; `tool` uses keys through the gateway and manages nothing. */
export const TokenKind = z.enum(['admin', 'tool'], { error: 'Choose admin or tool.' })
export type TokenKind = z.infer<typeof TokenKind>

/** Names under which Latchkey itself acts. */
const OWN_NAMES: ReadonlySet<string> = new Set(['run', 'listener', 'browser window'])

export const TokenName = z
  .string({ error: (issue) => (issue.input === undefined ? 'A name is needed.' : 'A name must be a text.') })
  .trim()
  .min(1, { error: 'Write a name, such as that of the tool.' })
  .max(100, { error: 'A name has at most 100 characters.' })
  .refine((name) => !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(name), { error: 'A name has printable characters only.' })
  .refine((name) => !OWN_NAMES.has(name), { error: 'Latchkey itself uses this name. Choose another one.' })

const Providers = z
  .array(ProviderName, { error: "Providers are a list of names, or 'all'." })
  .min(1, { error: "Name at least one provider, or write 'all'." })
  .max(1_000, { error: 'At most 1,000 providers.' })

const QualifiedModel = ModelName.refine((name) => /^[a-z0-9][a-z0-9._-]{0,99}\/./.test(name), {
  error: 'Write a model as provider/model.',
})

/** What stands in a token's list for every model of a provider, also those that are yet to come. */
export const everyModelOf = (provider: string): string => `${provider}/*`

const Models = z
  .array(QualifiedModel, { error: "Models are a list of provider/model, or 'all'." })
  .min(1, { error: "Name at least one model, or write 'all'." })
  .max(10_000, { error: 'At most 10,000 models.' })

const ExpiresInDays = z.literal([1, 7, 30, 90], { error: 'Choose 1, 7, 30 or 90 days, or leave it out for never.' })

const limits = {
  /** The only providers it may use. */
  providers: z.union([Providers, z.literal('all')]).optional(),
  /** The only models it may use, each as `provider/model`; `provider/*` is every model of that provider. */
  models: z.union([Models, z.literal('all')]).optional(),
  requests_per_minute: orUnlimited(limitValues.requests_per_minute),
  tokens_per_minute: orUnlimited(limitValues.tokens_per_minute),
  spend_per_day: orUnlimited(limitValues.spend_per_day),
  spend_per_month: orUnlimited(limitValues.spend_per_month),
}

function orUnlimited<T extends z.ZodNumber>(value: T) {
  const error = "A limit is a number, whole if not in US dollars, or 'unlimited'."
  return z.union([value, z.literal('unlimited')], { error }).optional()
}

const Timestamp = z.iso.datetime()

/** In USD. */
const Spent = z.object({
  day: z.number(),
  month: z.number(),
  /** Requests of this month whose cost is an estimate: it is in the sum. */
  estimated: z.int(),
  /** Requests of this month whose cost is not known: it is not in the sum. */
  unpriced: z.int(),
})

/** A token; one that has expired is still listed. */
export const Token = z.object({
  id: z.int(),
  name: z.string(),
  kind: TokenKind,
  /** Its first characters, to tell it from others. */
  prefix: z.string(),
  /** Null: all. */
  providers: z.array(z.string()).nullable(),
  /** As `provider/model`, or `provider/*` for every model of one; null: all. */
  models: z.array(z.string()).nullable(),
  ...Limits.shape,
  /** What it has cost since this day began, and since this month did; in USD, as far as prices are known. */
  spent: Spent,
  /** Null: never. */
  expires_at: Timestamp.nullable(),
  created_at: Timestamp,
  /** When it last used a key; null: never yet. */
  last_used_at: Timestamp.nullable(),
  /** When it was ended for good; null: it was not. */
  revoked_at: Timestamp.nullable(),
})
export type Token = z.infer<typeof Token>

export const TokenQuery = z.strictObject({
  /** Those that are revoked as well. */
  include: z.literal('revoked', { error: "Write 'revoked', or leave it out." }).optional(),
})

export const TokenRef = z.strictObject({
  token_id: z.number({ error: 'The id must be an integer.' }).refine(Number.isInteger, {
    error: 'The id must be an integer.',
  }),
})

export const NewToken = z
  .strictObject({
    name: TokenName,
    /** `tool` if not given. */
    kind: TokenKind.optional(),
    ...limits,
    expires_in_days: ExpiresInDays.optional(),
  })
  .refine(
    ({ kind, name: _name, expires_in_days: _days, ...given }) =>
      kind !== 'admin' ||
      Object.values(given).every((limit) => limit === undefined || limit === 'all' || limit === 'unlimited'),
    { error: 'A token of kind admin has no limits: it could lift them itself.', path: ['kind'] },
  )
export type NewToken = z.infer<typeof NewToken>

/** The token itself, this once: only its hash is kept. */
export const CreatedToken = z.object({ ...Token.shape, token: z.string() })
export type CreatedToken = z.infer<typeof CreatedToken>

/** A token that counts as another one, this once. */
export const PrintedToken = z.object({ token: z.string(), expires_at: Timestamp })

/** The fields of `Token` that an update passes over, so that a client may send back what it got. */
export const tokenOutputFields = [
  'id',
  'kind',
  'prefix',
  'spent',
  'expires_at',
  'created_at',
  'last_used_at',
  'revoked_at',
] as const satisfies readonly (keyof Token)[]

/** `'all'` and `'unlimited'` lift a limit; what is not given stays. */
export const TokenPatch = z.strictObject({ ...TokenRef.shape, name: TokenName.optional(), ...limits })
export type TokenPatch = z.infer<typeof TokenPatch>

export const PauseTools = z.strictObject({ paused: z.boolean({ error: 'Choose true or false.' }) })

/** Since when all tools are paused; null: they are not. */
export const PausedTools = z.object({ paused_at: Timestamp.nullable() })
