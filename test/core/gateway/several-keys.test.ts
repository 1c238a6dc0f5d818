import type { ServerResponse } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { mayRefuseBy400, refusesKey } from '../../../src/core/gateway/key-verdict.ts'
import { beginEvents, openUpstream, sendJson } from '../../support/fake-upstream/open-upstream.ts'
import { dumpVault, tamper } from '../../support/vault-dump.ts'
import { tempHome } from '../../support/temp-core.ts'
import { openServing, withToken, type Serving } from './open-serving.ts'
import { CANARY, openGateway, type GatewayOptions, type TestGateway } from './open-gateway.ts'

const CHAT = '/proxy/up/chat/completions'
const POST = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"model":"m"}' }
const keyNamed = (name: string): string => `${CANARY}-${name}`

/** A provider that answers each key in its own way; `asked` says which keys it saw, in order. */
async function openProvider(answers: Record<string, (res: ServerResponse) => void>, header = 'authorization') {
  const asked: string[] = []
  const upstream = await openUpstream(async (req, res, seen) => {
    await seen.arrived
    const shown = req.headers[header]?.toString() ?? ''
    const name = shown.slice(shown.indexOf(CANARY) + CANARY.length + 1)
    asked.push(name)
    answers[name]?.(res)
  })
  return Object.assign(upstream, { asked, answers })
}

const says =
  (status: number, headers: Record<string, string> = {}) =>
  (res: ServerResponse): void => {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
    sendJson(res, status, { said: status })
  }

/** A gateway before a provider that has these keys. */
async function openWith(
  origin: string,
  names: readonly string[],
  { dialect, ...options }: GatewayOptions & { dialect?: 'google' } = {},
) {
  const gateway = await openGateway(options)
  const { id } = await gateway.add({ name: 'up', base_url: origin, ...(dialect === undefined ? {} : { dialect }) })
  const { client } = gateway.temp
  for (const name of names) await client.addKey({ provider_id: id, api_key: keyNamed(name), label: name })
  return Object.assign(gateway, {
    keys: () => client.listKeys({ provider_id: id }),
    change: async (label: string, patch: object) => {
      const key = (await client.listKeys({ provider_id: id })).find((key) => key.label === label)
      await client.updateKey({ provider_id: id, key_id: key?.id ?? '', ...patch })
    },
  })
}

const ask = async (gateway: TestGateway, body = POST.body): Promise<[number, unknown]> => {
  const response = await gateway.call(CHAT, { ...POST, body })
  return [response.status, await response.json()]
}

