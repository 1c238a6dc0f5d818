// What the clients of each dialect read from the environment: where they call, and what they show. Sources: the client
// sources of openai, @anthropic-ai/sdk and @google/genai, and the settings of Aider, LiteLLM and Claude Code.
import type { Dialect } from './schemas.ts'

export interface ClientVariables {
  /** All mean the same; OPENAI_API_BASE is the older name, which Aider and LiteLLM read. */
  base_url: readonly [string, ...string[]]
  /** The usual one first. */
  key: readonly [string, ...string[]]
  /** What stands behind a gateway's address: the clients of Anthropic and Google add the version themselves. */
  version: '/v1' | ''
}

export const clientVariables: Readonly<Record<Dialect, ClientVariables>> = {
  openai: { base_url: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'], key: ['OPENAI_API_KEY'], version: '/v1' },
  anthropic: {
    base_url: ['ANTHROPIC_BASE_URL'],
    key: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'],
    version: '',
  },
  google: { base_url: ['GOOGLE_GEMINI_BASE_URL'], key: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'], version: '' },
}
