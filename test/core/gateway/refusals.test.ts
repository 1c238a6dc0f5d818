import OpenAI, { BadRequestError } from 'openai'
import Anthropic, { NotFoundError } from '@anthropic-ai/sdk'
import { ApiError, GoogleGenAI } from '@google/genai'
import { describe, expect, it } from 'vitest'
import { guessDialect, refusalOf } from '../../../src/core/gateway/refusal.ts'
import { appError } from '../../../src/shared/errors.ts'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { openUpstream, sendJson } from '../../support/fake-upstream/open-upstream.ts'
import { openTempCore, tempHome } from '../../support/temp-core.ts'
import { CANARY, openGateway } from './open-gateway.ts'

const POST = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"model":"m"}' }

describe('a refusal', () => {
  it('names its cause and what to do, and tells the client not to try again', async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using gateway = await openGateway()
    await gateway.add({ name: 'keyless', base_url: upstream.origin })
    await gateway.add({ name: 'nowhere', api_key: CANARY })
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    const before = gateway.temp.core.vault.decryptCount
    const expected: [string, RequestInit, number, string][] = [
      ['/proxy/unknown/models', {}, 404, 'provider_not_found'],
      ['/proxy/keyless/models', {}, 400, 'provider_has_no_key'],
      ['/proxy/nowhere/models', {}, 400, 'provider_has_no_address'],
      ['/proxy/up/files', {}, 403, 'not_allowed'],
      ['/proxy/up/organization/usage/costs', {}, 403, 'not_allowed'],
      ['/proxy/up/fine_tuning/jobs', {}, 403, 'not_allowed'],
      ['/proxy/up/chat/completions', {}, 405, 'method_not_allowed'],
      ['/proxy/up/models', { method: 'DELETE' }, 405, 'method_not_allowed'],
      ['/proxy/up/models', { method: 'OPTIONS' }, 405, 'method_not_allowed'],
      ['/proxy/up/models', { method: 'PROPFIND' }, 405, 'method_not_allowed'],
      ['/proxy/up', {}, 404, 'route_not_found'],
      ['/proxy', {}, 404, 'route_not_found'],
      ['/v1', {}, 404, 'route_not_found'],
      ['/v1/files', {}, 404, 'route_not_found'],
      ['/v1/chat/completions', {}, 405, 'method_not_allowed'],
      ['/v1/chat/completions', { ...POST, body: '{}' }, 400, 'model_missing'],
      ['/v1/chat/completions', { ...POST, body: '{"model":7}' }, 400, 'request_malformed'],
      ['/v1/chat/completions', { ...POST, body: '' }, 400, 'request_malformed'],
      ['/v1/chat/completions', { ...POST, body: '{"model":"who"}' }, 404, 'model_not_found'],
      ['/v1/chat/completions', { ...POST, body: '{"model":"keyless/m"}' }, 400, 'provider_has_no_key'],
      ['/v1/chat/completions', { ...POST, body: '{"model":"nowhere/m"}' }, 400, 'provider_has_no_address'],
      ['/v1/messages', { ...POST, body: '{"model":"up/m"}' }, 400, 'endpoint_missing'],
    ]
    for (const [path, init, status, code] of expected) {
      const response = await gateway.call(path, init)
      expect([path, response.status, response.headers.get('x-should-retry')]).toEqual([path, status, 'false'])
      expect(response.headers.get('content-type')).toBe('application/json')
      const text = await response.text()
      expect(text).toContain(code)
    }
    expect(gateway.temp.core.vault.decryptCount).toBe(before)
    expect(upstream.connections).toBe(0)
    expect(gateway.uses).toEqual([])
  })

  it('answers TRACE with 405, which would otherwise show the key', async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using gateway = await openGateway()
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    const { request } = await import('node:http')
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${gateway.token}` }
      request(`${gateway.address}/proxy/up/models`, { method: 'TRACE', headers })
        .on('response', (res) => resolve(res.statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(405)
    expect(upstream.connections).toBe(0)
  })

  it('of a vault without its master key is 423 for every tool, and nothing is decrypted', async () => {
    using home = tempHome()
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    {
      await using temp = await openTempCore({ home: home.home, key: generateFernetKey() })
      const api = { base_url: upstream.origin, display_name: 'up', api_key: CANARY, models: ['m'] }
      await temp.client.createProvider({ name: 'up', ...api })
    }
    await using temp = await openTempCore({ home: home.home, key: generateFernetKey() })
    expect(temp.core.vault.state).toBe('read_only')
    await using gateway = await openGateway({ temp })
    for (const path of ['/proxy/up/chat/completions', '/v1/chat/completions']) {
      const response = await gateway.call(path, POST)
      expect([response.status, response.headers.get('x-should-retry')]).toEqual([423, 'false'])
      expect(await response.json()).toMatchObject({ error: { code: 'encryption_key_wrong' } })
    }
    expect(temp.core.vault.decryptCount).toBe(0)
    expect(upstream.connections).toBe(0)
  })

  it('comes before a byte goes up where the use cannot be written down', async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using gateway = await openGateway({
      ports: () => ({ beforeUse: () => Promise.reject(appError('disk_full', undefined)) }),
    })
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    const response = await gateway.call('/proxy/up/chat/completions', POST)
    expect([response.status, response.headers.get('x-should-retry')]).toEqual([423, 'false'])
    expect(upstream.connections).toBe(0)
  })

  it('of the front door, too, is in the words of those who come there', async () => {
    await using gateway = await openGateway()
    const bodies: [string, Record<string, string>, object][] = [
      ['/proxy/up/chat/completions', {}, { error: { type: 'invalid_request_error', code: 'unauthorized' } }],
      ['/v1/messages', {}, { type: 'error', error: { type: 'authentication_error' } }],
      ['/v1/models', { 'anthropic-version': '2023-06-01' }, { type: 'error', error: { type: 'authentication_error' } }],
      ['/v1beta/models/g:generateContent', {}, { error: { code: 401, status: 'UNAUTHENTICATED' } }],
    ]
    for (const [path, headers, body] of bodies) {
      const response = await fetch(`${gateway.address}${path}`, { method: 'POST', headers })
      expect([path, response.status, response.headers.get('x-should-retry')]).toEqual([path, 401, 'false'])
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
      expect(await response.json()).toMatchObject(body)
    }
    const response = await gateway.call('/v1/models', { headers: { origin: 'https://evil.example' } })
    expect([response.status, await response.json()]).toMatchObject([403, { error: { code: 'origin_not_allowed' } }])
  })

  it('may be tried again where only the vault was busy', () => {
    expect(refusalOf(appError('vault_busy', undefined), 'openai')).toMatchObject({ status: 503 })
    expect(refusalOf(appError('vault_busy', undefined), 'openai').headers).not.toContain('x-should-retry')
  })
})

describe("the caller's dialect", () => {
  it('is told by the path, else by the headers', () => {
    expect(guessDialect('/v1/chat/completions', {})).toBe('openai')
    expect(guessDialect('/v1/messages', {})).toBe('anthropic')
    expect(guessDialect('/v1/messages/count_tokens', {})).toBe('anthropic')
    expect(guessDialect('/v1/models', { 'anthropic-version': '2023-06-01' })).toBe('anthropic')
    expect(guessDialect('/v1beta/models/gemini:generateContent', {})).toBe('google')
    expect(guessDialect('/proxy/google/v1beta/models', {})).toBe('google')
    expect(guessDialect('/proxy/google/v1beta/openai/chat/completions', {})).toBe('openai')
    expect(guessDialect('/v1/models', { 'x-goog-api-key': 'x' })).toBe('google')
  })

  it('lets each SDK raise its own error, once, with the sentence in it', async () => {
    await using gateway = await openGateway()
    await gateway.add({ name: 'keyless', base_url: 'http://127.0.0.1:9' })
    let calls = 0
    const counted: typeof fetch = (...args) => {
      calls += 1
      return fetch(...args)
    }
    const { address, token } = gateway
    const sentence = "Provider 'keyless' has no key"

    const openai = new OpenAI({ apiKey: token, baseURL: `${address}/v1`, fetch: counted })
    const first = await openai.chat.completions
      .create({ model: 'keyless/m', messages: [] })
      .catch((cause: unknown) => cause)
    expect(first).toBeInstanceOf(BadRequestError)
    expect(first).toMatchObject({ code: 'provider_has_no_key', message: expect.stringContaining(sentence) })

    const anthropic = new Anthropic({ apiKey: token, baseURL: address, fetch: counted })
    const second = await anthropic.messages
      .create({ model: 'who', max_tokens: 1, messages: [] })
      .catch((cause: unknown) => cause)
    expect(second).toBeInstanceOf(NotFoundError)
    expect(second).toMatchObject({ error: { type: 'error', error: { type: 'not_found_error' } } })

    const google = new GoogleGenAI({ apiKey: token, httpOptions: { baseUrl: address } })
    const third = await google.models.generateContent({ model: 'who', contents: 'hi' }).catch((cause: unknown) => cause)
    expect(third).toBeInstanceOf(ApiError)
    expect(JSON.parse((third as ApiError).message)).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } })
    expect(calls).toBe(2)
  })
})
