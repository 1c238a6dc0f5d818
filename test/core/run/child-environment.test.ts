import { describe, expect, it } from 'vitest'
import { exposingEnvironment, gatewayEnvironment } from '../../../src/core/run/child-environment.ts'
import type { Dialect } from '../../../src/shared/schemas.ts'

const provider = (name: string, dialect: Dialect = 'openai') => ({
  name,
  dialect,
  base_url: `https://${name}.example`,
  catalog: null,
})
const at = 'http://127.0.0.1:9'
const openai = provider('openai')
const anthropic = provider('anthropic', 'anthropic')

describe('the environment of a child', () => {
  it('has the address and the token under every name that common clients read', () => {
    expect(gatewayEnvironment({ PATH: '/bin' }, at, 'T', [openai])).toEqual({
      PATH: '/bin',
      OPENAI_BASE_URL: `${at}/v1`,
      OPENAI_API_BASE: `${at}/v1`,
      OPENAI_API_KEY: 'T',
      ANTHROPIC_BASE_URL: at,
      ANTHROPIC_API_KEY: 'T',
      ANTHROPIC_AUTH_TOKEN: 'T',
      GOOGLE_GEMINI_BASE_URL: at,
      GEMINI_API_KEY: 'T',
      GOOGLE_API_KEY: 'T',
    })
  })

  it('has those of every further provider, known or not', () => {
    expect(gatewayEnvironment({}, at, 'T', [provider('together'), provider('my.server')])).toMatchObject({
      TOGETHER_API_KEY: 'T',
      TOGETHERAI_API_KEY: 'T',
      TOGETHER_BASE_URL: `${at}/proxy/together`,
      TOGETHER_API_BASE: `${at}/proxy/together`,
      MY_SERVER_API_KEY: 'T',
      MY_SERVER_BASE_URL: `${at}/proxy/my.server`,
    })
  })

  it('sends everything of a dialect to the one provider that speaks it, since such tools choose models themselves', () => {
    const one = gatewayEnvironment({}, at, 'T', [openai, anthropic])
    expect(one).toMatchObject({ ANTHROPIC_BASE_URL: `${at}/proxy/anthropic`, OPENAI_BASE_URL: `${at}/v1` })
    const two = gatewayEnvironment({}, at, 'T', [anthropic, provider('other', 'anthropic')])
    expect(two['ANTHROPIC_BASE_URL']).toBe(at)
  })

  it('lacks the master key and the admin token, in whatever letters', () => {
    const given = {
      ENCRYPTION_KEY: 'a',
      Encryption_Key: 'b',
      LATCHKEY_TOKEN: 'c',
      LATCHKEY_HOME: '/h',
      OPENAI_API_KEY: 'd',
    }
    const env = gatewayEnvironment(given, at, 'T', [])
    expect(Object.values(env).filter((value) => 'abcd'.includes(value))).toEqual([])
    expect(env['LATCHKEY_HOME']).toBe('/h')
    const exposing = exposingEnvironment(given, [])
    expect(exposing).toEqual({ LATCHKEY_HOME: '/h', OPENAI_API_KEY: 'd' })
  })

  it('keeps the token from a proxy', () => {
    expect(gatewayEnvironment({ HTTP_PROXY: 'http://p', no_proxy: 'a,b' }, at, 'T', [])).toMatchObject({
      NO_PROXY: '127.0.0.1',
      no_proxy: 'a,b,127.0.0.1',
    })
    expect(gatewayEnvironment({}, at, 'T', [])).not.toHaveProperty('NO_PROXY')
  })
})

describe('the environment with the keys themselves', () => {
  it('names the address beside each key, so that none goes to one that stood there by chance', () => {
    const key = Buffer.from('K')
    const given = { OPENAI_BASE_URL: 'https://evil.example', OPENAI_API_BASE: 'https://evil.example' }
    expect(exposingEnvironment(given, [{ provider: openai, key }])).toEqual({
      OPENAI_API_KEY: 'K',
      OPENAI_BASE_URL: 'https://openai.example',
      OPENAI_API_BASE: 'https://openai.example',
    })
  })
})
