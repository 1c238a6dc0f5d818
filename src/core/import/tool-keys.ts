// Where each tool keeps keys inside its own file. Each function takes a parsed file and finds nothing in one that is
// another tool's.
import type { FoundPlace } from '../../shared/import-schemas.ts'
import type { Dialect } from '../../shared/schemas.ts'
import type { Candidate } from './known-providers.ts'
import { at, entriesAt, itemsAt, parsed, textAt } from './parsed.ts'
import type { RawKey, SearchContext } from './raw-key.ts'
import { keysAmong, type Variables } from './variables.ts'

export interface ToolFile {
  tool: FoundPlace['tool']
  path: string
  context: SearchContext
  candidates: readonly Candidate[]
}

/** Finds the keys in a parsed file. */
export type Reader = (value: unknown, file: ToolFile) => RawKey[]

type Found = Pick<RawKey, 'called' | 'base_url' | 'dialect'>

/** Claude Code: `env` in settings.json. `apiKeyHelper` names a program, which is never run. */
export const claudeCode: Reader = (value, file) => keysInMap(value, file, 'env')

/** VS Code: the variables it gives to Claude Code. */
export const vscode: Reader = (value, file) => {
  const items = itemsAt(value, 'claudeCode.environmentVariables')
  const variables = items.flatMap((item) => {
    const [name, text] = [textAt(item, 'name'), textAt(item, 'value')]
    return name === undefined || text === undefined ? [] : [[name, { value: text }] as const]
  })
  return keysAmong(new Map(variables), file.candidates, { ...file, prefix: 'claudeCode.environmentVariables.' })
}

/** Codex, config.toml: the tokens of its model providers. `env_key` names a variable, found with the environment. */
export const codexConfig: Reader = (value, file) =>
  entriesAt(value, 'model_providers').flatMap(([id, provider]) => {
    const found = { called: textAt(provider, 'name') ?? id, ...given('base_url', textAt(provider, 'base_url')) }
    const variable = textAt(provider, 'env_key')
    return [
      ...key(
        file,
        `model_providers.${id}.experimental_bearer_token`,
        textAt(provider, 'experimental_bearer_token'),
        found,
      ),
      ...key(file, `model_providers.${id}.env_key`, variable && file.context.env[variable], found),
    ]
  })

/** Codex, auth.json: the API key; the tokens of a ChatGPT login beside it are left alone. */
export const codexAuth: Reader = (value, file) =>
  key(file, 'OPENAI_API_KEY', textAt(value, 'OPENAI_API_KEY'), { called: 'openai' })

/** llm: one map from alias to key. */
export const llm: Reader = (value, file) =>
  entriesAt(value).flatMap(([alias, text]) =>
    typeof text === 'string' && alias !== '// Note' ? key(file, alias, text, { called: alias }) : [],
  )

/** aichat: `clients`. */
export const aichat: Reader = (value, file) =>
  itemsAt(value, 'clients').flatMap((client, n) =>
    key(file, `clients[${n}].api_key`, textAt(client, 'api_key'), {
      ...given('called', textAt(client, 'name') ?? textAt(client, 'type')),
      ...given('base_url', textAt(client, 'api_base')),
    }),
  )

/** LiteLLM: `model_list`. Its own `master_key` is no provider's. */
export const litellm: Reader = (value, file) =>
  itemsAt(value, 'model_list').flatMap((model, n) => {
    const params = at(model, 'litellm_params')
    return key(file, `model_list[${n}].litellm_params.api_key`, textAt(params, 'api_key'), {
      ...given('called', providerOf(textAt(params, 'model'))),
      ...given('base_url', textAt(params, 'api_base')),
    })
  })

/** Continue: `models` of config.yaml and of the older config.json. */
export const continueTool: Reader = (value, file) =>
  itemsAt(value, 'models').flatMap((model, n) =>
    key(file, `models[${n}].apiKey`, textAt(model, 'apiKey'), {
      ...given('called', textAt(model, 'provider')),
      ...given('base_url', textAt(model, 'apiBase')),
    }),
  )

/** OpenCode, opencode.json: `provider`. */
export const opencode: Reader = (value, file) =>
  entriesAt(value, 'provider').flatMap(([id, provider]) =>
    key(file, `provider.${id}.options.apiKey`, textAt(provider, 'options', 'apiKey'), {
      called: textAt(provider, 'name') ?? id,
      ...given('base_url', textAt(provider, 'options', 'baseURL')),
    }),
  )

/** OpenCode, auth.json: by provider; logins are left alone. */
export const opencodeAuth: Reader = (value, file) =>
  entriesAt(value).flatMap(([id, auth]) =>
    textAt(auth, 'type') === 'api' ? key(file, `${id}.key`, textAt(auth, 'key'), { called: id }) : [],
  )

