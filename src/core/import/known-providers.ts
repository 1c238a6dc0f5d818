import type { Auth, Dialect } from '../../shared/schemas.ts'

/** A provider by which a key can be known: one of the catalog, or one that would be added as custom. */
export interface Candidate {
  name: string
  display_name: string
  base_url: string | null
  dialect: Dialect
  auth: Auth
  /** Variables that hold its key, the usual one first. */
  env: readonly string[]
  key_prefixes: readonly string[]
  /** Other addresses that stand for it. */
  endpoints?: Partial<Record<Dialect, string>>
  /** What tools call it. */
  aliases?: readonly string[]
}

type Row = [
  name: string,
  display_name: string,
  base_url: string,
  env: readonly string[],
  key_prefixes?: readonly string[],
  aliases?: readonly string[],
]

// Base URLs of their endpoints in OpenAI's dialect, and the variables that tools and their own SDKs look into.
const rows: readonly Row[] = [
  ['cohere', 'Cohere', 'https://api.cohere.ai/compatibility/v1', ['COHERE_API_KEY', 'CO_API_KEY']],
  ['mistral', 'Mistral', 'https://api.mistral.ai/v1', ['MISTRAL_API_KEY']],
  [
    'together',
    'Together',
    'https://api.together.xyz/v1',
    ['TOGETHER_API_KEY', 'TOGETHERAI_API_KEY'],
    [],
    ['togetherai'],
  ],
  ['groq', 'Groq', 'https://api.groq.com/openai/v1', ['GROQ_API_KEY'], ['gsk_']],
  ['deepseek', 'DeepSeek', 'https://api.deepseek.com/v1', ['DEEPSEEK_API_KEY']],
  [
    'openrouter',
    'OpenRouter',
    'https://openrouter.ai/api/v1',
    ['OPENROUTER_API_KEY', 'OPEN_ROUTER_API_KEY'],
    ['sk-or-'],
  ],
  ['fireworks', 'Fireworks', 'https://api.fireworks.ai/inference/v1', ['FIREWORKS_API_KEY'], [], ['fireworks-ai']],
  ['cerebras', 'Cerebras', 'https://api.cerebras.ai/v1', ['CEREBRAS_API_KEY'], ['csk-']],
  ['perplexity', 'Perplexity', 'https://api.perplexity.ai', ['PERPLEXITY_API_KEY', 'PPLX_API_KEY'], ['pplx-']],
  ['nvidia', 'NVIDIA', 'https://integrate.api.nvidia.com/v1', ['NVIDIA_API_KEY', 'NVIDIA_NIM_API_KEY'], ['nvapi-']],
  ['huggingface', 'Hugging Face', 'https://router.huggingface.co/v1', ['HUGGINGFACE_API_KEY', 'HF_TOKEN'], ['hf_']],
  ['moonshot', 'Moonshot', 'https://api.moonshot.ai/v1', ['MOONSHOT_API_KEY'], [], ['moonshotai', 'kimi']],
  [
    'dashscope',
    'Alibaba Model Studio',
    'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    ['DASHSCOPE_API_KEY'],
    [],
    ['qwen'],
  ],
  ['zai', 'Z.ai', 'https://api.z.ai/api/paas/v4', ['ZAI_API_KEY', 'Z_AI_API_KEY'], [], ['z-ai']],
  ['minimax', 'MiniMax', 'https://api.minimax.io/v1', ['MINIMAX_API_KEY']],
  ['sambanova', 'SambaNova', 'https://api.sambanova.ai/v1', ['SAMBANOVA_API_KEY']],
  ['deepinfra', 'DeepInfra', 'https://api.deepinfra.com/v1/openai', ['DEEPINFRA_API_KEY', 'DEEPINFRA_TOKEN']],
]

/** Providers that are not in the catalog, offered as custom ones when a key of theirs is found. */
export const knownProviders: readonly Candidate[] = rows.map(
  ([name, display_name, base_url, env, key_prefixes = [], aliases = []]) => ({
    name,
    display_name,
    base_url,
    env,
    key_prefixes,
    aliases,
    dialect: 'openai',
    auth: 'bearer',
  }),
)

/** What tools call the providers of the shipped catalog where it is not their name there. */
export const catalogAliases: Readonly<Record<string, readonly string[]>> = {
  openai: ['openai-native', 'chatgpt', 'gpt'],
  anthropic: ['claude'],
  google: ['gemini', 'google-gemini', 'google-genai', 'googleai'],
  xai: ['grok', 'x-ai'],
}
