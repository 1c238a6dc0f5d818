// How common tools are told to go through Latchkey: the names each reads, and whether its address has a version.
// Sources: the READMEs and client sources of openai, @anthropic-ai/sdk, @google/genai, Claude Code, Codex, Aider.

/** A tool that reads its address and its token from settings of its own. */
export interface Connection {
  id: string
  name: string
  /** What its token is called where the person gives no other name. */
  token_name: string
  /** The provider of the catalog it asks by itself. */
  provider: string
  /** Where the lines go. */
  place: 'environment' | 'codex' | 'opencode' | 'continue' | 'zed' | 'cline' | 'llm'
  /** What it takes as its base URL, for the listener's address. */
  base_url: (address: string) => string
  /** The variables it reads them from. */
  variables: { base_url: string; token: string } | null
  /** The lines, for the listener's address and a token. */
  lines: (address: string, token: string) => readonly string[]
}

type Said = Pick<Connection, 'id' | 'name' | 'provider' | 'base_url'>

const byEnvironment = (said: Said, base_url: string, token: string): Connection => ({
  ...said,
  token_name: said.id,
  place: 'environment',
  variables: { base_url, token },
  lines: (address, shown) => [`${base_url}=${said.base_url(address)}`, `${token}=${shown}`],
})

type Place = Exclude<Connection['place'], 'environment' | 'codex' | 'opencode'>

/** A tool whose settings are edited by hand; its place is called as the tool is. */
const byLines = (
  said: Said & { id: Place },
  lines: (base_url: string, token: string) => readonly string[],
): Connection => ({
  ...said,
  token_name: said.id,
  place: said.id,
  variables: null,
  lines: (address, token) => lines(said.base_url(address), token),
})

/** Stands for whichever the person wants. */
const SOME_MODEL = 'openai/gpt-6-sol'

const whole =
  (provider: string) =>
  (address: string): string =>
    `${address}/proxy/${provider}`
const byModel = (address: string): string => address
const byModelWithVersion = (address: string): string => `${address}/v1`

/** Codex asks by Responses alone; any other value here is an error to it. */
export const codexProvider = { name: 'Latchkey', wire_api: 'responses' } as const

export const connections: readonly Connection[] = [
  byEnvironment(
    { id: 'claude-code', name: 'Claude Code', provider: 'anthropic', base_url: whole('anthropic') },
    'ANTHROPIC_BASE_URL',
    'ANTHROPIC_AUTH_TOKEN',
  ),
  {
    id: 'codex',
    name: 'Codex',
    token_name: 'codex',
    provider: 'openai',
    place: 'codex',
    base_url: whole('openai'),
    variables: null,
    lines: (address, token) => [
      'model_provider = "latchkey"',
      '[model_providers.latchkey]',
      `name = "${codexProvider.name}"`,
      `base_url = "${whole('openai')(address)}"`,
      `wire_api = "${codexProvider.wire_api}"`,
      `http_headers = { Authorization = "Bearer ${token}" }`,
    ],
  },
  byEnvironment(
    { id: 'gemini-cli', name: 'Gemini CLI', provider: 'google', base_url: whole('google') },
    'GOOGLE_GEMINI_BASE_URL',
    'GEMINI_API_KEY',
  ),
  {
    id: 'opencode',
    name: 'OpenCode',
    token_name: 'opencode',
    provider: 'openai',
    place: 'opencode',
    base_url: whole('openai'),
    variables: null,
    lines: (address, token) => [
      `"provider": { "openai": { "options": { "baseURL": "${whole('openai')(address)}", "apiKey": "${token}" } } }`,
    ],
  },
  byEnvironment(
    { id: 'aider', name: 'Aider', provider: 'openai', base_url: byModelWithVersion },
    'OPENAI_API_BASE',
    'OPENAI_API_KEY',
  ),
  byLines({ id: 'continue', name: 'Continue', provider: 'openai', base_url: byModelWithVersion }, (base_url, token) => [
    `- { name: Latchkey, provider: openai, model: ${SOME_MODEL}, apiBase: "${base_url}", apiKey: "${token}" }`,
  ]),
  byLines({ id: 'zed', name: 'Zed', provider: 'openai', base_url: whole('openai') }, (base_url) => [
    `"language_models": { "openai": { "api_url": "${base_url}" } }`,
  ]),
  byLines({ id: 'cline', name: 'Cline', provider: 'openai', base_url: byModelWithVersion }, (base_url, token) => [
    'API Provider: OpenAI Compatible',
    `Base URL: ${base_url}`,
    `API Key: ${token}`,
  ]),
  byLines({ id: 'llm', name: 'llm', provider: 'openai', base_url: byModelWithVersion }, (base_url, token) => [
    `"latchkey": "${token}"`,
    `- { model_id: latchkey, model_name: ${SOME_MODEL}, api_base: "${base_url}", api_key_name: latchkey }`,
  ]),
  byEnvironment(
    { id: 'openai-sdk', name: 'OpenAI SDK', provider: 'openai', base_url: byModelWithVersion },
    'OPENAI_BASE_URL',
    'OPENAI_API_KEY',
  ),
  byEnvironment(
    { id: 'anthropic-sdk', name: 'Anthropic SDK', provider: 'anthropic', base_url: byModel },
    'ANTHROPIC_BASE_URL',
    'ANTHROPIC_API_KEY',
  ),
  byEnvironment(
    { id: 'google-sdk', name: 'Google Gen AI SDK', provider: 'google', base_url: byModel },
    'GOOGLE_GEMINI_BASE_URL',
    'GEMINI_API_KEY',
  ),
]

export const connectionOf = (id: string | undefined): Connection | undefined =>
  connections.find((connection) => connection.id === id)