describe('several keys in the vault', () => {
  it('stand in for one another, and each try is written down with its key before it is made', async () => {
    await using upstream = await openProvider({ a: says(401), b: says(403), c: says(200), d: says(200) })
    await using gateway = await openWith(upstream.origin, ['a', 'b', 'c', 'd'])
    expect(await ask(gateway)).toEqual([200, { said: 200 }])
    expect(upstream.asked).toEqual(['a', 'b', 'c'])
    const ids = (await gateway.keys()).map(({ id }) => id)
    const uses = dumpVault(gateway.temp.home)['key_use']?.map(({ key_id, attempt }) => [key_id, attempt])
    expect(uses).toEqual([
      [ids[0], 1],
      [ids[1], 2],
      [ids[2], 3],
    ])
    expect(gateway.audited().filter((act) => act === 'key.use')).toHaveLength(3)
  })

  it('rest once they were refused, and what the provider said to them can be seen', async () => {
    await using upstream = await openProvider({ a: says(401), b: says(429, { 'retry-after': '600' }), c: says(200) })
    await using gateway = await openWith(upstream.origin, ['a', 'b', 'c', 'd'])
    for (let n = 0; n < 3; n++) expect(await ask(gateway)).toEqual([200, { said: 200 }])
    expect(upstream.asked).toEqual(['a', 'b', 'c', 'c', 'c'])
    const some = expect.stringMatching(/^\d{4}-.*Z$/)
    await vi.waitFor(async () =>
      expect(await gateway.keys()).toMatchObject([
        { state: 'failing', retry_at: some, last_used_at: some },
        { state: 'cooling_down', retry_at: some, last_used_at: some },
        { state: 'valid', retry_at: null, last_used_at: some },
        { state: 'untested', retry_at: null, last_used_at: null },
      ]),
    )
  })

  it('are tried again after their rest by one request, while the others go on', async () => {
    let now = 1_000_000
    await using upstream = await openProvider({ a: says(429, { 'retry-after': '20' }), b: says(200) })
    await using gateway = await openWith(upstream.origin, ['a', 'b'], { now: () => now })
    await ask(gateway)
    now += 19_999
    await ask(gateway)
    expect(upstream.asked.splice(0)).toEqual(['a', 'b', 'b'])
    now += 1
    const held = Promise.withResolvers<ServerResponse>()
    upstream.answers['a'] = held.resolve
    const probe = ask(gateway)
    const res = await held.promise
    await Promise.all([ask(gateway), ask(gateway)])
    expect(upstream.asked.splice(0)).toEqual(['a', 'b', 'b'])
    sendJson(res, 200, { said: 'again' })
    expect(await probe).toEqual([200, { said: 'again' }])
    upstream.answers['a'] = says(200)
    await ask(gateway)
    expect(upstream.asked).toEqual(['a'])
  })

  it('that all rest leave the provider’s own refusal to the caller, as it was said, after one try', async () => {
    await using upstream = await openProvider({
      a: says(401),
      b: (res) => {
        res.writeHead(429, { 'content-type': 'text/odd', 'retry-after': '30', 'x-request-id': 'r1' })
        res.end('slow  down')
      },
    })
    await using gateway = await openWith(upstream.origin, ['a', 'b'])
    for (const asked of [['a', 'b'], ['b'], ['b']]) {
      const response = await gateway.call(CHAT, POST)
      const { headers } = response
      expect([
        response.status,
        headers.get('content-type'),
        headers.get('retry-after'),
        headers.get('x-request-id'),
      ]).toEqual([429, 'text/odd', '30', 'r1'])
      expect(await response.text()).toBe('slow  down')
      expect(upstream.asked.splice(0)).toEqual(asked)
    }
  })

  it('that are one alone never stand in the way, whatever was said to it', async () => {
    await using upstream = await openProvider({ a: says(401) })
    await using gateway = await openWith(upstream.origin, ['a'])
    for (let n = 0; n < 3; n++) expect(await ask(gateway)).toEqual([401, { said: 401 }])
    upstream.answers['a'] = says(200)
    expect(await ask(gateway)).toEqual([200, { said: 200 }])
  })

  it('are not changed once a byte of an answer has come', async () => {
    await using upstream = await openProvider({
      a: (res) => {
        beginEvents(res)
        res.write('data: 1\n\n', () => res.destroy())
      },
      b: says(200),
    })
    await using gateway = await openWith(upstream.origin, ['a', 'b'])
    await expect(gateway.call(CHAT, POST).then((response) => response.text())).rejects.toThrow('terminated')
    expect(upstream.asked).toEqual(['a'])
  })

  it('are not changed for a request of more than 8 MiB, whose refusal goes to the caller', async () => {
    await using upstream = await openProvider({ a: says(401), b: says(200) })
    await using gateway = await openWith(upstream.origin, ['a', 'b'])
    expect(await ask(gateway, ' '.repeat(8_388_609))).toEqual([401, { said: 401 }])
    expect(upstream.asked).toEqual(['a'])
  })

  it('are passed over where they are switched off or unreadable; where all are off, nobody is asked', async () => {
    await using upstream = await openProvider({ b: says(200), c: says(200) })
    await using gateway = await openWith(upstream.origin, ['a', 'b', 'c'])
    tamper(gateway.temp.home, "UPDATE provider SET binding = 'x' WHERE name = 'up'")
    expect(await ask(gateway)).toEqual([200, { said: 200 }])
    await gateway.change('b', { enabled: false })
    await ask(gateway)
    expect(upstream.asked).toEqual(['b', 'c'])
    await gateway.change('c', { enabled: false })
    expect((await ask(gateway))[0]).toBe(403)
    await gateway.change('a', { enabled: false })
    expect(await ask(gateway)).toMatchObject([400, { error: { code: 'keys_switched_off' } }])
    expect(upstream.asked).toEqual(['b', 'c'])
  })

  it('take turns to be first where their owner wants it, and still stand in for one another', async () => {
    await using upstream = await openProvider({ a: says(200), b: says(401), c: says(200) })
    await using gateway = await openWith(upstream.origin, ['a', 'b', 'c'])
    const { client } = gateway.temp
    const provider_id = (await client.listProvidersWithKeys()).at(-1)?.id ?? 0
    expect(await client.getKeyChoice({ provider_id })).toEqual({ choice: 'in_order' })
    await ask(gateway)
    await client.setKeyChoice({ provider_id, choice: 'round_robin' })
    for (let n = 0; n < 5; n++) expect((await ask(gateway))[0]).toBe(200)
    expect(upstream.asked).toEqual(['a', 'a', 'b', 'c', 'a', 'c', 'a'])
    await client.setKeyChoice({ provider_id, choice: 'in_order' })
    await ask(gateway)
    expect(upstream.asked.at(-1)).toBe('a')
  })

  it('rest on after a restart for as long as they were told to', async () => {
    await using upstream = await openProvider({ a: says(429, { 'retry-after': '600' }), b: says(200) })
    using folder = tempHome()
    const key = generateFernetKey()
    let token = ''
    const asked = async (serving: Serving): Promise<string[]> => {
      expect((await fetch(serving.address + CHAT, withToken(token, POST))).status).toBe(200)
      return upstream.asked.splice(0)
    }
    {
      await using serving = await openServing({ home: folder.home, key })
      const { id: provider_id } = await serving.add({ name: 'up', base_url: upstream.origin })
      for (const label of ['a', 'b']) {
        await serving.temp.client.addKey({ provider_id, api_key: keyNamed(label), label })
      }
      ;({ token } = await serving.token())
      expect(await asked(serving)).toEqual(['a', 'b'])
    }
    await using again = await openServing({ home: folder.home, key })
    expect(await asked(again)).toEqual(['b'])
  })

  it('are used as they stand now: moved, removed, added while the gateway runs', async () => {
    await using upstream = await openProvider({ a: says(200), b: says(200), c: says(200) })
    await using gateway = await openWith(upstream.origin, ['a', 'b'])
    const { client } = gateway.temp
    const [provider] = (await client.listProvidersWithKeys()).slice(-1)
    const ref = { provider_id: provider?.id ?? 0 }
    await ask(gateway)
    await gateway.change('b', { position: 1 })
    await ask(gateway)
    await client.removeKey({ ...ref, key_id: 'first' })
    await ask(gateway)
    await client.addKey({ ...ref, api_key: keyNamed('c'), position: 1 })
    await ask(gateway)
    expect(upstream.asked).toEqual(['a', 'b', 'a', 'c'])
  })
})

