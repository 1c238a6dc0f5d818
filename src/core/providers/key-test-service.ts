import type { Api } from '../../shared/contract.ts'
import { appError } from '../../shared/errors.ts'
import { defaultAuth } from '../../shared/schemas.ts'
import type { Actor } from '../actor.ts'
import type { Probed } from '../gateway/probe.ts'
import type { ToolGateway } from '../gateway/tool-gateway.ts'
import type { Vault } from '../vault.ts'
import { releaseKey } from './release-key.ts'

type KeyTestApi = Pick<Api, 'testNewProvider' | 'testProvider' | 'listUpstreamModels'>

/** The operations that ask a provider with its key, at no cost. `gateway` has the connections to providers. */
export function keyTestOperations(vault: Vault, gateway: () => Promise<ToolGateway>, by: Actor): KeyTestApi {
  return {
    async testNewProvider({ base_url, dialect = 'openai', auth = defaultAuth(dialect), api_key }) {
      const providers = await gateway()
      const key = Buffer.from(api_key, 'utf8')
      try {
        return await providers.testKey({ name: new URL(base_url).host, base_url, dialect, auth }, key)
      } finally {
        key.fill(0)
      }
    },

    async testProvider({ provider_id, api_key, model }) {
      const providers = await gateway()
      return withKey(provider_id, api_key, (provider, key) => providers.testKey(provider, key, model))
    },

    async listUpstreamModels({ provider_id }) {
      const providers = await gateway()
      const ask = (provider: Probed, key: Buffer) => providers.fetchModels(provider, key)
      const { probe, models } = await withKey(provider_id, undefined, ask)
      return { test: probe, models }
    },
  }

  /** Asks with the key given, or with the stored one, whose use is written down before. */
  async function withKey<T>(
    id: number,
    given: string | undefined,
    ask: (provider: Probed, key: Buffer) => Promise<T>,
  ): Promise<T> {
    const row = await vault.reader().findProvider({ id })
    if (row === undefined) throw appError('provider_not_found', { ref: id })
    const { name, base_url, dialect, auth } = row
    if (base_url === null) throw appError('provider_has_no_address', { name })
    const key =
      given === undefined
        ? await releaseKey(vault, row, by, { act: 'key.test', detail: { key_id: row.key_id } })
        : Buffer.from(given, 'utf8')
    try {
      return await ask({ name, base_url, dialect, auth }, key)
    } finally {
      key.fill(0)
    }
  }
}
