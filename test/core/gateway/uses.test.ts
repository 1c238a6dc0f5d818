import { describe, expect, it, vi } from 'vitest'
import type { Cut, Ending, KeyCandidate, Use, Watcher } from '../../../src/core/gateway/ports.ts'
import { lastEventOf } from '../../../src/core/gateway/refusal.ts'
import { appError } from '../../../src/shared/errors.ts'
import { beginEvents, openUpstream, sendJson } from '../../support/fake-upstream/open-upstream.ts'
import { CANARY, openGateway } from './open-gateway.ts'

const CHAT = '/proxy/up/chat/completions'
const POST = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"model":"m"}' }

/** A key that stands in no vault. */
const key = (id: string, statuses: number[] = []): KeyCandidate => ({
  id,
  open: async () => Buffer.from(`${CANARY}-${id}`),
  onAnswer: (status) => void statuses.push(status),
})

describe('a use', () => {
  it('is written down before a byte goes up, and says what it was', async () => {
    const order: string[] = []
    await using upstream = await openUpstream((_req, res) => {
      order.push('upstream')
      sendJson(res, 200, {})
    })
    await using gateway = await openGateway({
      ports: (base) => ({
        async beforeUse(use, cut) {
          await base.beforeUse(use, cut)
          order.push('written')
          return undefined
        },
      }),
    })
    const { id } = await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY, models: ['m'] })
    await gateway.call(`${CHAT}?key=x`, POST)
    await gateway.call('/v1/chat/completions', POST)
    expect(order).toEqual(['written', 'upstream', 'written', 'upstream'])
    const use = {
      caller: { kind: 'admin', name: 'test' },
      provider: 'up',
      provider_id: id,
      dialect: 'openai',
      scope: 'inference',
      method: 'POST',
      route: '/chat/completions',
      key_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      base_url: upstream.origin,
      attempt: 1,
      body: { held: undefined, size: expect.any(Function) },
    }
    expect(gateway.uses).toEqual([
      { ...use, model: null },
      { ...use, model: 'm', body: { ...use.body, held: expect.any(Buffer) } },
    ])
    expect(gateway.audited()).toEqual(['key.use', 'key.use'])
  })

  it('can be watched: the head, the very bytes, and how it ended', async () => {
    await using upstream = await openUpstream(async (req, res) => {
      if (req.url?.endsWith('/completions') !== true) {
        res.destroy()
        return
      }
      beginEvents(res, { 'x-request-id': 'r1' })
      for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
        await new Promise<void>((resolve) => res.write(text, () => resolve()))
        await new Promise(setImmediate)
      }
      res.end()
    })
    const seen: unknown[] = []
    const watcher: Watcher = {
      onHead: (status, headers) => void seen.push([status, headers.includes('r1')]),
      onChunk: (chunk) => void seen.push(chunk.toString()),
      onFinish: (ending) => void seen.push(ending),
    }
    await using gateway = await openGateway({ ports: () => ({ beforeUse: async () => watcher }) })
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    await (await gateway.call(CHAT, POST)).text()
    const ending: Ending = {
      status: 200,
      outcome: 'complete',
      first_byte_ms: expect.any(Number),
      total_ms: expect.any(Number),
    }
    expect(seen[0]).toEqual([200, true])
    expect(seen.slice(1, -1).join('')).toBe('data: 1\n\ndata: 2\n\n')
    expect(seen.at(-1)).toEqual(ending)
    await gateway.call('/proxy/up/models')
    expect(seen.at(-1)).toMatchObject({ status: null, outcome: 'failed', first_byte_ms: null })
  })

  it('ends with what the caller did, also where it goes away', async () => {
    await using upstream = await openUpstream((_req, res) => {
      beginEvents(res)
      res.write('data: 1\n\n')
    })
    const endings: Ending[] = []
    const watcher: Watcher = { onFinish: (ending) => void endings.push(ending) }
    await using gateway = await openGateway({ ports: () => ({ beforeUse: async () => watcher }) })
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    const abort = new AbortController()
    const response = await gateway.call(CHAT, { ...POST, signal: abort.signal })
    await response.body?.getReader().read()
    abort.abort()
    await vi.waitFor(() => expect(endings).toMatchObject([{ status: 200, outcome: 'client_gone' }]))
  })

  it('can be cut within its stream: by the limit that was reached, or with the token that was revoked', async () => {
    await using upstream = await openUpstream((_req, res) => {
      beginEvents(res)
      res.write('data: 1\n\n')
    })
    const cuts: Cut[] = []
    await using gateway = await openGateway({
      ports: () => ({
        beforeUse: async (_use, cut) => {
          cuts.push(cut)
          return undefined
        },
      }),
    })
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    const why = appError('unauthorized', undefined)
    const ways = [() => cuts[0]?.(why), () => gateway.gateway.cutOff(({ name }) => (name === 'test' ? why : undefined))]
    for (const cut of ways) {
      const response = await gateway.call(CHAT, POST)
      const reader = response.body?.getReader()
      await reader?.read()
      gateway.gateway.cutOff(({ name }) => (name === 'another' ? why : undefined))
      cut()
      const { value } = (await reader?.read()) ?? {}
      expect(new TextDecoder().decode(value)).toBe(lastEventOf(why, 'openai').toString())
      expect(await reader?.read()).toMatchObject({ done: true })
      expect(await upstream.last().cut).toBe(true)
    }
  })

  it('that is cut before anything went up never goes up', async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using gateway = await openGateway({
      ports: () => ({
        beforeUse: async (_use, cut) => {
          cut(appError('unauthorized', undefined))
          return undefined
        },
      }),
    })
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    const response = await gateway.call(CHAT, POST)
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect(upstream.connections).toBe(0)
  })
})

