import { stringify } from 'yaml'
import type { Dialect, Provider } from '../../shared/schemas.ts'

/** How LiteLLM calls what speaks a dialect, and what it wants behind the address: for Gemini the version, too. */
const ROUTES: Readonly<Record<Dialect, { prefix: string; version: string }>> = {
  openai: { prefix: 'openai', version: '' },
  anthropic: { prefix: 'anthropic', version: '' },
  google: { prefix: 'gemini', version: '/v1beta' },
}

/** The variable that the file refers to: a token in the file would go wherever the file goes. */
export const LITELLM_VARIABLE = 'LATCHKEY_LITELLM_TOKEN'

/** A config.yaml for LiteLLM with every model of these providers. https://docs.litellm.ai/docs/proxy/configs */
export function liteLlmConfig(address: string, providers: readonly Provider[]): string {
  const model_list = providers.flatMap(({ name, dialect, models }) => {
    const { prefix, version } = ROUTES[dialect]
    return models.map((model) => ({
      model_name: `${name}/${model.name}`,
      litellm_params: {
        model: `${prefix}/${model.name}`,
        api_base: `${address}/proxy/${name}${version}`,
        api_key: `os.environ/${LITELLM_VARIABLE}`,
      },
    }))
  })
  return stringify({ model_list }, { lineWidth: 0 })
}
