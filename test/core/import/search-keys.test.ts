import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CatalogProvider } from '../../../src/core/catalog/models-yaml.ts'
import { readCatalogFile } from '../../../src/core/catalog/models-yaml.ts'
import { shippedCatalogPath } from '../../../src/core/catalog/shipped-catalog.ts'
import { newToken } from '../../../src/core/http/token.ts'
import { searchKeys, type SearchRequest, type SearchResult } from '../../../src/core/import/search-keys.ts'
import { openInMemory } from '../../../src/core/store/sqlite/database.ts'
import { importHome, type ImportHome } from './temp-home.ts'

let catalog: readonly CatalogProvider[]
beforeAll(async () => {
  catalog = (await readCatalogFile(shippedCatalogPath())).providers
})

const KEY = 'canary-0123456789abcdefghij'

async function search(home: ImportHome, request: Partial<SearchRequest> = {}): Promise<SearchResult> {
  return searchKeys({ context: home.context, catalog, ...request })
}

/** Provider, address where it is not the provider's own, field: enough to see that each key found its place. */
const brief = (result: SearchResult): string[] =>
  result.findings.map(({ target, places }) => {
    const address = catalog.some(({ name }) => name === target.name) ? '' : ` ${target.base_url ?? ''}`
    return `${target.name}${address} ${places.map(({ field }) => field).join(' ')}`
  })