/** Aider: the options that have a key for a name. */
export const aider: Reader = (value, file) => {
  const base = given('base_url', textAt(value, 'openai-api-base'))
  const listed = itemsAt(value, 'api-key').flatMap((item, n) => {
    const [, name, text] = typeof item === 'string' ? (/^([^=]+)=(.+)$/.exec(item) ?? []) : []
    return key(file, `api-key[${n}]`, text, given('called', name))
  })
  return [
    ...key(file, 'openai-api-key', textAt(value, 'openai-api-key'), { called: 'openai', ...base }),
    ...key(file, 'anthropic-api-key', textAt(value, 'anthropic-api-key'), { called: 'anthropic' }),
    ...listed,
  ]
}

/** Cline: one field for each provider. */
export const cline: Reader = (value, file) =>
  Object.entries(clineFields).flatMap(([field, called]) => key(file, field, textAt(value, field), { called }))

const clineFields: Readonly<Record<string, string>> = {
  apiKey: 'anthropic',
  openAiNativeApiKey: 'openai',
  geminiApiKey: 'google',
  xaiApiKey: 'xai',
  openRouterApiKey: 'openrouter',
  deepSeekApiKey: 'deepseek',
  mistralApiKey: 'mistral',
  groqApiKey: 'groq',
  togetherApiKey: 'together',
  fireworksApiKey: 'fireworks',
  cerebrasApiKey: 'cerebras',
  huggingFaceApiKey: 'huggingface',
  moonshotApiKey: 'moonshot',
  sambanovaApiKey: 'sambanova',
  qwenApiKey: 'dashscope',
  zaiApiKey: 'zai',
}

/** One row of cc-switch's table `providers`: settings as the tool of `app_type` has them. */
export function ccSwitchRow(app_type: string, name: string, settings: string, file: ToolFile): RawKey[] {
  const value = parsed(settings, 'json')
  const dialect = { claude: 'anthropic', gemini: 'google' }[app_type] as Dialect | undefined
  const prefix = `${app_type}/${name}: `
  const named = (keys: RawKey[]): RawKey[] =>
    keys.map((raw) => ({
      ...raw,
      called: raw.called ?? name,
      place: { ...raw.place, field: prefix + raw.place.field },
    }))
  const config = textAt(value, 'config')
  // The address stands in the TOML of the provider that the settings choose, the key beside it in `auth`.
  const toml = config === undefined ? undefined : parsedOrNothing(config)
  const chosen = at(toml, 'model_providers', textAt(toml, 'model_provider') ?? '')
  return named([
    ...keysInMap(value, file, 'env').map((raw) => ({ ...raw, ...given('dialect', raw.dialect ?? dialect) })),
    ...key(file, 'auth.OPENAI_API_KEY', textAt(value, 'auth', 'OPENAI_API_KEY'), {
      called: chosen === undefined ? 'openai' : name,
      ...given('base_url', textAt(chosen, 'base_url')),
    }),
    ...codexConfig(toml, file),
    ...key(
      file,
      'options.apiKey',
      textAt(value, 'options', 'apiKey'),
      given('base_url', textAt(value, 'options', 'baseURL')),
    ),
  ])
}

function parsedOrNothing(toml: string): unknown {
  try {
    return parsed(toml, 'toml')
  } catch {
    // cc-switch keeps whatever a person typed; the key beside it still counts.
    return undefined
  }
}

function keysInMap(value: unknown, file: ToolFile, name: string): RawKey[] {
  const variables: Variables = new Map(
    entriesAt(value, name).flatMap(([variable, text]) =>
      typeof text === 'string' ? [[variable, { value: text }] as const] : [],
    ),
  )
  return keysAmong(variables, file.candidates, { ...file, prefix: `${name}.` })
}

/** At most one key; a reference to a variable is followed, as the tool itself would. */
function key({ tool, path, context }: ToolFile, field: string, text: string | undefined, found: Found): RawKey[] {
  if (text === undefined) return []
  const variable = /^(?:os\.environ\/|\{env:|\$\{\{\s*(?:secrets|env)\.|\$\{?)([A-Za-z_][A-Za-z0-9_]*)\s*\}{0,2}$/.exec(
    text,
  )?.[1]
  const value = variable === undefined ? text : context.env[variable]
  const base_url = found.base_url === undefined ? {} : given('base_url', resolved(found.base_url, context))
  return value === undefined ? [] : [{ ...found, ...base_url, value, place: { tool, path, line: null, field } }]
}

function resolved(text: string, { env }: SearchContext): string {
  const variable = /^(?:os\.environ\/|\{env:)([A-Za-z_][A-Za-z0-9_]*)\}?$/.exec(text)?.[1]
  return variable === undefined ? text : (env[variable] ?? text)
}

/** The part of LiteLLM's `provider/model` before the slash; a model alone is OpenAI's. */
function providerOf(model: string | undefined): string | undefined {
  if (model === undefined) return undefined
  return model.includes('/') ? model.slice(0, model.indexOf('/')) : 'openai'
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [N in Name]?: Value }
}
