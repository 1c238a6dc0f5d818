import type { Api } from '../../shared/contract.ts'
import { appError } from '../../shared/errors.ts'
import { defaultAuth } from '../../shared/schemas.ts'
import type { Actor } from '../actor.ts'
import type { EnvironmentKeys } from '../environment/environment-keys.ts'
import type { Probed } from '../gateway/probe.ts'
import type { ToolGateway } from '../gateway/tool-gateway.ts'
import { keysOf, type StoredKey } from '../store/key-store.ts'
import type { ProviderRow } from '../store/store.ts'
import type { Vault } from '../vault.ts'
import { findKey } from './find-key.ts'
import { releaseKey } from './release-key.ts'
import { keyStateOf } from './stored-key.ts'

type KeyTestApi = Pick<Api, 'testNewProvider' | 'testProvider' | 'testKeys' | 'listUpstreamModels'>

/** The operations that ask a provider with its key, at no cost. `gateway` has the connections to providers. */
export function keyTestOperations(
  vault: Vault,
  environment: EnvironmentKeys,
  gateway: () => Promise<ToolGateway>,
  by: Actor,
): KeyTestApi {
  return {
    async testNewProvider({ base_url, dialect = 'openai', auth = defaultAuth(dialect), api_key }) {
      return testGiven({ name: new URL(base_url).host, base_url, dialect, auth }, api_key)
    },

    async testProvider({ provider_id, api_key, key_id = 'first', model }) {
      const row = await find(provider_id)
      if (api_key !== undefined) return testGiven(probed(row), api_key, model)
      return (await testEnvironment(row, model))?.test ?? testStored(row, key_id, model)
    },

    async testKeys({ provider_id }) {
      const row = await find(provider_id)
      const other = await testEnvironment(row)
      if (other !== undefined) return [{ id: null, label: other.variable, test: other.test }]
      const readable = (key: StoredKey): boolean =>
        keyStateOf({ ...row, ...key }, vault.ring, vault.masterKeyId) === 'stored'
      // Where none can be read, the first says so.
      const [first = keyOf(row, 'first'), ...more] = keysOf(row).filter(readable)
      return Promise.all(
        [first, ...more].map(async ({ key_id: id, label }) => ({
          id,
          label,
          test: await testStored(row, id ?? 'first'),
        })),
      )
    },

    async listUpstreamModels({ provider_id }) {
      const row = await find(provider_id)
      const fetch = async (provider: Probed, key: Buffer) => (await gateway()).fetchModels(provider, key)
      const { probe, models } =
        (await withEnvironment(row, fetch))?.answer ?? (await withStored(row, keyOf(row, 'first'), fetch))
      return { test: probe, models }
    },
  }

  /** Asks with a key that is not stored. */
  async function testGiven(provider: Probed, api_key: string, model?: string) {
    const key = Buffer.from(api_key, 'utf8')
    try {
      return await (await gateway()).testKey(provider, key, model)
    } finally {
      key.fill(0)
    }
  }

  async function testStored(row: ProviderRow, ref: string, model?: string) {
    const stored = keyOf(row, ref)
    const providers = await gateway()
    const probe = await withStored(row, stored, (provider, key) => providers.testKey(provider, key, model))
    if (stored.key_id !== null) await providers.tested(stored.key_id, probe)
    return probe
  }

  /** The test of the key that stands in; undefined where none does. */
  async function testEnvironment(row: ProviderRow, model?: string) {
    const asked = await withEnvironment(row, async (provider, key) => (await gateway()).testKey(provider, key, model))
    return asked === undefined ? undefined : { variable: asked.variable, test: asked.answer }
  }

  /** Asks with the key of the environment, whose use is written down before; undefined where there is none. */
  async function withEnvironment<T>(
    row: ProviderRow,
    ask: (provider: Probed, key: Buffer) => Promise<T>,
  ): Promise<{ variable: string; answer: T } | undefined> {
    const found = await environment.find(row)
    if (found === undefined) return undefined
    const key = await environment.release(found, row, by, 'key.test')
    try {
      return { variable: found.variable, answer: await ask(probed(row), key) }
    } finally {
      key.fill(0)
    }
  }

  /** Asks with a stored key, whose use is written down before. */
  async function withStored<T>(
    row: ProviderRow,
    stored: StoredKey,
    ask: (provider: Probed, key: Buffer) => Promise<T>,
  ): Promise<T> {
    const provider = probed(row)
    const wanted = { act: 'key.test', detail: { key_id: stored.key_id } } as const
    const key = await releaseKey(vault, { ...row, ...stored }, by, wanted)
    try {
      return await ask(provider, key)
    } finally {
      key.fill(0)
    }
  }

  async function find(id: number): Promise<ProviderRow> {
    const row = await vault.reader().findProvider({ id })
    if (row === undefined) throw appError('provider_not_found', { ref: id })
    if (row.base_url === null) throw appError('provider_has_no_address', { name: row.name })
    return row
  }
}

function keyOf(row: ProviderRow, ref: string): StoredKey {
  if (row.api_key_encrypted === null) throw appError('provider_has_no_key', { name: row.name })
  return findKey(row, ref).key
}

function probed({ name, base_url, dialect, auth }: ProviderRow): Probed {
  if (base_url === null) throw appError('provider_has_no_address', { name })
  return { name, base_url, dialect, auth }
}