describe('the environment', () => {
  it('gives the keys of every variable that the catalog names', async () => {
    const env = Object.fromEntries(catalog.flatMap(({ env }) => env).map((name, n) => [name, `${KEY}-${n}`]))
    using home = importHome(env)
    const result = await search(home, { environment: true })
    expect(result.findings).toHaveLength(Object.keys(env).length)
    for (const { target, places } of result.findings) {
      const owner = catalog.find((provider) => provider.env.includes(places[0]?.field ?? ''))
      expect(target).toMatchObject({ name: owner?.name, base_url: owner?.base_url, known: true })
    }
  })

  it('offers a known variable without a provider as a custom one, with its address', async () => {
    using home = importHome({ COHERE_API_KEY: `${KEY}-1`, MISTRAL_API_KEY: `${KEY}-2`, TOGETHER_API_KEY: `${KEY}-3` })
    const result = await search(home, { environment: true })
    expect(result.findings.map(({ target }) => [target.name, target.base_url, target.known])).toEqual([
      ['cohere', 'https://api.cohere.ai/compatibility/v1', false],
      ['mistral', 'https://api.mistral.ai/v1', false],
      ['together', 'https://api.together.xyz/v1', false],
    ])
  })

  it('shows the last four characters of a key and no more, wherever it is printed', async () => {
    using home = importHome({ OPENAI_API_KEY: `sk-proj-${KEY}`, XAI_API_KEY: 'short-key' })
    const result = await search(home, { environment: true })
    expect(result.findings.map(({ key }) => key.hint)).toEqual(['ghij', null])
    const printed = JSON.stringify(result) + inspect(result, { depth: 9, showHidden: true })
    expect(printed).not.toContain('canary')
    expect(printed).not.toContain('short-key')
  })

  it('takes no secret of ours and nothing of a name it does not know', async () => {
    const env = { ENCRYPTION_KEY: KEY, LATCHKEY_TOKEN: KEY, STRIPE_API_KEY: 'sk_live_0123', AWS_SECRET_ACCESS_KEY: KEY }
    using home = importHome(env)
    expect(await search(home, { environment: true })).toEqual({ findings: [], skipped: [], problems: [] })
  })

  it('knows a key under another name where its beginning leaves no doubt', async () => {
    using home = importHome({ MY_CLAUDE_KEY: `sk-ant-api03-${KEY}`, WORK_TOKEN: `gsk_${KEY}`, OTHER_KEY: `sk-${KEY}` })
    expect(brief(await search(home, { environment: true }))).toEqual([
      'anthropic MY_CLAUDE_KEY',
      'groq https://api.groq.com/openai/v1 WORK_TOKEN',
    ])
  })

  it('sends a key nowhere but to the address that stands beside it', async () => {
    using home = importHome({
      OPENAI_API_KEY: `sk-${KEY}`,
      OPENAI_BASE_URL: 'https://llm.example.com/v1/',
      ANTHROPIC_AUTH_TOKEN: KEY,
      ANTHROPIC_BASE_URL: 'https://relay.example.net',
    })
    const result = await search(home, { environment: true })
    expect(result.findings.map(({ target }) => target)).toEqual([
      {
        name: 'llm.example.com',
        display_name: 'llm.example.com',
        base_url: 'https://llm.example.com/v1',
        dialect: 'openai',
        auth: 'bearer',
        known: false,
      },
      {
        name: 'relay.example.net',
        display_name: 'relay.example.net',
        base_url: 'https://relay.example.net',
        dialect: 'anthropic',
        auth: 'bearer',
        known: false,
      },
    ])
  })

  it('knows a provider by its address, whatever its variable is called', async () => {
    using home = importHome({ OPENAI_API_KEY: KEY, OPENAI_API_BASE: 'https://api.x.ai/v1' })
    expect(brief(await search(home, { environment: true }))).toEqual(['xai OPENAI_API_KEY'])
  })

  it.each([
    ['a Latchkey token', newToken(), undefined, 'it is a Latchkey token'],
    ["another program's placeholder", 'PROXY_MANAGED', undefined, 'another program holds the key'],
    ['a login', `sk-ant-oat01-${KEY}`, undefined, 'the mark of a login'],
    ['a reference', 'op://vault/openai/key', undefined, 'points to another place'],
    ['a shell variable', '$OTHER_KEY', undefined, 'points to another place'],
    ['a placeholder', 'your-api-key', undefined, 'a placeholder'],
    ['a masked key', 'sk-proj-***********b14o', undefined, 'a placeholder'],
    ['two keys in one', `${KEY} ${KEY}`, undefined, 'it cannot be a key'],
    ['a program on this machine', KEY, 'http://127.0.0.1:4000/v1', 'a program on this machine'],
    ['a refused address', KEY, 'http://api.example.com/v1', 'an address that is refused'],
    ['an address with a user in it', KEY, 'https://a:b@api.example.com/v1', 'an address that is refused'],
  ])('leaves out %s and says why', async (_, value, address, why) => {
    using home = importHome({ OPENAI_API_KEY: value, ...(address && { OPENAI_BASE_URL: address }) })
    const result = await search(home, { environment: true })
    expect(result.findings).toEqual([])
    expect(result.skipped).toHaveLength(1)
    expect(result.skipped[0]?.why).toContain(why)
    expect(JSON.stringify(result)).not.toContain(value)
  })

  it("warns of a key that looks like another provider's", async () => {
    using home = importHome({ OPENAI_API_KEY: `sk-ant-api03-${KEY}`, XAI_API_KEY: KEY })
    const result = await search(home, { environment: true })
    expect(result.findings.map(({ remarks }) => remarks)).toEqual([
      ['It looks like a key of Anthropic (Claude).'],
      ['Keys of xAI (Grok) usually begin with xai-.'],
    ])
  })

  it('is one finding with the login shell and a file where the key is the same', async () => {
    using home = importHome({ XAI_API_KEY: `xai-${KEY}` })
    const path = home.put('.zshrc', `export XAI_API_KEY=xai-${KEY}\n`)
    const result = await search(home, { login_shell: new Map([['XAI_API_KEY', { value: `xai-${KEY}` }]]) })
    expect(result.findings).toHaveLength(1)
    expect(result.findings[0]?.places).toEqual([
      { tool: 'environment', path: null, line: null, field: 'XAI_API_KEY' },
      { tool: 'login_shell', path: null, line: null, field: 'XAI_API_KEY' },
      { tool: 'shell', path, line: 1, field: 'XAI_API_KEY' },
    ])
  })
})

