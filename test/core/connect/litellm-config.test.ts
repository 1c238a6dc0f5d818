import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { liteLlmConfig } from '../../../src/core/connect/litellm-config.ts'
import { openLoopbackCore } from '../../support/loopback-core.ts'

describe('the config.yaml for LiteLLM', () => {
  it('has each model of a provider with a key at its own address, and refers to the token', async () => {
    await using temp = await openLoopbackCore()
    for (const { id, name } of await temp.client.listProviders()) {
      if (name !== 'openai') await temp.client.updateProvider({ provider_id: id, api_key: 'sk-0123456789abcdef' })
    }
    await temp.client.createProvider({
      name: 'mine',
      display_name: 'Mine',
      base_url: 'http://127.0.0.1:9',
      api_key: 'sk-0123456789abcdef',
      models: ['vendor/a: b', '*'],
    })
    const text = liteLlmConfig('http://127.0.0.1:5625', await temp.client.listProvidersWithKeys())
    expect(text).not.toContain('sk-')
    const at = (model: string, path: string) => ({
      model,
      api_base: `http://127.0.0.1:5625/proxy/${path}`,
      api_key: 'os.environ/LATCHKEY_LITELLM_TOKEN',
    })
    expect(parse(text)).toEqual({
      model_list: [
        { model_name: 'anthropic/m', litellm_params: at('anthropic/m', 'anthropic') },
        { model_name: 'google/m', litellm_params: at('gemini/m', 'google/v1beta') },
        { model_name: 'mine/vendor/a: b', litellm_params: at('openai/vendor/a: b', 'mine') },
        { model_name: 'mine/*', litellm_params: at('openai/*', 'mine') },
      ],
    })
  })
})
