import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { ServerResponse } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import { beginEvents, openUpstream, sendJson } from '../../support/fake-upstream/open-upstream.ts'
import { request, sendRaw, type RawReply } from '../http/raw-client.ts'
import { CANARY, openGateway, type TestGateway } from './open-gateway.ts'

const HEAD = 'data: {"choices":[{"delta":{"content":"'

/** Everything that a tool receives, as bytes. */
async function received(answer: (res: ServerResponse, key: string) => void | Promise<void>, key = CANARY) {
  await using upstream = await openUpstream((req, res) => answer(res, (req.headers.authorization ?? '').slice(7)))
  await using gateway = await openGateway()
  await gateway.add({ name: 'up', base_url: upstream.origin, api_key: key })
  const reply = await get(gateway)
  const audit = gateway.lines.filter((line) => line.includes('sent its key back')).length
  expect(gateway.lines.join('')).not.toContain(key)
  return { ...reply, echoes: gateway.echoes.length, audit }
}

function get(gateway: TestGateway): Promise<RawReply> {
  return sendRaw(gateway.port, request(gateway, 'GET /proxy/up/models'))
}

/** No 12 characters of the key in a row: more than its beginning was not passed on. */
function expectNothingOf(text: string, key = CANARY): void {
  for (let at = 0; at + 12 <= key.length; at++) expect(text).not.toContain(key.slice(at, at + 12))
}

describe('a provider that sends its key back', () => {
  it('is answered for with 502 where the key is in a header', async () => {
    const reply = await received((res, key) => {
      res.setHeader('x-debug', `authorization: Bearer ${key}`)
      sendJson(res, 200, {})
    })
    expect(reply).toMatchObject({ status: 502, echoes: 1, audit: 1 })
    expect(JSON.parse(reply.body).error.code).toBe('upstream_echoed_key')
    expect(reply.headers['x-should-retry']).toBe('false')
    expectNothingOf(reply.text)
  })

  it('is answered for with 502 where the key is in the first bytes of the body', async () => {
    const reply = await received((res, key) => sendJson(res, 401, { error: { message: `Incorrect key: ${key}` } }))
    expect(reply).toMatchObject({ status: 502, echoes: 1, audit: 1 })
    expectNothingOf(reply.text)
  })

  it('is cut off at every offset at which a stream can split the key', async () => {
    let split = 0
    await using upstream = await openUpstream(async (_req, res) => {
      beginEvents(res)
      const sent = (text: string): Promise<void> => new Promise((resolve) => res.write(text, () => resolve()))
      await sent(`data: {}\n\n${HEAD}${CANARY.slice(0, split)}`)
      await sent(CANARY.slice(split))
      res.end('"}}]}\n\ndata: [DONE]\n\n')
    })
    await using gateway = await openGateway()
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    for (split = 0; split <= CANARY.length; split++) {
      const { text } = await get(gateway)
      expect([split, gateway.echoes.length]).toEqual([split, split + 1])
      expectNothingOf(text)
      expect(text).not.toContain('[DONE]')
    }
  })

  it('is cut off where the answer is encoded, though nobody asked for that', async () => {
    for (const [encoding, encode] of [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
    ] as const) {
      const reply = await received((res, key) => {
        res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding })
        res.end(encode(Buffer.from(JSON.stringify({ headers: { authorization: `Bearer ${key}` } }))))
      })
      expect([encoding, reply.status, reply.echoes]).toEqual([encoding, 502, 1])
    }
  })

  it('is refused where the answer comes in an encoding that nobody can look into', async () => {
    const reply = await received((res) => {
      res.writeHead(200, { 'content-encoding': 'compress' })
      res.end('??')
    })
    expect(reply).toMatchObject({ status: 502, echoes: 0 })
  })

  it('gets its encoded answers through, byte for byte, where there is no key in them', async () => {
    const bytes = gzipSync(Buffer.from('x'.repeat(100_000)))
    await using upstream = await openUpstream((_req, res) => {
      res.writeHead(200, { 'content-encoding': 'gzip' })
      res.write(bytes.subarray(0, 20))
      res.end(bytes.subarray(20))
    })
    await using gateway = await openGateway()
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    const response = await gateway.call('/proxy/up/models')
    expect(await response.text()).toBe('x'.repeat(100_000))
  })

  it('is not watched for a key of less than 16 characters, which any text may hold', async () => {
    const reply = await received((res, key) => sendJson(res, 200, { key }), 'a-short-key')
    expect(reply).toMatchObject({ status: 200, echoes: 0 })
  })

  it('leaves a row in the audit', async () => {
    await using upstream = await openUpstream((req, res) => sendJson(res, 200, { key: req.headers.authorization }))
    await using gateway = await openGateway()
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    await gateway.call('/proxy/up/models')
    await vi.waitFor(() => expect(gateway.audited()).toEqual(['key.use', 'key.echo']))
  })
})