describe('a .env file', () => {
  it('is read where it is pointed at, with its lines, and nowhere else', async () => {
    using home = importHome()
    const path = home.put(
      'project/.env',
      `\ufeff# keys\nexport OPENAI_API_KEY="sk-${KEY}"\r\n\nXAI_API_KEY=xai-${KEY} # mine\n`,
    )
    expect((await search(home)).findings).toEqual([])
    const result = await search(home, { files: [path] })
    expect(result.findings.map(({ target, places }) => [target.name, places[0]])).toEqual([
      ['openai', { tool: 'file', path, line: 2, field: 'OPENAI_API_KEY' }],
      ['xai', { tool: 'file', path, line: 4, field: 'XAI_API_KEY' }],
    ])
  })

  it('is never expanded, run or changed', async () => {
    using home = importHome()
    const trap = join(home.home, 'trap')
    const lines = [
      `OPENAI_API_KEY=$(touch ${trap})`,
      `ANTHROPIC_API_KEY=\`touch ${trap}\``,
      'XAI_API_KEY=${HOME}',
      `GEMINI_API_KEY="$(touch ${trap})"`,
    ]
    const path = home.put('.env.local', lines.join('\n'))
    const before = home.state()
    const result = await search(home, { files: [path] })
    expect(result.findings).toEqual([])
    expect(result.skipped).toHaveLength(4)
    expect(existsSync(trap)).toBe(false)
    expect(home.state()).toEqual(before)
  })

  it('is named with the reason where it cannot be read', async () => {
    using home = importHome()
    const missing = join(home.home, 'none')
    expect((await search(home, { files: [missing, home.home] })).problems).toEqual([
      { path: missing, what: 'it does not exist' },
      { path: home.home, what: 'it is not a file' },
    ])
  })
})

describe('shell files', () => {
  it('give the plain export lines and nothing that a shell would have to work out', async () => {
    using home = importHome()
    const trap = join(home.home, 'trap')
    const lines = [
      `export OPENAI_API_KEY=sk-${KEY}1`,
      `  export ANTHROPIC_API_KEY='sk-ant-${KEY}2' # work`,
      `export GEMINI_API_KEY="AIza${KEY}3";`,
      `XAI_API_KEY=xai-${KEY}4`,
      `# export GROQ_API_KEY=gsk_${KEY}5`,
      `export MISTRAL_API_KEY=$(touch ${trap}; echo ${KEY}6)`,
      `export COHERE_API_KEY="$OTHER"`,
      `export DEEPSEEK_API_KEY=${KEY}7 && touch ${trap}`,
      `export OPENROUTER_API_KEY='sk-or-${KEY}8'x`,
      `export CEREBRAS_API_KEY=a\\`,
    ]
    home.put('.bashrc', `${lines.join('\n')}\n`)
    expect(brief(await search(home))).toEqual([
      'openai OPENAI_API_KEY',
      'anthropic ANTHROPIC_API_KEY',
      'google GEMINI_API_KEY',
    ])
    expect(existsSync(trap)).toBe(false)
  })
})