describe('several keys', () => {
  it('are tried in their order while the provider refuses the key, and the caller sees the one answer', async () => {
    await using upstream = await openUpstream(async (req, res, seen) => {
      await seen.arrived
      const id = req.headers.authorization?.at(-1)
      sendJson(res, { a: 401, b: 429, c: 200, d: 200 }[id ?? ''] ?? 500, { id })
    })
    const statuses: number[] = []
    const candidates = ['a', 'b', 'c', 'd'].map((id) => key(id, statuses))
    await using gateway = await openGateway({ ports: () => ({ keysFor: () => candidates }) })
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY, models: ['m'] })
    for (const path of [CHAT, '/v1/chat/completions']) {
      expect(await (await gateway.call(path, POST)).json()).toEqual({ id: 'c' })
      expect(upstream.seen.splice(0).map(({ body }) => body.toString())).toEqual([POST.body, POST.body, POST.body])
    }
    expect(statuses).toEqual([401, 429, 200, 401, 429, 200])
    const told = gateway.uses.map(({ key_id, attempt }: Use) => [key_id, attempt])
    expect(told.slice(0, 3)).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ])
  })

  it('leave the last refusal to the caller, as the provider said it', async () => {
    await using upstream = await openUpstream((req, res) =>
      sendJson(res, 401, { error: { message: `no ${req.headers.authorization?.at(-1)}` } }),
    )
    await using gateway = await openGateway({ ports: () => ({ keysFor: () => [key('a'), key('b')] }) })
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    const response = await gateway.call(CHAT, POST)
    expect([response.status, await response.json()]).toEqual([401, { error: { message: 'no b' } }])
  })

  it('are not tried for what is no fault of the key, nor once a body is too large to be kept', async () => {
    await using upstream = await openUpstream(async (_req, res, seen) => {
      await seen.arrived
      sendJson(res, seen.body.length > 100 ? 401 : 500, {})
    })
    await using gateway = await openGateway({
      ports: () => ({ keysFor: () => [key('a'), key('b')] }),
      limits: { retry_bytes: 100_000 },
    })
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    expect((await gateway.call(CHAT, POST)).status).toBe(500)
    expect(upstream.seen).toHaveLength(1)
    expect((await gateway.call(CHAT, { ...POST, body: 'x'.repeat(90_000) })).status).toBe(401)
    expect(upstream.seen).toHaveLength(3)
    expect((await gateway.call(CHAT, { ...POST, body: 'x'.repeat(1_000_000) })).status).toBe(401)
    expect(upstream.seen).toHaveLength(4)
    expect(upstream.last().body.length).toBe(1_000_000)
  })
})

describe('a token for certain models', () => {
  it('has its body read first, and goes up only for those', async () => {
    await using upstream = await openUpstream(async (_req, res, seen) => {
      await seen.arrived
      sendJson(res, 200, { got: seen.body.toString() })
    })
    const allowed = (model: string | null): boolean => model === null || model === 'm'
    await using gateway = await openGateway({
      ports: () => ({
        needsModel: () => 'scope',
        mayUse: ({ model }) => (allowed(model) ? undefined : appError('not_allowed', { what: `Not ${model}` })),
      }),
    })
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY, models: ['m', 'n'] })
    await gateway.add({ name: 'g', base_url: upstream.origin, dialect: 'google', api_key: CANARY, models: ['m'] })
    const status = async (path: string, body: string): Promise<number> =>
      (await gateway.call(path, { ...POST, body })).status
    expect(await status(CHAT, '{"a":{"model":"n"},"model":"m"}')).toBe(200)
    expect(upstream.last().body.toString()).toBe('{"a":{"model":"n"},"model":"m"}')
    expect(await status(CHAT, '{"model":"n"}')).toBe(403)
    expect(await status(CHAT, '{"model":"m","model":"n"}')).toBe(400)
    expect(await status(CHAT, '{"model":"m","Model":"n"}')).toBe(400)
    expect(await status(CHAT, '{}')).toBe(403)
    expect(await status('/proxy/up/audio/transcriptions', 'model=m')).toBe(403)
    expect(await status('/proxy/g/v1beta/models/m:generateContent', '{}')).toBe(200)
    expect(await status('/proxy/g/v1beta/models/n:generateContent', '{}')).toBe(403)
    expect(await status('/v1/chat/completions', '{"model":"up/n"}')).toBe(403)
    expect(upstream.seen).toHaveLength(2)
    const { data } = (await (await gateway.call('/v1/models')).json()) as { data: { id: string }[] }
    expect(data.map(({ id }) => id)).toEqual(['up/m'])
  })
})
