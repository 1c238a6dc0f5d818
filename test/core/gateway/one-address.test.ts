import { describe, expect, it } from 'vitest'
import { openAnthropic } from '../../support/fake-upstream/anthropic.ts'
import { openGoogle } from '../../support/fake-upstream/google.ts'
import { openUpstream, sendJson } from '../../support/fake-upstream/open-upstream.ts'
import { CANARY, openGateway, type TestGateway } from './open-gateway.ts'

const post = (gateway: TestGateway, path: string, body: string, headers: Record<string, string> = {}) =>
  gateway.call(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })

describe('the one address', () => {
  it('goes by the model: to the provider that is named before it, or the only one that has it', async () => {
    await using upstream = await openUpstream(async (req, res, seen) => {
      await seen.arrived
      sendJson(res, 200, { url: req.url, got: seen.body.toString() })
    })
    await using gateway = await openGateway()
    for (const name of ['one', 'two', 'keyless']) {
      const key = name === 'keyless' ? {} : { api_key: CANARY }
      await gateway.add({
        name,
        base_url: `${upstream.origin}/${name}`,
        models: ['both', `only-${name}`, 'a/b'],
        ...key,
      })
    }
    const ask = async (model: string) => {
      const response = await post(gateway, '/v1/chat/completions', `{"a": 1.0,  "model" : "${model}","b":[]}`)
      return response.ok ? await response.json() : { status: response.status, text: await response.text() }
    }
    expect(await ask('one/both')).toEqual({
      url: '/one/chat/completions',
      got: '{"a": 1.0,  "model" : "both","b":[]}',
    })
    expect(await ask('only-two')).toEqual({
      url: '/two/chat/completions',
      got: '{"a": 1.0,  "model" : "only-two","b":[]}',
    })
    // Named with its provider, a model need not be in any list, and may have slashes of its own.
    expect(await ask('two/not/listed')).toMatchObject({ got: '{"a": 1.0,  "model" : "not/listed","b":[]}' })
    expect(await ask('both')).toMatchObject({ status: 400, text: expect.stringContaining('one/both or two/both') })
    expect(await ask('a/b')).toMatchObject({ status: 400, text: expect.stringContaining('model_ambiguous') })
    expect(await ask('none')).toMatchObject({ status: 404, text: expect.stringContaining('model_not_found') })
    expect(await ask('only-keyless')).toMatchObject({ status: 404 })
    expect(await ask('keyless/both')).toMatchObject({ status: 400, text: expect.stringContaining('no key') })
  })

  it("goes to the provider's endpoint of the caller's dialect, where the catalog names one at the same origin", async () => {
    await using anthropic = await openAnthropic({ key: CANARY })
    await using google = await openGoogle({ key: CANARY })
    const { origin } = google
    const catalog = `providers:
  anthropic: { base_url: "${anthropic.origin}", dialect: anthropic, endpoints: { openai: "${anthropic.origin}/v1" } }
  google: { base_url: "${origin}", dialect: google, endpoints: { openai: "${origin}/v1beta/openai" } }`
    await using gateway = await openGateway({ catalog })
    for (const { id } of await gateway.temp.client.listProviders({})) {
      await gateway.temp.client.updateProvider({ provider_id: id, api_key: CANARY })
    }
    const chat = (model: string) => JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] })
    for (const [path, model] of [
      ['/v1/chat/completions', 'anthropic/claude-test'],
      ['/v1/chat/completions', 'google/gemini-test'],
      ['/proxy/anthropic/v1/chat/completions', 'claude-test'],
      ['/proxy/google/v1beta/openai/chat/completions', 'gemini-test'],
    ] as const) {
      const response = await post(gateway, path, chat(model))
      expect([path, response.status]).toEqual([path, 200])
      const last = (model.includes('claude') ? anthropic : google).last()
      expect(last.headers.authorization).toBe(`Bearer ${CANARY}`)
      expect(last.headers).not.toHaveProperty('x-api-key')
      expect(last.headers).not.toHaveProperty('x-goog-api-key')
    }
    expect(anthropic.last().url).toBe('/v1/chat/completions')
    expect(google.last().url).toBe('/v1beta/openai/chat/completions')
    const response = await post(gateway, '/v1/messages', chat('google/gemini-test'))
    expect([response.status, await response.json()]).toMatchObject([400, { type: 'error' }])
  })

  it('leaves a body as it is, byte for byte, but for the one name', async () => {
    await using upstream = await openUpstream(async (_req, res, seen) => {
      await seen.arrived
      res.end(seen.body)
    })
    await using gateway = await openGateway()
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY, models: ['m'] })
    const bodies = [
      '{"system":"é\\u00e9 \\/ 😀","z":1,"a":1e5,"model":"up/m","model_name":"up/m","n":{"model":"up/m"}}\n',
      '{\r\n\t"model":\t"\\u0075p\\/m" ,"x":"\\ud83d"}',
    ]
    const changed = [
      '{"system":"é\\u00e9 \\/ 😀","z":1,"a":1e5,"model":"m","model_name":"up/m","n":{"model":"up/m"}}\n',
      '{\r\n\t"model":\t"m" ,"x":"\\ud83d"}',
    ]
    for (const [i, body] of bodies.entries()) {
      expect(await (await post(gateway, '/v1/chat/completions', body)).text()).toBe(changed[i])
      // A bare name needs no change at all.
      const bare = body.replace(/"up\/m" ?,"model_name|"\\u0075p\\\/m"/, (text) =>
        text.replace(/up\/|\\u0075p\\\//, ''),
      )
      expect(await (await post(gateway, '/v1/chat/completions', bare)).text()).toBe(bare)
    }
  })

  it('reads bodies of up to 64 MiB, and refuses larger ones and encoded ones', async () => {
    await using upstream = await openUpstream(async (_req, res, seen) => {
      await seen.arrived
      sendJson(res, 200, { length: seen.body.length })
    })
    await using gateway = await openGateway()
    await gateway.add({ name: 'up', base_url: upstream.origin, api_key: CANARY })
    const body = (size: number): string => `{"model":"up/m","x":"${'y'.repeat(size - 23)}"}`
    const largest = await post(gateway, '/v1/chat/completions', body(67_108_864))
    expect(await largest.json()).toEqual({ length: 67_108_864 - 3 })
    const larger = await post(gateway, '/v1/chat/completions', body(67_108_865))
    expect([larger.status, larger.headers.get('x-should-retry')]).toEqual([413, 'false'])
    const chunked = new Blob([body(67_108_865)]).stream()
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: chunked, duplex: 'half' }
    expect((await gateway.call('/v1/chat/completions', init as RequestInit)).status).toBe(413)
    expect((await post(gateway, '/v1/chat/completions', '{}', { 'content-encoding': 'gzip' })).status).toBe(415)
    expect(upstream.seen).toHaveLength(1)
  }, 120_000)

  it('lists models in the shape of the one who asks', async () => {
    await using gateway = await openGateway()
    const key = { base_url: 'http://127.0.0.1:9', api_key: CANARY }
    await gateway.add({ name: 'o', models: ['a'], ...key })
    await gateway.add({ name: 'c', models: ['b'], dialect: 'anthropic', ...key })
    await gateway.add({ name: 'g', models: ['d'], dialect: 'google', ...key })
    await gateway.add({ name: 'keyless', models: ['e'], base_url: 'http://127.0.0.1:9' })
    const list = async (path: string, headers: Record<string, string> = {}) =>
      (await gateway.call(path, { headers })).json()
    expect(await list('/v1/models')).toMatchObject({ object: 'list', data: [{ id: 'o/a', object: 'model' }] })
    expect(await list('/v1/models?limit=1000', { 'anthropic-version': '2023-06-01' })).toMatchObject({
      data: [{ type: 'model', id: 'c/b' }],
      has_more: false,
      first_id: 'c/b',
      last_id: 'c/b',
    })
    expect(await list('/v1/models', { 'x-api-key': gateway.token })).toMatchObject({ first_id: 'c/b' })
    expect(await list('/v1/models', { 'x-goog-api-key': gateway.token })).toEqual({
      models: [{ name: 'models/g/d', displayName: 'd' }],
    })
    expect(await list('/v1beta/models?pageSize=1')).toEqual({ models: [{ name: 'models/g/d', displayName: 'd' }] })
    expect(await list('/v1/models/o%2Fa')).toMatchObject({ id: 'o/a' })
    expect(await list('/v1/v1/models/a')).toMatchObject({ id: 'a', owned_by: 'o' })
    expect(gateway.uses).toEqual([])
  })

  it("takes Gemini's models by other names of the path, too", async () => {
    await using upstream = await openUpstream(async (req, res, seen) => {
      await seen.arrived
      sendJson(res, 200, { url: req.url, got: seen.body.toString() })
    })
    await using gateway = await openGateway()
    const provider = { base_url: `${upstream.origin}/gw`, dialect: 'google' as const, api_key: CANARY }
    await gateway.add({ name: 'g', models: ['gemini'], ...provider })
    const ask = async (path: string, body = '{}') => (await post(gateway, path, body)).json()
    expect(await ask('/v1beta/models/g/gemini:generateContent?alt=sse')).toMatchObject({
      url: '/gw/v1beta/models/gemini:generateContent?alt=sse',
    })
    expect(await ask('/v1beta/models/g%2Fgemini:generateContent')).toMatchObject({
      url: '/gw/v1beta/models/gemini:generateContent',
    })
    expect(await ask('/v1beta/g/gemini:generateContent')).toMatchObject({
      url: '/gw/v1beta/models/gemini:generateContent',
    })
    const body = '{"requests":[{"model":"models/g/gemini"},{"model":"models/other"}]}'
    expect(await ask('/v1beta/models/g/gemini:batchEmbedContents', body)).toMatchObject({
      got: '{"requests":[{"model":"models/gemini"},{"model":"models/other"}]}',
    })
    expect(await ask('/v1beta/interactions', '{"model":"g/gemini","input":"hi"}')).toMatchObject({
      url: '/gw/v1beta/interactions',
      got: '{"model":"gemini","input":"hi"}',
    })
  })
})
