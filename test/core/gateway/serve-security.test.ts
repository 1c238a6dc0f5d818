// What must hold of the whole: the listener as `latchkey serve` opens it, with the token of a tool.
import { describe, expect, it } from 'vitest'
import { openUpstream, sendJson } from '../../support/fake-upstream/open-upstream.ts'
import { sendRaw } from '../http/raw-client.ts'
import { CANARY } from './open-gateway.ts'
import { chat, openServing, withToken } from './open-serving.ts'

describe('a key', () => {
  it('does not follow a redirect: the second origin sees no connection, and the tool gets 502', async () => {
    await using second = await openUpstream((_req, res) => sendJson(res, 200, {}))
    let status = 301
    await using first = await openUpstream((_req, res) => {
      res.writeHead(status, { location: `${second.origin}/v1/chat/completions` }).end()
    })
    await using serving = await openServing()
    const { token } = await serving.token()
    for (const auth of ['bearer', 'x-api-key', 'x-goog-api-key', 'api-key'] as const) {
      await serving.add({ name: auth, base_url: first.origin, auth, api_key: CANARY })
      for (status of [301, 302, 303, 307, 308]) {
        const response = await fetch(`${serving.address}/proxy/${auth}/chat/completions`, chat(token, 'm'))
        expect([auth, status, response.status]).toEqual([auth, status, 502])
        expect(await response.text()).not.toContain('canary')
      }
    }
    expect([first.seen.length, second.connections]).toEqual([20, 0])
  })

  it('goes nowhere else for any odd path: 400 or 404 before it is opened', async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using serving = await openServing()
    await serving.add({ name: 'up', base_url: `${upstream.origin}/v1`, api_key: CANARY })
    const { token } = await serving.token()
    const { vault } = serving.temp.core
    const before = vault.decryptCount
    const odd = [
      '//evil.example/v1',
      '/\\evil.example/v1',
      '/https://evil.example/v1',
      '@evil.example/v1',
      '/../admin',
      '/models/%2e%2e/admin',
      '/models/%252e%252e/admin',
      '/models/..;/admin',
      '/models/a%00b',
      '/models/a%0d%0aHost:%20evil.example',
      '/models/%ef%bc%8e%ef%bc%8e/admin',
    ]
    for (const path of odd) {
      const head = [
        `GET /proxy/up${path} HTTP/1.1`,
        `Host: 127.0.0.1:${serving.port}`,
        `Authorization: Bearer ${token}`,
        'Connection: close',
      ]
      const { status } = await sendRaw(serving.port, `${head.join('\r\n')}\r\n\r\n`)
      expect([path, [400, 404].includes(status)]).toEqual([path, true])
    }
    expect([upstream.connections, vault.decryptCount - before]).toEqual([0, 0])
  })

  it('is not led astray by addresses in body or headers', async () => {
    await using other = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using serving = await openServing()
    await serving.add({ name: 'up', base_url: `${upstream.origin}/v1`, api_key: CANARY })
    const { token } = await serving.token()
    const host = `127.0.0.1:${other.port}`
    const response = await fetch(`${serving.address}/v1/chat/completions`, {
      ...withToken(token, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-portkey-custom-host': other.origin,
          'x-forwarded-host': host,
          forwarded: `host=${host}`,
        },
      }),
      body: JSON.stringify({ model: 'up/m', api_base: other.origin, base_url: other.origin }),
    })
    expect([response.status, other.connections]).toEqual([200, 0])
    expect(upstream.last().headers.host).toBe(`127.0.0.1:${upstream.port}`)
  })
})

describe('a noisy neighbour', () => {
  it('is answered 429 after twenty wrong tokens, and the tool beside it still works', async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using serving = await openServing()
    await serving.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    const { token } = await serving.token()
    const statuses: number[] = []
    for (let n = 0; n < 22; n += 1) {
      const response = await fetch(`${serving.address}/v1/models`, withToken(`lk_wrong_${'x'.repeat(30)}`))
      statuses.push(response.status)
      await response.arrayBuffer()
    }
    expect([statuses[0], statuses.at(-1)]).toEqual([401, 429])
    expect((await fetch(`${serving.address}/proxy/up/chat/completions`, chat(token, 'm'))).status).toBe(200)
  })
})
