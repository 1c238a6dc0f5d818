// Which fields of a tool's own file point it to Latchkey.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { codexProvider, type Connection } from '../../shared/connections.ts'
import type { Dialect } from '../../shared/schemas.ts'
import type { SearchContext } from '../import/raw-key.ts'
import { toolFolders } from '../import/tool-folders.ts'
import type { Field, SettingsFormat } from './settings-text.ts'

/** What the fields are made of. */
export interface Said {
  /** Of the listener. */
  address: string
  /** What stands where the key stood; a tool with a helper gets the command that prints it instead. */
  token: string
  /** The command that prints a token, word by word. */
  helper: readonly string[]
  /** The providers with a key. */
  providers: readonly { name: string; dialect: Dialect }[]
}

export interface ToolSettings {
  path: (context: SearchContext) => string
  format: SettingsFormat
  /** How it gets its token: by a command, so that none stands in the file; from the file; or from a person who pastes it. */
  token: 'by_command' | 'in_file' | 'pasted'
  /** The fields that Latchkey owns once the tool is connected; those that would win over them go. */
  fields: (connection: Connection, said: Said) => readonly Field[]
}

const settings: Readonly<Record<string, ToolSettings>> = {
  // https://code.claude.com/docs: the user's settings alone, never those of a project; `env` there wins over the shell.
  'claude-code': {
    path: (context) => join(toolFolders.claude_code(context), 'settings.json'),
    format: 'json',
    token: 'by_command',
    fields: ({ base_url }, { address, helper }) => [
      { path: ['env', 'ANTHROPIC_BASE_URL'], value: base_url(address) },
      { path: ['env', 'ANTHROPIC_AUTH_TOKEN'], value: undefined },
      { path: ['env', 'ANTHROPIC_API_KEY'], value: undefined },
      { path: ['apiKeyHelper'], value: helper.map(quoted).join(' ') },
    ],
  },
  // codex-rs, model-provider-info: a provider of our own, whose `auth` runs a command.
  codex: {
    path: (context) => join(toolFolders.codex(context), 'config.toml'),
    format: 'toml',
    token: 'by_command',
    fields: ({ base_url }, { address, helper: [command = '', ...args] }) => [
      { path: ['model_provider'], value: 'latchkey' },
      {
        path: ['model_providers', 'latchkey'],
        value: { ...codexProvider, base_url: base_url(address), auth: { command, args } },
      },
    ],
  },
  'gemini-cli': {
    path: (context) => join(toolFolders.gemini_cli(context), '.env'),
    format: 'env',
    token: 'in_file',
    // GOOGLE_API_KEY would win.
    fields: (connection, said) => [...variableFields(connection, said), { path: ['GOOGLE_API_KEY'], value: undefined }],
  },
  // https://aider.chat/docs/config/dotenv.html: that of the home folder holds for every repository.
  aider: {
    path: ({ home }) => join(home, '.env'),
    format: 'env',
    token: 'in_file',
    fields: variableFields,
  },
  // https://zed.dev/docs/ai/llm-providers: keys are in the keychain, never in the file; each address is as its SDK has it.
  zed: {
    path: (context) => join(toolFolders.zed(context), 'settings.json'),
    format: 'json',
    token: 'pasted',
    fields: ({ base_url, provider }, { address }) => [
      { path: ['language_models', provider, 'api_url'], value: base_url(address) },
    ],
  },
  // https://opencode.ai/docs/providers: its base URLs are those of the AI SDK, which have the version in them.
  opencode: {
    path: (context) => {
      const [jsonc, json] = ['opencode.jsonc', 'opencode.json'].map((name) => join(toolFolders.opencode(context), name))
      return jsonc !== undefined && existsSync(jsonc) ? jsonc : (json ?? '')
    },
    format: 'json',
    token: 'in_file',
    fields: (_connection, { address, token, providers }) =>
      providers.flatMap(({ name, dialect }) => [
        { path: ['provider', name, 'options', 'baseURL'], value: `${address}/proxy/${name}${AI_SDK_VERSION[dialect]}` },
        { path: ['provider', name, 'options', 'apiKey'], value: token },
      ]),
  },
}

const AI_SDK_VERSION: Readonly<Record<Dialect, string>> = { openai: '', anthropic: '/v1', google: '/v1beta' }

/** The settings of a tool that has a file of its own for them; others take what stands in their environment. */
export function settingsOf(id: string): ToolSettings | undefined {
  return Object.hasOwn(settings, id) ? settings[id] : undefined
}

function variableFields({ variables, base_url }: Connection, { address, token }: Said): Field[] {
  if (variables === null) return []
  return [
    { path: [variables.base_url], value: base_url(address) },
    { path: [variables.token], value: token },
  ]
}

/** A word as a shell takes it for one. */
function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return process.platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
