import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { beginEvents, openUpstream, sendJson } from '../../support/fake-upstream/open-upstream.ts'
import { seeded } from '../../support/seeded.ts'
import { CANARY, openGateway, type TestGateway } from './open-gateway.ts'

const CHAT = '/proxy/up/chat/completions'
const POST = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"model":"m"}' }

async function withProvider(gateway: TestGateway, origin: string) {
  await gateway.add({ name: 'up', base_url: `${origin}/v1`, api_key: CANARY })
  return gateway
}

const sha256 = (bytes: Buffer | Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('the pass-through', () => {
  it("sends a tool's request to the provider with the real key in place of its token", async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, { ok: true }))
    await using gateway = await withProvider(await openGateway(), upstream.origin)
    const response = await gateway.call(`${CHAT}?a=1`, POST)
    expect(await response.json()).toEqual({ ok: true })
    expect(upstream.last()).toMatchObject({ method: 'POST', url: '/v1/chat/completions?a=1' })
    expect(upstream.last().headers).toMatchObject({
      host: `127.0.0.1:${upstream.port}`,
      authorization: `Bearer ${CANARY}`,
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'content-length': '13',
    })
    expect(upstream.last().body.toString()).toBe('{"model":"m"}')
  })

  it('passes bodies on byte for byte, both ways, however they are cut', async () => {
    const random = seeded(20_261_123)
    const pieces = (bytes: Buffer): Buffer[] => {
      const cut: Buffer[] = []
      for (let at = 0; at < bytes.length;) {
        const size = 1 + random(random(4) === 0 ? 4_000 : 60)
        cut.push(bytes.subarray(at, at + size))
        at += size
      }
      return cut
    }
    let answer = Buffer.alloc(0)
    await using upstream = await openUpstream(async (_req, res, seen) => {
      await seen.arrived
      const events = random(2) === 0
      res.writeHead(200, { 'content-type': events ? 'text/event-stream' : 'application/octet-stream' })
      for (const piece of pieces(answer)) {
        res.write(piece)
        if (random(8) === 0) await new Promise(setImmediate)
      }
      res.end()
    })
    await using gateway = await withProvider(
      await openGateway({ ports: () => ({ beforeUse: async () => undefined }) }),
      upstream.origin,
    )
    for (let round = 0; round < 1_000; round++) {
      const sent = randomBytes(random(3_000))
      // Random bytes, and text that keeps almost beginning a key; once in a while they happen to complete it.
      do {
        const texts = Array.from({ length: random(40) }, () =>
          random(2) === 0 ? randomBytes(random(200)) : Buffer.from(CANARY.slice(0, random(CANARY.length))),
        )
        answer = Buffer.concat(texts)
      } while (answer.includes(CANARY))
      const chunked = random(2) === 0
      const received = await post(gateway, CHAT, chunked ? pieces(sent) : [sent], chunked)
      expect({ round, up: sha256(upstream.last().body), down: sha256(received) }).toEqual({
        round,
        up: sha256(sent),
        down: sha256(answer),
      })
    }
  }, 120_000)

  it('streams events as they come, without waiting for more', async () => {
    const steps = Array.from({ length: 3 }, () => Promise.withResolvers<void>())
    await using upstream = await openUpstream(async (_req, res) => {
      beginEvents(res)
      for (const [i, step] of steps.entries()) {
        await step.promise
        res.write(`data: ${i}\n\n`)
      }
      res.end()
    })
    await using gateway = await withProvider(await openGateway(), upstream.origin)
    const response = await gateway.call(CHAT, POST)
    const reader = response.body?.getReader()
    for (const [i, step] of steps.entries()) {
      step.resolve()
      const { value = new Uint8Array() } = (await reader?.read()) ?? {}
      expect(Buffer.from(value).toString()).toBe(`data: ${i}\n\n`)
    }
    expect((await reader?.read())?.done).toBe(true)
  })

  it('streams a request as it comes, before its end', async () => {
    const first = Promise.withResolvers<string>()
    await using upstream = await openUpstream(async (req, res, seen) => {
      req.once('data', (chunk: Buffer) => first.resolve(chunk.toString()))
      await seen.arrived
      sendJson(res, 200, { length: seen.body.length })
    })
    await using gateway = await withProvider(await openGateway(), upstream.origin)
    const req = request(`${gateway.address}${CHAT}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
    })
    req.write('half')
    expect(await first.promise).toBe('half')
    req.end(' and half')
    const [res] = await once(req, 'response')
    expect(JSON.parse((await res.toArray()).join(''))).toEqual({ length: 13 })
  })

  it("passes the provider's errors on as they are, with the headers that tools act on", async () => {
    const body =
      '{"error":  {"message":"Rate limit reached","type":"requests","param":null,"code":"rate_limit_exceeded"}}'
    await using upstream = await openUpstream((_req, res) => {
      res.writeHead(429, {
        'content-type': 'application/json',
        'retry-after': '7',
        'x-should-retry': 'true',
        'x-request-id': 'req_1',
        'request-id': 'req_2',
        'x-ratelimit-remaining-requests': '0',
        'anthropic-ratelimit-tokens-remaining': '1',
        'openai-processing-ms': '3',
        'set-cookie': '__cf_bm=1',
        'access-control-allow-origin': '*',
        'strict-transport-security': 'max-age=1',
      })
      res.end(body)
    })
    await using gateway = await withProvider(await openGateway(), upstream.origin)
    const response = await gateway.call(CHAT, POST)
    expect(response.status).toBe(429)
    expect(await response.text()).toBe(body)
    const headers = Object.fromEntries(response.headers)
    expect(headers).toMatchObject({
      'retry-after': '7',
      'x-should-retry': 'true',
      'x-request-id': 'req_1',
      'request-id': 'req_2',
      'x-ratelimit-remaining-requests': '0',
      'anthropic-ratelimit-tokens-remaining': '1',
      'openai-processing-ms': '3',
    })
    for (const name of ['set-cookie', 'access-control-allow-origin', 'strict-transport-security']) {
      expect(headers).not.toHaveProperty(name)
    }
  })

  it('answers 204, 304 and HEAD without a body', async () => {
    await using upstream = await openUpstream((req, res) => {
      if (req.method === 'HEAD') res.writeHead(200, { 'content-length': '1234' })
      else res.writeHead(req.url === '/v1/models/a' ? 204 : 304)
      res.end()
    })
    await using gateway = await withProvider(await openGateway(), upstream.origin)
    const head = await gateway.call('/proxy/up/models', { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '1234'])
    expect((await gateway.call('/proxy/up/models/a')).status).toBe(204)
    expect((await gateway.call('/proxy/up/models/b')).status).toBe(304)
  })

  it('keeps connections to a provider open for the next request', async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using gateway = await withProvider(await openGateway(), upstream.origin)
    for (let i = 0; i < 5; i++) await (await gateway.call(CHAT, POST)).text()
    expect(upstream.connections).toBe(1)
  })

  it('ends the request to the provider when the tool goes away', async () => {
    await using upstream = await openUpstream((_req, res) => {
      beginEvents(res)
      res.write('data: 1\n\n')
    })
    await using gateway = await withProvider(await openGateway(), upstream.origin)
    const abort = new AbortController()
    const response = await gateway.call(CHAT, { ...POST, signal: abort.signal })
    await response.body?.getReader().read()
    abort.abort()
    expect(await upstream.last().cut).toBe(true)
  })

  it('ends it also where the tool goes away before the provider has answered', async () => {
    const got = Promise.withResolvers<void>()
    await using upstream = await openUpstream(() => got.resolve())
    await using gateway = await withProvider(await openGateway(), upstream.origin)
    const abort = new AbortController()
    const pending = gateway.call(CHAT, { ...POST, signal: abort.signal })
    await got.promise
    abort.abort()
    await expect(pending).rejects.toThrow('aborted')
    expect(await upstream.last().cut).toBe(true)
  })

  it('breaks the connection where the provider breaks off within its answer', async () => {
    await using upstream = await openUpstream((_req, res) => {
      beginEvents(res)
      res.write('data: 1\n\n', () => res.destroy())
    })
    await using gateway = await withProvider(await openGateway(), upstream.origin)
    const response = await gateway.call(CHAT, POST)
    await expect(response.text()).rejects.toThrow('terminated')
  })

  it('answers early refusals of a provider, and the connection of the tool carries on', async () => {
    await using upstream = await openUpstream((req, res) => {
      if (req.method === 'GET') sendJson(res, 200, { data: [] })
      else sendJson(res, 413, { error: { message: 'too long' } })
    })
    await using gateway = await withProvider(await openGateway(), upstream.origin)
    const text = [
      `POST ${CHAT} HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\nAuthorization: Bearer ${gateway.token}\r\n`,
      `Content-Length: 300000\r\n\r\n${'x'.repeat(300_000)}`,
      `GET /proxy/up/models HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\nAuthorization: Bearer ${gateway.token}\r\n`,
      'Connection: close\r\n\r\n',
    ].join('')
    const socket = connect(gateway.port, '127.0.0.1')
    socket.write(text)
    const received = Buffer.concat(await socket.toArray()).toString()
    expect(received.match(/^HTTP\/1.1 \d+/gm)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
  })

  it('answers "Expect: 100-continue" once the request may go up', async () => {
    await using upstream = await openUpstream(async (_req, res, seen) => {
      await seen.arrived
      sendJson(res, 200, { got: seen.body.toString(), expect: seen.headers.expect ?? null })
    })
    await using gateway = await withProvider(await openGateway(), upstream.origin)
    const req = request(`${gateway.address}${CHAT}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.token}`, expect: '100-continue', 'content-length': 2 },
    })
    req.flushHeaders()
    await once(req, 'continue')
    req.end('{}')
    const [res] = await once(req, 'response')
    expect(JSON.parse((await res.toArray()).join(''))).toEqual({ got: '{}', expect: null })
  })
})

/** Sends `pieces` with node:http, which leaves the cutting to the caller. */
async function post(gateway: TestGateway, path: string, pieces: Buffer[], chunked: boolean): Promise<Buffer> {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const headers = { authorization: `Bearer ${gateway.token}`, ...(chunked ? {} : { 'content-length': length }) }
  const req = request(`${gateway.address}${path}`, { method: 'POST', headers })
  for (const piece of pieces) req.write(piece)
  req.end()
  const [res] = await once(req, 'response')
  return Buffer.concat(await res.toArray())
}
