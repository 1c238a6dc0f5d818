import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Auth } from '../../../src/shared/schemas.ts'
import { openUpstream, sendJson } from '../../support/fake-upstream/open-upstream.ts'
import { CANARY, openGateway, type TestGateway } from './open-gateway.ts'

const AUTH_HEADERS = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key']

/** Sends headers as they are, also those that fetch would not. */
function send(
  { address, token }: TestGateway,
  path: string,
  headers: readonly string[],
  body?: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const req = request(`${address}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: ['Host', new URL(address).host, 'Authorization', `Bearer ${token}`, ...headers],
    })
    req.on('response', (res) => {
      res.resume()
      resolve(res.statusCode ?? 0)
    })
    req.on('error', reject)
    req.end(body)
  })
}

describe('what goes up', () => {
  it('carries no credential of the tool, and the key in exactly one header, by the scheme of the provider', async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using gateway = await openGateway()
    const schemes: [Auth, string, string][] = [
      ['bearer', 'authorization', `Bearer ${CANARY}`],
      ['x-api-key', 'x-api-key', CANARY],
      ['x-goog-api-key', 'x-goog-api-key', CANARY],
      ['api-key', 'api-key', CANARY],
    ]
    for (const [auth, header, value] of schemes) {
      await gateway.add({ name: auth, base_url: upstream.origin, auth, api_key: CANARY })
      const { token } = gateway
      const headers = ['x-api-key', token, 'x-goog-api-key', token, 'api-key', token]
      const more = [
        'Cookie',
        'a=b',
        'Proxy-Authorization',
        'Basic x',
        'Proxy-Connection',
        'keep-alive',
        'X-Own',
        `t=${token}`,
      ]
      const hops = ['Keep-Alive', 'timeout=1', 'TE', 'trailers', 'Upgrade-Insecure-Requests', '1']
      expect(await send(gateway, `/proxy/${auth}/models?key=${token}&limit=5`, [...headers, ...more, ...hops])).toBe(
        200,
      )
      const seen = upstream.last()
      const sent = seen.headers
      expect(AUTH_HEADERS.filter((name) => sent[name] !== undefined)).toEqual([header])
      expect(sent[header]).toBe(value)
      for (const name of ['cookie', 'proxy-authorization', 'proxy-connection', 'x-own', 'te']) {
        expect(sent).not.toHaveProperty(name)
      }
      expect(seen.url).toBe('/models?limit=5')
      expect(JSON.stringify(seen.rawHeaders)).not.toContain(token)
    }
  })

  it('loses every header that Connection names, and still carries the key', async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using gateway = await openGateway()
    await gateway.add({ name: 'up', base_url: upstream.origin, auth: 'x-api-key', api_key: CANARY })
    await send(gateway, '/proxy/up/models', ['Connection', 'x-api-key, x-private, authorization', 'X-Private', '1'])
    expect(upstream.last().headers['x-api-key']).toBe(CANARY)
    expect(upstream.last().headers).not.toHaveProperty('x-private')
  })

  it('goes to the address of the provider, whatever headers and body say', async () => {
    await using evil = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using gateway = await openGateway()
    await gateway.add({ name: 'up', base_url: `${upstream.origin}/v1`, api_key: CANARY })
    const host = `127.0.0.1:${evil.port}`
    const headers = [
      'X-Forwarded-Host',
      host,
      'X-Forwarded-For',
      '1.2.3.4',
      'Forwarded',
      `host=${host}`,
      'Via',
      '1.1 x',
    ]
    const relay = ['x-portkey-custom-host', evil.origin, 'X-Real-IP', '1.2.3.4', 'Content-Type', 'application/json']
    const body = JSON.stringify({ model: 'm', api_base: evil.origin, base_url: evil.origin })
    expect(
      await send(gateway, `/proxy/up/chat/completions?base_url=${evil.origin}`, [...headers, ...relay], body),
    ).toBe(200)
    expect(evil.connections).toBe(0)
    const { headers: sent } = upstream.last()
    expect(sent.host).toBe(`127.0.0.1:${upstream.port}`)
    for (const name of [
      'x-forwarded-host',
      'x-forwarded-for',
      'forwarded',
      'via',
      'x-real-ip',
      'x-portkey-custom-host',
    ]) {
      expect(sent).not.toHaveProperty(name)
    }
    expect(upstream.last().body.toString()).toBe(body)
    // A second Host is refused at the front door.
    expect(await send(gateway, '/proxy/up/models', ['Host', host])).toBe(403)
  })

  it('keeps open lists open: versions, betas and what nobody knows yet', async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using gateway = await openGateway()
    await gateway.add({ name: 'up', base_url: upstream.origin, dialect: 'anthropic', api_key: CANARY })
    const headers = [
      'anthropic-version',
      '2031-01-01',
      'anthropic-beta',
      'a,b',
      'anthropic-new',
      'x',
      'X-Stainless-OS',
      'L',
    ]
    await send(gateway, '/proxy/up/v1/models', [...headers, 'User-Agent', 'tool/1', 'traceparent', '00-1'])
    expect(upstream.last().headers).toMatchObject({
      'anthropic-version': '2031-01-01',
      'anthropic-beta': 'a,b',
      'anthropic-new': 'x',
      'x-stainless-os': 'L',
      'user-agent': 'tool/1',
      traceparent: '00-1',
    })
  })
})
