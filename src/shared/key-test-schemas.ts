// What crosses a door about the test of a key.
import { z } from 'zod'
import { KeyId } from './provider-key-schemas.ts'
import { ApiKey, Auth, BaseUrl, Dialect, ModelName, ProviderRef } from './schemas.ts'

export const KeyTestInput = z.strictObject({
  ...ProviderRef.shape,
  /** A key that is not stored yet; else the stored one is tested. */
  api_key: ApiKey.optional(),
  /** Which of the stored ones, by its id or as `first`; the first if not given. */
  key_id: KeyId.optional(),
  /** Whether the provider lists this model, too. */
  model: ModelName.optional(),
})

/** A provider that is not saved yet, by the rules it will be saved by. */
export const NewProviderTest = z.strictObject({
  base_url: BaseUrl,
  dialect: Dialect.optional(),
  auth: Auth.optional(),
  api_key: ApiKey,
})

/** What a provider said to a question that costs nothing. */
export const KeyTest = z.object({
  /**
   * `valid`: the key works. `refused`: the provider does not know it, or no longer. `limited`: it may not do this, or has
   * used up what it may. `unclear`: the provider says something else. `unreachable`: it says nothing.
   */
  verdict: z.enum(['valid', 'refused', 'limited', 'unclear', 'unreachable']),
  /** One sentence for a person. */
  detail: z.string(),
  reachable: z.boolean(),
  /** Null where the answer does not tell. */
  authenticated: z.boolean().nullable(),
  /** Null where no model was asked for, or the provider gave no list. */
  model_usable: z.boolean().nullable(),
  latency_ms: z.int().nullable(),
  method: z.literal('GET'),
  /** Without any credential. */
  url: z.string(),
  status: z.int().nullable(),
  /** The beginning of the answer, without the key. */
  body: z.string().nullable(),
  /** Where the list was found, if that tells of a mistake in the address. */
  suggested_base_url: z.string().nullable(),
})
export type KeyTest = z.infer<typeof KeyTest>

/** What the provider said to each of its keys, in their order. */
export const KeyTests = z.array(z.object({ id: z.string().nullable(), label: z.string(), test: KeyTest }))
export type KeyTests = z.infer<typeof KeyTests>

/** The models that a provider offers; null where it gave no list, and the test says why. */
export const UpstreamModels = z.object({
  test: KeyTest,
  models: z.array(z.object({ name: z.string(), display_name: z.string() })).nullable(),
})