describe('the files of tools', () => {
  it('give every key that is a key, each to the address its tool uses', async () => {
    using home = importHome({ LITELLM_KEY: `${KEY}-litellm` })
    const put = (path: string, value: unknown): string =>
      home.put(path, typeof value === 'string' ? value : JSON.stringify(value, null, 2))
    put('.claude/settings.json', {
      env: { ANTHROPIC_API_KEY: `sk-ant-${KEY}-a`, DEBUG: '1' },
      apiKeyHelper: 'touch trap',
    })
    put(
      '.config/Code/User/settings.json',
      `{ // comments and a comma at the end
        "claudeCode.environmentVariables": [{ "name": "ANTHROPIC_AUTH_TOKEN", "value": "${KEY}-b" },
          { "name": "ANTHROPIC_BASE_URL", "value": "https://code.example.com" }],
      }`,
    )
    put(
      '.codex/config.toml',
      `model_provider = "acme"\n[model_providers.acme]\nname = "Acme"\nbase_url = "https://acme.example/v1"\n` +
        `experimental_bearer_token = "${KEY}-c"\n`,
    )
    put('.codex/auth.json', { OPENAI_API_KEY: `sk-proj-${KEY}-d`, tokens: { access_token: 'eyJhbGciOi' } })
    put('.gemini/.env', `GEMINI_API_KEY=AIza${KEY}-e\n`)
    put('.config/io.datasette.llm/keys.json', {
      '// Note': 'do not share',
      mistral: `${KEY}-f`,
      my_work: `sk-ant-${KEY}-g`,
    })
    put(
      '.config/aichat/config.yaml',
      `clients:\n  - type: openai-compatible\n    name: local\n    api_base: https://aichat.example/v1\n    api_key: ${KEY}-h\n` +
        `  - type: claude\n    api_key: sk-ant-${KEY}-i\n`,
    )
    put(
      '.continue/config.yaml',
      `models:\n  - provider: groq\n    apiKey: gsk_${KEY}-j\n  - provider: ollama\n    model: x\n`,
    )
    put(
      '.config/opencode/opencode.jsonc',
      `{ /* c */ "provider": { "deepseek": { "options": { "apiKey": "${KEY}-k" } },
      "relay": { "name": "Relay", "options": { "apiKey": "${KEY}-l", "baseURL": "https://relay.example/v1" } } } }`,
    )
    put('.local/share/opencode/auth.json', {
      xai: { type: 'api', key: `xai-${KEY}-m` },
      anthropic: { type: 'oauth', access: 'x' },
    })
    put(
      '.aider.conf.yml',
      `openai-api-key: sk-${KEY}-n\napi-key:\n  - gemini=AIza${KEY}-o\n  - openrouter=sk-or-${KEY}-p\n`,
    )
    put('.cline/data/secrets.json', {
      apiKey: `sk-ant-${KEY}-q`,
      openRouterApiKey: `sk-or-${KEY}-r`,
      clineAccountId: 'x',
    })
    const before = home.state()
    const result = await search(home)

    expect(result.problems).toEqual([])
    expect(result.skipped).toEqual([])
    expect(brief(result)).toEqual([
      'anthropic env.ANTHROPIC_API_KEY',
      'code.example.com https://code.example.com claudeCode.environmentVariables.ANTHROPIC_AUTH_TOKEN',
      'acme https://acme.example/v1 model_providers.acme.experimental_bearer_token',
      'openai OPENAI_API_KEY',
      'google GEMINI_API_KEY',
      'mistral https://api.mistral.ai/v1 mistral',
      'anthropic my_work',
      'local https://aichat.example/v1 clients[0].api_key',
      'anthropic clients[1].api_key',
      'groq https://api.groq.com/openai/v1 models[0].apiKey',
      'deepseek https://api.deepseek.com/v1 provider.deepseek.options.apiKey',
      'relay https://relay.example/v1 provider.relay.options.apiKey',
      'xai xai.key',
      'openai openai-api-key',
      'google api-key[0]',
      'openrouter https://openrouter.ai/api/v1 api-key[1]',
      'anthropic apiKey',
      'openrouter https://openrouter.ai/api/v1 openRouterApiKey',
    ])
    expect(home.state()).toEqual(before)
  })

  it('are those of one tool where it is named', async () => {
    using home = importHome({ OPENAI_API_KEY: `sk-${KEY}` })
    home.put('.codex/auth.json', JSON.stringify({ OPENAI_API_KEY: `sk-proj-${KEY}-d` }))
    home.put('.gemini/.env', `GEMINI_API_KEY=AIza${KEY}\n`)
    expect(brief(await search(home, { tools: ['codex'] }))).toEqual(['openai OPENAI_API_KEY'])
  })

  it('follow the references of LiteLLM as it would, and leave its own key alone', async () => {
    using home = importHome({ ACME_KEY: `${KEY}-1`, ACME_URL: 'https://acme.example/v1' })
    const path = home.put(
      'litellm.yaml',
      `model_list:
  - model_name: a
    litellm_params: { model: openai/gpt, api_base: os.environ/ACME_URL, api_key: os.environ/ACME_KEY }
  - model_name: b
    litellm_params: { model: mistral/large, api_key: "${KEY}-2" }
  - model_name: c
    litellm_params: { model: gpt-x, api_key: os.environ/NOT_SET }
general_settings: { master_key: sk-master-${KEY} }
`,
    )
    expect(brief(await search(home, { files: [path] }))).toEqual([
      'acme.example https://acme.example/v1 model_list[0].litellm_params.api_key',
      'mistral https://api.mistral.ai/v1 model_list[1].litellm_params.api_key',
    ])
  })

  it('in another place are found by the variable that moves them', async () => {
    using home = importHome()
    const moved = home.put('moved/auth.json', JSON.stringify({ OPENAI_API_KEY: `sk-${KEY}` }))
    const context = { ...home.context, env: { CODEX_HOME: join(moved, '..') } }
    expect(brief(await search(home, { context }))).toEqual(['openai OPENAI_API_KEY'])
  })

  it.each([
    ['.claude/settings.json', '{ "env": { "ANTHROPIC_API_KEY": "sk-ant-canary" '],
    ['.codex/config.toml', 'a = = "sk-canary"'],
    ['.config/aichat/config.yaml', 'clients: [ "sk-canary'],
    ['.continue/config.yaml', `a: &a [x, x]\nb: &b [${'*a, '.repeat(60)}]\nc: [${'*b, '.repeat(60)}]\n`],
  ])('are named where they are broken, without a word of what is in them: %s', async (name, text) => {
    using home = importHome()
    const path = home.put(name, text)
    const { problems, findings } = await search(home)
    expect(findings).toEqual([])
    expect(problems).toEqual([{ path, what: expect.stringMatching(/^it is not valid (JSON|TOML|YAML)$/) }])
  })

  it.each([
    'null',
    '[]',
    '"x"',
    '{"env": []}',
    '{"env": {"ANTHROPIC_API_KEY": {"a": 1}}}',
    '{"__proto__": {"env": 1}}',
  ])('give nothing where they hold something else: %s', async (text) => {
    using home = importHome()
    home.put('.claude/settings.json', text)
    expect(await search(home)).toEqual({ findings: [], skipped: [], problems: [] })
  })
})

