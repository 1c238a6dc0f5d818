// What crosses a door about the audit trail.
import { z } from 'zod'

const Timestamp = z.iso.datetime()
const Moment = z.iso
  .datetime({ offset: true, error: 'Write a time as 2026-01-31T12:00:00Z.' })
  .transform((text) => new Date(text).toISOString())
const Word = z.string().min(1, { error: 'Write what to look for, or leave it out.' }).max(255)

/** Which events are wanted; what is left out does not matter. */
export const AuditQuery = z.strictObject({
  since: Moment.optional(),
  until: Moment.optional(),
  /** The name of a provider. */
  provider: Word.optional(),
  /** An act as `key.use`, or a kind of acts as `key`. */
  act: Word.optional(),
  /** The name of a token. */
  caller: Word.optional(),
  /** `window`, `rest`, `cli`, or `start` for Latchkey itself. */
  door: Word.optional(),
  /** Words that all stand somewhere in the event: provider, actor, act or detail; capitals do not matter. */
  search: Word.optional(),
  /** Only events before this one, to read on. */
  before: z.coerce.number().int({ error: 'An event is a whole number.' }).optional(),
  limit: z.coerce
    .number()
    .int({ error: 'A limit is a whole number.' })
    .min(1, { error: 'A limit is at least 1.' })
    .max(1_000, { error: 'At most 1,000 events at a time.' })
    .optional(),
})
export type AuditQuery = z.infer<typeof AuditQuery>

/** Something that was done, tried or refused. */
export const AuditEvent = z.object({
  seq: z.int(),
  at: z.string(),
  /** `window`, `rest`, `cli`, or `start` for Latchkey itself. */
  door: z.string(),
  /** The name of the token that was shown. */
  caller: z.string().nullable(),
  os_user: z.string(),
  pid: z.int(),
  act: z.string(),
  provider: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
})
export type AuditEvent = z.infer<typeof AuditEvent>

export const AuditPage = z.object({
  /** The newest first. */
  events: z.array(AuditEvent),
  /** Give it as `before` for the next page; null where there is none. */
  next: z.int().nullable(),
})
export type AuditPage = z.infer<typeof AuditPage>

/** Whether the trail is as it was written. */
export const AuditVerdict = z.object({
  intact: z.boolean(),
  /** How many events were read and fit; null where it is broken. */
  events: z.int().nullable(),
  /** The seal outside the vault vouches for every event up to this one; null where there is none or it cannot be checked. */
  sealed_to: z.int().nullable(),
  /** The first event that is not as it was written; 0 where the seal itself is not. */
  broken_at: z.int().nullable(),
  /** In a sentence. */
  detail: z.string(),
  /** What to do. */
  hint: z.string().nullable(),
  checked_at: Timestamp,
})
export type AuditVerdict = z.infer<typeof AuditVerdict>

/** How many years the audit trail is kept; 0: for good. */
export const AuditKeptYears = z.union([z.literal(0), z.literal(1), z.literal(2)], {
  error: 'The audit trail is kept for good (0), or for 1 or 2 years.',
})

export const AuditRetention = z.strictObject({ years: AuditKeptYears })

export const AuditRetained = z.object({
  years: AuditKeptYears,
  /** How many events were too old, and are gone. */
  removed: z.int(),
})
