import { describe, expect, it } from 'vitest'
import { checkPath } from '../../../src/core/gateway/safe-path.ts'
import { baseOf, queryCredential, targetOf, withoutCredentials } from '../../../src/core/gateway/target.ts'
import { openUpstream, sendJson } from '../../support/fake-upstream/open-upstream.ts'
import { sendRaw } from '../http/raw-client.ts'
import { CANARY, openGateway } from './open-gateway.ts'

/** What has made other programs connect to, or ask for, something else than was meant. */
const CORPUS = [
  '//evil.example/v1',
  '///evil.example/v1',
  '/\\evil.example/v1',
  '\\\\evil.example/v1',
  '/%09//evil.example',
  '/https://evil.example/v1',
  '/http:evil.example/v1',
  '/https:/evil.example',
  '@evil.example/v1',
  '/@evil.example/v1',
  ':443@evil.example/',
  '/../admin',
  '/..',
  '/.',
  '/./models',
  '/models/..',
  '/models/../../admin',
  '/models/%2e%2e/admin',
  '/models/%2E%2E/admin',
  '/models/.%2e/admin',
  '/%2e%2e/admin',
  '/%2e%2e%2fadmin',
  '/models/..%2fadmin',
  '/models/..%5cadmin',
  '/models/a%2f..%2fb',
  '/models/%252e%252e/admin',
  '/models/%25%32%65',
  '/models/..;/admin',
  '/models;a=b/x',
  '/models/a;b',
  '/models/%00',
  '/models/a%00b',
  '/models/a%0d%0aHost:%20evil.example',
  '/models/a%0a',
  '/models/a%20b',
  '/models/%c0%ae%c0%ae/admin',
  '/models/%e0%80%ae',
  '/models/%ef%bc%8e%ef%bc%8e/admin',
  '/models/%e2%80%a5/admin',
  '/models/%ff',
  '/models/%',
  '/models/%zz',
  '/models//a',
  '/models/',
  '/models/a%3fb',
  '/models/a%23b',
  '/models/a"b',
  '/models/{a}',
  '/models/a|b',
]

describe('the path to a provider', () => {
  it('is refused with 400, before any key is decrypted and any connection made, where it could mean another place', async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using gateway = await openGateway()
    await gateway.add({ name: 'up', base_url: `${upstream.origin}/v1`, api_key: CANARY })
    const before = gateway.temp.core.vault.decryptCount
    for (const path of CORPUS) {
      const fields = `Host: 127.0.0.1:${gateway.port}\r\nAuthorization: Bearer ${gateway.token}\r\nConnection: close`
      for (const target of [`/proxy/up${path}`, `/v1${path}`, `/v1beta${path}`]) {
        const { status } = await sendRaw(gateway.port, `GET ${target} HTTP/1.1\r\n${fields}\r\n\r\n`)
        // `/proxy/up@evil` and `/v1@evil` are no address of the gateway at all.
        expect([target, status]).toEqual([target, /^[/\\]/.test(path) ? 400 : status])
        expect([400, 404]).toContain(status)
      }
    }
    expect(gateway.temp.core.vault.decryptCount).toBe(before)
    expect(upstream.connections).toBe(0)
  })

  it('may hold what the names of models hold', () => {
    const fine = [
      '/chat/completions',
      '/models/ft:gpt-4.1:org::id',
      '/models/meta-llama%2FLlama-3.3-70B',
      '/models/a%3Ab',
      '/v1beta/models/gemini-3:generateContent',
      "/models/it's(a)~test!*,=+$&",
    ]
    for (const path of fine) {
      expect(() => checkPath(path)).not.toThrow()
      expect(targetOf(baseOf('https://api.example.com/v1'), path, '').path).toBe(`/v1${path}`)
    }
  })

  it('stays below the base URL, whose own slash at the end does not count twice', () => {
    expect(targetOf(baseOf('https://api.example.com:8443/v1/'), '/models', 'a=b')).toEqual({
      origin: 'https://api.example.com:8443',
      path: '/v1/models?a=b',
    })
    expect(targetOf(baseOf('https://api.example.com'), '/v1/models', '')).toEqual({
      origin: 'https://api.example.com',
      path: '/v1/models',
    })
    expect(() => targetOf(baseOf('https://api.example.com/v1'), '/../x', '')).toThrow('below the address')
    expect(() => targetOf(baseOf('https://api.example.com/v1'), '@evil.example/x', '')).toThrow('below the address')
  })
})

describe('the query', () => {
  it('loses the credentials of the tool and nothing else', () => {
    expect(withoutCredentials('alt=sse&key=lk_token&a=%20b&b')).toBe('alt=sse&a=%20b&b')
    expect(withoutCredentials('%6bey=x&KEY=y&api_key=z&access_token=1')).toBe('')
    expect(withoutCredentials('monkey=1&keys=2')).toBe('monkey=1&keys=2')
  })

  it('may carry the token of Gemini clients', () => {
    expect(queryCredential('alt=sse&key=lk_1')).toBe('lk_1')
    expect(queryCredential('alt=sse')).toBeUndefined()
  })
})
