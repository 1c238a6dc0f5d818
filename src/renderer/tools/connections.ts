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
  place: 'environment' | 'codex'
  /** The lines, for the listener's address and a token. */
  lines: (address: string, token: string) => readonly string[]
}

export const connections: readonly Connection[] = [
  {
    id: 'claude-code',
    name: 'Claude Code',
    token_name: 'claude-code',
    provider: 'anthropic',
    place: 'environment',
    lines: (address, token) => [`ANTHROPIC_BASE_URL=${address}/proxy/anthropic`, `ANTHROPIC_AUTH_TOKEN=${token}`],
  },
  {
    id: 'codex',
    name: 'Codex',
    token_name: 'codex',
    provider: 'openai',
    place: 'codex',
    lines: (address, token) => [
      'model_provider = "latchkey"',
      '[model_providers.latchkey]',
      'name = "Latchkey"',
      `base_url = "${address}/proxy/openai"`,
      'wire_api = "responses"',
      `http_headers = { Authorization = "Bearer ${token}" }`,
    ],
  },
  {
    id: 'gemini-cli',
    name: 'Gemini CLI',
    token_name: 'gemini-cli',
    provider: 'google',
    place: 'environment',
    lines: (address, token) => [`GOOGLE_GEMINI_BASE_URL=${address}/proxy/google`, `GEMINI_API_KEY=${token}`],
  },
  {
    id: 'aider',
    name: 'Aider',
    token_name: 'aider',
    provider: 'openai',
    place: 'environment',
    lines: (address, token) => [`OPENAI_API_BASE=${address}/v1`, `OPENAI_API_KEY=${token}`],
  },
  {
    id: 'openai-sdk',
    name: 'OpenAI SDK',
    token_name: 'openai-sdk',
    provider: 'openai',
    place: 'environment',
    lines: (address, token) => [`OPENAI_BASE_URL=${address}/v1`, `OPENAI_API_KEY=${token}`],
  },
  {
    id: 'anthropic-sdk',
    name: 'Anthropic SDK',
    token_name: 'anthropic-sdk',
    provider: 'anthropic',
    place: 'environment',
    lines: (address, token) => [`ANTHROPIC_BASE_URL=${address}`, `ANTHROPIC_API_KEY=${token}`],
  },
  {
    id: 'google-sdk',
    name: 'Google Gen AI SDK',
    token_name: 'google-sdk',
    provider: 'google',
    place: 'environment',
    lines: (address, token) => [`GOOGLE_GEMINI_BASE_URL=${address}`, `GEMINI_API_KEY=${token}`],
  },
]

export const connectionOf = (id: string | undefined): Connection | undefined =>
  connections.find((connection) => connection.id === id)
