// What crosses a door about the several keys of a provider. The value of a key goes in and never comes out.
import { z } from 'zod'
import { ApiKey, KeyChoice, ProviderRef } from './schemas.ts'

export const KeyLabel = z
  .string({ error: (issue) => (issue.input === undefined ? 'A label is needed.' : 'A label must be a text.') })
  .trim()
  .min(1, { error: 'Write a label, such as who the key belongs to.' })
  .max(100, { error: 'A label has at most 100 characters.' })
  .refine((label) => !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(label), { error: 'A label has printable characters only.' })

/** Most keys of one provider. */
export const MOST_KEYS = 100

const Position = z
  .int({ error: 'A position is a whole number.' })
  .min(1, { error: 'The first position is 1.' })
  .max(MOST_KEYS, { error: `A provider has at most ${MOST_KEYS} keys.` })

const Timestamp = z.iso.datetime()

export const ProviderKey = z.object({
  /** Changes with the key itself; null where another program wrote the key. The first also goes by `first`. */
  id: z.string().nullable(),
  label: z.string(),
  /** 1 for the first, which is the `api_key` of its provider. Keys are tried in this order. */
  position: z.int(),
  /** False: it is kept, and not used. */
  enabled: z.boolean(),
  /**
   * `untested`: the provider has not said anything to it yet. `failing`: it was refused. `cooling_down`: it has reached
   * its limit, and other keys go first. `unreadable`: under another master key, or not bound to this address.
   */
  state: z.enum(['untested', 'valid', 'failing', 'cooling_down', 'unreadable']),
  /** When it is tried again before other keys; null where it is tried now. */
  retry_at: Timestamp.nullable(),
  /** When a tool last used it; null: never yet. */
  last_used_at: Timestamp.nullable(),
})
export type ProviderKey = z.infer<typeof ProviderKey>

/** The id of a key, or `first`. */
export const KeyId = z.string({ error: 'The id of a key is a text.' }).max(100, { error: 'That is no id of a key.' })

export const ProviderKeyRef = z.strictObject({ ...ProviderRef.shape, key_id: KeyId })

const given = {
  label: KeyLabel.optional(),
  enabled: z.boolean({ error: 'Write true or false.' }).optional(),
  /** Where it goes; the others make room. */
  position: Position.optional(),
}

/** At the end, as `Key N` and enabled, if not said otherwise. */
export const NewProviderKey = z.strictObject({ ...ProviderRef.shape, api_key: ApiKey, ...given })
export type NewProviderKey = z.infer<typeof NewProviderKey>

/** What is not given stays. With `api_key` the key is exchanged, and has another id afterwards. */
export const ProviderKeyPatch = z.strictObject({ ...ProviderKeyRef.shape, ...given, api_key: ApiKey.optional() })
export type ProviderKeyPatch = z.infer<typeof ProviderKeyPatch>

/** The fields of `ProviderKey` that an update passes over, so that a client may send back what it got. */
export const keyOutputFields = [
  'id',
  'state',
  'retry_at',
  'last_used_at',
] as const satisfies readonly (keyof ProviderKey)[]

/** `in_order` if never set. */
export const KeyChoiceFields = z.object({ choice: KeyChoice })

/** By what a person tells a key from another. */
export const KeyHint = z.object({
  /** Of the key. */
  id: z.string(),
  provider_id: z.int(),
  /** The first key of its provider. */
  is_first: z.boolean(),
  hint: z.string().max(4),
})
export type KeyHint = z.infer<typeof KeyHint>