describe('cc-switch', () => {
  function database(rows: [app_type: string, name: string, settings: unknown][]): Buffer {
    const db = openInMemory()
    db.exec(
      `CREATE TABLE providers (id TEXT NOT NULL, app_type TEXT NOT NULL, name TEXT NOT NULL, settings_config TEXT NOT NULL,
         website_url TEXT, is_current BOOLEAN NOT NULL DEFAULT 0, PRIMARY KEY (id, app_type))`,
    )
    const insert = db.prepare('INSERT INTO providers (id, app_type, name, settings_config) VALUES (?, ?, ?, ?)')
    for (const [app_type, name, settings] of rows)
      insert.run(`${app_type}-${name}`, app_type, name, JSON.stringify(settings))
    const bytes = db.serialize()
    db.close()
    return bytes
  }

  it('gives its keys by the tool they are for, without those it manages for another, and is not touched', async () => {
    using home = importHome()
    home.put('.cc-switch/cc-switch.db', '')
    const toml = 'model_provider = "any"\n[model_providers.any]\nname = "any"\nbase_url = "https://codex.example/v1"\n'
    writeFileSync(
      join(home.home, '.cc-switch/cc-switch.db'),
      database([
        ['claude', 'Claude Official', { env: {} }],
        [
          'claude',
          'Managed',
          { env: { ANTHROPIC_AUTH_TOKEN: 'PROXY_MANAGED', ANTHROPIC_BASE_URL: 'http://127.0.0.1:15721' } },
        ],
        [
          'claude',
          'Relay 中',
          { env: { ANTHROPIC_AUTH_TOKEN: `${KEY}-1`, ANTHROPIC_BASE_URL: 'https://relay.example' } },
        ],
        ['codex', 'Acme', { auth: { OPENAI_API_KEY: `${KEY}-2` }, config: toml }],
        ['codex', 'OpenAI', { auth: { OPENAI_API_KEY: `sk-proj-${KEY}-3` }, config: '' }],
        ['gemini', 'Mine', { env: { GEMINI_API_KEY: `AIza${KEY}-4` }, config: {} }],
        ['opencode', 'Own', { npm: 'x', options: { apiKey: `${KEY}-5`, baseURL: 'https://own.example/v1' } }],
      ]),
    )
    const before = home.state()
    const result = await search(home)
    expect(result.problems).toEqual([])
    expect(brief(result)).toEqual([
      'relay https://relay.example claude/Relay 中: env.ANTHROPIC_AUTH_TOKEN',
      'acme https://codex.example/v1 codex/Acme: auth.OPENAI_API_KEY',
      'openai codex/OpenAI: auth.OPENAI_API_KEY',
      'google gemini/Mine: env.GEMINI_API_KEY',
      'own https://own.example/v1 opencode/Own: options.apiKey',
    ])
    expect(result.findings[0]?.target).toMatchObject({ display_name: 'Relay 中', dialect: 'anthropic', auth: 'bearer' })
    expect(result.skipped.map(({ why }) => why)).toEqual(['it is a placeholder; another program holds the key'])
    expect(home.state()).toEqual(before)
  })

  it('is named where its file is no database, or another one', async () => {
    using home = importHome()
    const path = home.put('.cc-switch/cc-switch.db', 'nonsense'.repeat(200))
    expect((await search(home)).problems).toEqual([{ path, what: 'file is not a database' }])
  })
})
