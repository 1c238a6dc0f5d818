import { describe, expect, it } from 'vitest'
import { createLog } from '../../../src/core/log.ts'
import { API_BASE, operationIds, operations, routeOf } from '../../../src/shared/contract.ts'
import { openTempCore } from '../../support/temp-core.ts'
import { dumpVault } from '../../support/vault-dump.ts'
import { openTestListener } from './small-core.ts'

const TOKEN = 'a-token-of-the-owners-own-for-tests'
const CANARY = 'sk-canary-Zx81Qw3rTy5u7io9pLkJhGfDsA'

interface Answered {
  status: number
  headers: Headers
  text: string
  /** The body; null where it is empty. */
  json: unknown
}

/** The real core behind the real listener, asked over HTTP. */
async function openRest(home?: string) {
  const lines: string[] = []
  const temp = await openTempCore({
    env: { LATCHKEY_TOKEN: TOKEN },
    log: createLog({ destination: { write: (line: string) => void lines.push(line) } }),
    ...(home === undefined ? {} : { home }),
  })
  const { listener } = await temp.core.listener.serve({ port: 0 })
  const answers: string[] = []
  return {
    ...temp,
    listener,
    lines,
    /** Everything that was answered, for the search after secrets. */
    answers,
    async ask(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answered> {
      const json = body === undefined ? {} : { body: JSON.stringify(body) }
      const response = await fetch(`${listener.address}${API_BASE}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${TOKEN}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...json,
        ...(signal === undefined ? {} : { signal }),
      })
      const text = await response.text()
      answers.push(text)
      const parsed: unknown = text === '' ? null : JSON.parse(text)
      return { status: response.status, headers: response.headers, text, json: parsed }
    },
    [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose](),
  }
}

const acme = {
  name: 'acme',
  display_name: 'Acme',
  base_url: 'https://api.acme.example/v1',
  api_key: CANARY,
  models: ['m1', 'm2'],
}

function idOf({ json }: Answered): number {
  if (typeof json === 'object' && json !== null && 'id' in json && typeof json.id === 'number') return json.id
  throw new Error(`no id in ${JSON.stringify(json)}`)
}

describe('a provider over REST', () => {
  it('is created, listed, changed and deleted with the statuses of the table', async () => {
    await using rest = await openRest()
    const created = await rest.ask('POST', '/providers', acme)
    expect([created.status, created.headers.get('content-type')]).toEqual([201, 'application/json'])
    const path = `/providers/${idOf(created)}`
    expect(created.json).toMatchObject({ name: 'acme', has_api_key: true, key_state: 'stored', is_predefined: false })
    expect((await rest.ask('GET', path)).json).toEqual(created.json)
    expect((await rest.ask('GET', '/providers/with-keys')).json).toEqual([created.json])
    expect((await rest.ask('GET', '/providers/models')).json).toEqual(['acme/m1', 'acme/m2'])

    const changed = await rest.ask('PUT', path, { display_name: 'Acme Ltd' })
    expect([changed.status, changed.json]).toMatchObject([200, { display_name: 'Acme Ltd', has_api_key: true }])
    const model = await rest.ask('POST', `${path}/models`, { name: 'm3', display_name: 'M3' })
    expect(model.status).toBe(201)
    expect((await rest.ask('GET', `${path}/models`)).json).toHaveLength(3)
    expect((await rest.ask('DELETE', `/providers/models/${idOf(model)}`)).status).toBe(204)

    const removed = await rest.ask('DELETE', `${path}/api-key`)
    expect([removed.status, removed.text, removed.headers.get('content-type')]).toEqual([204, '', null])
    expect((await rest.ask('GET', path)).json).toMatchObject({ has_api_key: false, key_state: 'none' })
    expect((await rest.ask('DELETE', path)).status).toBe(204)
    expect((await rest.ask('GET', path)).status).toBe(404)
  })

  it('is refused with one row per cause', async () => {
    await using rest = await openRest()
    const created = await rest.ask('POST', '/providers', acme)
    const path = `/providers/${idOf(created)}`
    const cases: [string, string, unknown, number, Record<string, unknown>][] = [
      [
        'POST',
        '/providers',
        acme,
        409,
        { detail: "Provider with name 'acme' already exists", code: 'provider_exists' },
      ],
      ['POST', `${path}/models`, { name: 'm1', display_name: 'M' }, 409, { code: 'model_exists' }],
      ['PUT', path, { base_url: 'https://elsewhere.example/v1' }, 409, { code: 'key_reentry_required' }],
      ['PUT', path, { api_key: '' }, 422, { code: 'invalid_input', errors: [{ path: 'api_key' }] }],
      ['PUT', path, { displayname: 'typo' }, 422, { code: 'invalid_input', errors: [{ path: 'displayname' }] }],
      ['PUT', path, { name: 'other' }, 422, { code: 'invalid_input' }],
      ['POST', '/providers', { name: 'No Spaces', display_name: '' }, 422, { code: 'invalid_input' }],
      [
        'GET',
        '/providers/999999',
        undefined,
        404,
        { detail: 'Provider with ID 999999 not found', code: 'provider_not_found' },
      ],
      ['GET', '/providers/-1', undefined, 404, { code: 'provider_not_found' }],
      ['GET', `/providers/${'9'.repeat(50)}`, undefined, 404, { code: 'provider_not_found' }],
      ['GET', '/providers/acme', undefined, 422, { code: 'invalid_input', errors: [{ path: 'provider_id' }] }],
      ['GET', '/providers/1.5', undefined, 422, { code: 'invalid_input' }],
      ['GET', '/providers/0x1', undefined, 422, { code: 'invalid_input' }],
      ['GET', '/providers/__proto__', undefined, 422, { code: 'invalid_input' }],
      ['DELETE', '/providers/models/999999', undefined, 404, { code: 'model_not_found' }],
      ['GET', '/providers?page=1', undefined, 422, { code: 'invalid_input', errors: [{ path: 'page' }] }],
      ['GET', '/nothing', undefined, 404, { code: 'route_not_found' }],
      ['PATCH', path, {}, 405, { code: 'method_not_allowed' }],
    ]
    const before = await rest.ask('GET', '/providers')
    for (const [method, route, body, status, error] of cases) {
      const answer = await rest.ask(method, route, body)
      expect([method, route, answer.status, answer.json]).toMatchObject([method, route, status, error])
    }
    expect((await rest.ask('GET', '/providers')).text).toBe(before.text)
    expect((await rest.ask('PATCH', path, {})).headers.get('allow')).toBe('GET, PUT, DELETE')
  })

  it('of the catalog is not deleted: 403, and it is intact', async () => {
    await using rest = await openRest()
    const before = await rest.ask('GET', '/providers')
    const [first] = Array.isArray(before.json) ? before.json : []
    const refused = await rest.ask('DELETE', `/providers/${first.id}`)
    expect([refused.status, refused.json]).toMatchObject([403, { code: 'provider_predefined' }])
    expect((await rest.ask('GET', '/providers')).text).toBe(before.text)
  })

  it('shows its key in no answer and no line of the log, whatever is asked', async () => {
    await using rest = await openRest()
    const created = await rest.ask('POST', '/providers', acme)
    const path = `/providers/${idOf(created)}`
    await rest.ask('PUT', path, { api_key: `${CANARY}2`, base_url: 'https://elsewhere.example' })
    await rest.ask('POST', '/providers', acme)
    await rest.ask('PUT', path, { api_key: `${CANARY} with spaces` })
    await rest.ask('PUT', path, { api_key: [CANARY] })
    await rest.ask('PUT', path, { unknown: CANARY, api_key: CANARY })
    await rest.ask('GET', `${path}?api_key=${CANARY}`)
    for (const id of operationIds) {
      const { route, doors } = operations[id]
      if (route === null || !doors.includes('rest') || id === 'waitForChange' || id === 'startOver') continue
      const { method, path } = routeOf(route)
      const target = path.replaceAll(/\{\w+\}/g, String(idOf(created)))
      await rest.ask(method, target, method === 'GET' || method === 'DELETE' ? undefined : { api_key: CANARY })
    }
    expect(rest.answers.length).toBeGreaterThan(25)
    for (const text of rest.answers) {
      expect(text).not.toContain(CANARY)
      expect(text).not.toMatch(/"api_key"\s*:/)
      expect(text).not.toContain('gAAAA')
    }
    expect(rest.lines.join('')).not.toContain(CANARY)
  })
})

describe('GET', () => {
  it('answers from memory until something changes, through whichever door', async () => {
    await using rest = await openRest()
    const first = await rest.ask('GET', '/providers')
    expect((await rest.ask('GET', '/providers')).text).toBe(first.text)
    await rest.client.createProvider({ name: 'by-cli', display_name: 'By CLI' })
    const second = await rest.ask('GET', '/providers')
    expect(second.text).toContain('"by-cli"')
    await rest.ask('POST', '/providers', { name: 'by-rest', display_name: 'By REST' })
    expect((await rest.ask('GET', '/providers')).text).toContain('"by-rest"')
  })

  it('sees at once what another process wrote', async () => {
    await using rest = await openRest()
    const before = await rest.ask('GET', '/providers')
    expect(before.text).not.toContain('from-elsewhere')
    await using other = await openTempCore({ home: rest.home, key: rest.key })
    await other.client.createProvider({ name: 'from-elsewhere', display_name: 'From elsewhere' })
    expect((await rest.ask('GET', '/providers')).text).toContain('"from-elsewhere"')
  })

  it('of the status or the next change is asked anew each time', async () => {
    const asked: string[] = []
    const call = async (id: string) => {
      asked.push(id)
      return { ok: true as const, value: {} }
    }
    await using opened = await openTestListener({ deps: { call } })
    for (const path of ['/status', '/status', '/changes?since=1', '/changes?since=1', '/settings', '/settings']) {
      const headers = { authorization: `Bearer ${opened.token}` }
      expect((await fetch(`${opened.listener.address}${API_BASE}${path}`, { headers })).status).toBe(200)
    }
    expect(asked).toEqual(['getStatus', 'getStatus', 'waitForChange', 'waitForChange', 'getSettings'])
  })

  it('of the same provider by another id is another answer', async () => {
    await using rest = await openRest()
    const [a, b] = [
      await rest.ask('POST', '/providers', { name: 'a', display_name: 'A' }),
      await rest.ask('POST', '/providers', { name: 'b', display_name: 'B' }),
    ]
    for (let i = 0; i < 2; i++) {
      expect((await rest.ask('GET', `/providers/${idOf(a)}`)).json).toEqual(a.json)
      expect((await rest.ask('GET', `/providers/${idOf(b)}`)).json).toEqual(b.json)
    }
  })

  it('changes nothing, on any route, by any parameter', async () => {
    await using rest = await openRest()
    await rest.ask('POST', '/providers', acme)
    const before = dumpVault(rest.home)
    const routes = operationIds.flatMap((id) => {
      const { route, doors } = operations[id]
      return route?.startsWith('GET ') && doors.includes('rest') ? [routeOf(route).path] : []
    })
    expect(routes.length).toBeGreaterThan(8)
    for (const route of routes) {
      // A predefined provider without a key: what would ask its provider something finds no key to ask with.
      const path = route.replaceAll(/\{\w+\}/g, '1')
      expect([path, (await rest.ask('GET', path)).status < 500]).toEqual([path, true])
      for (const query of ['display_name=Changed', '_method=DELETE']) {
        expect([path, (await rest.ask('GET', `${path}?${query}`)).status]).toEqual([path, 422])
      }
    }
    expect(dumpVault(rest.home)).toEqual(before)
  })

  it('may be HEAD: the same headers, no body', async () => {
    await using rest = await openRest()
    const get = await rest.ask('GET', '/providers')
    const head = await rest.ask('HEAD', '/providers')
    expect([head.status, head.text]).toEqual([200, ''])
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(get.text)))
  })

  it('/changes waits for one', async () => {
    await using rest = await openRest()
    const now = await rest.ask('GET', '/changes')
    const { revision } = now.json as { revision: string }
    const waiting = rest.ask('GET', `/changes?since=${encodeURIComponent(revision)}`)
    await rest.ask('POST', '/providers', { name: 'new', display_name: 'New' })
    const changed = await waiting
    expect(changed.status).toBe(200)
    expect((changed.json as { revision: string }).revision).not.toBe(revision)
  })

  it('/changes whose client has gone leaves nothing behind that would hurt', async () => {
    await using rest = await openRest()
    const { revision } = (await rest.ask('GET', '/changes')).json as { revision: string }
    const gone = new AbortController()
    const waiting = rest.ask('GET', `/changes?since=${encodeURIComponent(revision)}`, undefined, gone.signal)
    gone.abort()
    await expect(waiting).rejects.toThrow('aborted')
    expect((await rest.ask('POST', '/providers', { name: 'new', display_name: 'New' })).status).toBe(201)
  })

  it('/openapi.json describes every route', async () => {
    await using rest = await openRest()
    const { status, json } = await rest.ask('GET', '/openapi.json')
    const { openapi, paths } = json as { openapi: string; paths: Record<string, Record<string, unknown>> }
    expect([status, openapi]).toEqual([200, '3.1.0'])
    for (const id of operationIds) {
      const { route, doors } = operations[id]
      if (route === null || !doors.includes('rest')) continue
      const { method, path } = routeOf(route)
      expect(paths[API_BASE + path]?.[method.toLowerCase()]).toMatchObject({ operationId: id })
    }
  })
})

describe('the log of requests', () => {
  it('has one line each: method, route pattern, status, time, and nothing the client wrote', async () => {
    await using rest = await openRest()
    await rest.ask('GET', '/providers/7?since=what-was-asked')
    await rest.ask('POST', '/providers', { name: 'what-was-sent', display_name: 'What was sent' })
    await rest.ask('GET', '/what-was-tried')
    const requests = rest.lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request')
    expect(requests).toMatchObject([
      { level: 'info', method: 'GET', route: '/api/v1/providers/{provider_id}', status: 422 },
      { level: 'info', method: 'POST', route: '/api/v1/providers', status: 201 },
      { level: 'info', method: 'GET', route: null, status: 404 },
    ])
    for (const request of requests) {
      expect(Object.keys(request).sort()).toEqual(['level', 'method', 'ms', 'msg', 'route', 'status', 'time'])
      expect(request.ms).toBeGreaterThanOrEqual(0)
    }
    expect(rest.lines.join('')).not.toMatch(/what-was|What was|a-token-of/)
  })
})
