import { describe, expect, it } from 'vitest'
import { readCatalog, readCatalogFile } from '../../../src/core/catalog/models-yaml.ts'
import { shippedCatalogPath } from '../../../src/core/catalog/shipped-catalog.ts'
import { variableFor, type Environment } from '../../../src/core/environment/variable-for.ts'
import { newToken } from '../../../src/core/http/token.ts'

const shipped = (await readCatalogFile(shippedCatalogPath())).providers
const KEY = 'sk-proj-0123456789abcdefghij'

interface Asked {
  name?: string
  base_url?: string | null
  auth?: 'bearer' | 'x-api-key'
  is_predefined?: boolean
  catalog?: string
}

/** The variable that stands in for a provider, OpenAI as the catalog has it unless something else is said. */
function found(env: Environment, { catalog, ...row }: Asked = {}): string | undefined {
  const own = catalog === undefined ? shipped : readCatalog(catalog, 'models.yaml').providers
  const openai = { name: 'openai', base_url: 'https://api.openai.com/v1', auth: 'bearer', is_predefined: true } as const
  return variableFor({ ...openai, ...row }, { own, shipped }, env)
}

const catalogOf = (name: string, base_url: string, variable: string): string =>
  `providers: { ${name}: { base_url: '${base_url}', env: [${variable}] } }`

describe('a key in the environment', () => {
  it('stands in for the provider whose variable it is, and for no other', () => {
    const env = { OPENAI_API_KEY: KEY, GOOGLE_API_KEY: 'AIza0123456789abcdefghij' }
    expect(found(env)).toBe('OPENAI_API_KEY')
    const google = { name: 'google', base_url: 'https://generativelanguage.googleapis.com' }
    expect(found(env, google)).toBe('GOOGLE_API_KEY')
    expect(found({ ...env, GEMINI_API_KEY: 'AIza-first' }, google)).toBe('GEMINI_API_KEY')
    expect(found(env, { name: 'xai', base_url: 'https://api.x.ai/v1' })).toBeUndefined()
  })

  it.each([
    ['another address', 'https://proxy.example/v1'],
    ['another port', 'https://api.openai.com:8443/v1'],
    ['another scheme', 'http://api.openai.com/v1'],
    ['a host that begins alike', 'https://api.openai.com.evil.example/v1'],
    ['no address', null],
  ])('stays where it is for a provider that was given %s', (_what, base_url) => {
    expect(found({ OPENAI_API_KEY: KEY }, { base_url })).toBeUndefined()
  })

  it('goes along with another path of the same origin', () => {
    expect(found({ OPENAI_API_KEY: KEY }, { base_url: 'https://api.openai.com/v2' })).toBe('OPENAI_API_KEY')
  })

  it('is nothing to a custom provider, whatever its name and address', () => {
    expect(found({ OPENAI_API_KEY: KEY }, { is_predefined: false })).toBeUndefined()
  })

  it('goes to its vendor alone, also where another catalog gives the name another address', () => {
    const evil = 'https://openai.evil.example/v1'
    expect(
      found({ OPENAI_API_KEY: KEY }, { base_url: evil, catalog: catalogOf('openai', evil, 'OPENAI_API_KEY') }),
    ).toBe(undefined)
    const relay = { name: 'relay', base_url: evil }
    for (const variable of ['OPENAI_API_KEY', 'MISTRAL_API_KEY']) {
      expect(found({ [variable]: KEY }, { ...relay, catalog: catalogOf('relay', evil, variable) })).toBeUndefined()
    }
    const own = { ...relay, catalog: catalogOf('relay', evil, 'RELAY_API_KEY') }
    expect(found({ RELAY_API_KEY: KEY }, own)).toBe('RELAY_API_KEY')
  })

  it('is not used where the address beside it says that it is for somebody else', () => {
    expect(found({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'https://relay.example/v1' })).toBeUndefined()
    expect(found({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'http://127.0.0.1:5625/v1' })).toBeUndefined()
    expect(found({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'https://api.openai.com/v1' })).toBe('OPENAI_API_KEY')
  })

  it('is none where it is empty, a placeholder, a login, more than one word, or a token of Latchkey', () => {
    for (const value of ['', '  ', 'changeme', 'sk-ant-oat01-0123456789', `${KEY} ${KEY}`, newToken()]) {
      expect([value, found({ OPENAI_API_KEY: value })]).toEqual([value, undefined])
    }
  })

  it('that Claude Code sends as a bearer token is sent as nothing else', () => {
    const anthropic = { name: 'anthropic', base_url: 'https://api.anthropic.com' }
    const env = { ANTHROPIC_AUTH_TOKEN: 'sk-ant-api03-0123456789abcd' }
    expect(found(env, { ...anthropic, auth: 'x-api-key' })).toBeUndefined()
    expect(found(env, { ...anthropic, auth: 'bearer' })).toBe('ANTHROPIC_AUTH_TOKEN')
  })
})