describe('a wrong key that is answered with 400', () => {
  const GENERATE = '/proxy/up/v1beta/models/m:generateContent'
  const WRONG = {
    error: {
      code: 400,
      message: 'API key not valid. Please pass a valid API key.',
      status: 'INVALID_ARGUMENT',
      details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
    },
  }
  const wrong = (res: ServerResponse): void => sendJson(res, 400, WRONG)
  const google = { dialect: 'google' } as const
  /** As it is on the wire, odd spaces and all. */
  const raw = (body: string) => (res: ServerResponse) => {
    res.writeHead(400, { 'content-type': 'application/json; charset=UTF-8', 'x-request-id': 'r1' })
    res.end(body)
  }
  const generate = async (gateway: TestGateway): Promise<[number, string | null, string]> => {
    const response = await gateway.call(GENERATE, { ...POST, body: '{"contents":[]}' })
    return [response.status, response.headers.get('x-request-id'), await response.text()]
  }

  it('gives way to the next one, and rests', async () => {
    await using upstream = await openProvider({ a: wrong, b: says(200) }, 'x-goog-api-key')
    await using gateway = await openWith(upstream.origin, ['a', 'b'], google)
    for (let n = 0; n < 2; n++) expect(await generate(gateway)).toEqual([200, null, '{"said":200}'])
    expect(upstream.asked).toEqual(['a', 'b', 'b'])
    await vi.waitFor(async () => expect(await gateway.keys()).toMatchObject([{ state: 'failing' }, { state: 'valid' }]))
  })

  it('is told to the caller as it was said where no other key is left', async () => {
    await using upstream = await openProvider({ a: wrong, b: wrong }, 'x-goog-api-key')
    await using gateway = await openWith(upstream.origin, ['a', 'b'], google)
    expect(await generate(gateway)).toEqual([400, null, JSON.stringify(WRONG)])
    expect(upstream.asked).toEqual(['a', 'b'])
  })

  it.each([
    ['is about the request', '{ "error" : {"code":400,  "message":"Unknown name \\"x\\": Cannot find field."} }\n'],
    ['quotes what a request says of keys', '{"error":{"message":"Bad value: API key not valid","details":[{}]}}'],
    ['is not JSON', 'API key not valid'],
    ['is larger than any that is about a key', `{"error":{"message":"${'x'.repeat(300_000)} API_KEY_INVALID"}}`],
  ])('is told apart from a 400 that %s, which passes byte for byte', async (_what, body) => {
    await using upstream = await openProvider({ a: raw(body), b: says(200) }, 'x-goog-api-key')
    await using gateway = await openWith(upstream.origin, ['a', 'b'], google)
    for (let n = 0; n < 2; n++) expect(await generate(gateway)).toEqual([400, 'r1', body])
    expect(upstream.asked).toEqual(['a', 'a'])
  })

  it('is looked for in a body that comes in pieces, which goes on once it is too large', async () => {
    const rest = Promise.withResolvers<ServerResponse>()
    const start = (res: ServerResponse): void => {
      res.writeHead(400, { 'content-type': 'application/json' })
      res.write('"' + 'x'.repeat(20_000))
      rest.resolve(res)
    }
    await using upstream = await openProvider({ a: start, b: says(200) }, 'x-goog-api-key')
    await using gateway = await openWith(upstream.origin, ['a', 'b'], google)
    const response = await gateway.call(GENERATE, { ...POST, body: '{"contents":[]}' })
    // The head is here, and the provider has not finished.
    expect(response.status).toBe(400)
    ;(await rest.promise).end('"')
    expect(await response.text()).toBe(`"${'x'.repeat(20_000)}"`)
  })

  it('never hands a key that is sent back to the caller', async () => {
    const echo = raw(`{"error":{"message":"Unexpected: ${keyNamed('a')}"}}`)
    await using upstream = await openProvider({ a: echo, b: says(200) }, 'x-goog-api-key')
    await using gateway = await openWith(upstream.origin, ['a', 'b'], google)
    const [status, , text] = await generate(gateway)
    expect([status, text.includes(CANARY)]).toEqual([502, false])
    expect(gateway.echoes).toHaveLength(1)
  })

  it('is not looked for where a provider answers with 401 to one', async () => {
    await using upstream = await openProvider({ a: wrong, b: says(200) })
    await using gateway = await openWith(upstream.origin, ['a', 'b'])
    expect(await ask(gateway)).toEqual([400, WRONG])
    expect(upstream.asked).toEqual(['a'])
  })

  it('is known of Google and xAI, in the words of each', () => {
    const may = (dialect: 'openai' | 'google', origin: string) => mayRefuseBy400({ dialect, origin })
    expect([may('openai', 'https://api.x.ai'), may('openai', 'https://generativelanguage.googleapis.com')]).toEqual([
      true,
      true,
    ])
    expect([may('google', 'https://example.com'), may('openai', 'https://example.com')]).toEqual([true, false])
    const says = (value: unknown) => refusesKey(Buffer.from(JSON.stringify(value)))
    expect(says([WRONG])).toBe(true)
    expect(says({ code: 'invalid-argument', error: 'Incorrect API key provided: xa***zz.' })).toBe(true)
    expect(says({ error: { message: 'API key expired. Please renew the API key.' } })).toBe(true)
    expect([says({ error: 'Invalid model' }), says([]), says(null), says('API key not valid')]).toEqual([
      false,
      false,
      false,
      false,
    ])
  })
})
