import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { describe, expect, it, vi } from 'vitest'
import { actorOf } from '../../../src/core/actor.ts'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { openAnthropic } from '../../support/fake-upstream/anthropic.ts'
import { openGoogle } from '../../support/fake-upstream/google.ts'
import { openOpenAi } from '../../support/fake-upstream/openai.ts'
import { beginEvents, openUpstream, sendJson, type FakeUpstream } from '../../support/fake-upstream/open-upstream.ts'
import { openTempCore, tempHome } from '../../support/temp-core.ts'
import { dumpVault, tamper } from '../../support/vault-dump.ts'
import { allOf, CANARY } from './open-gateway.ts'
import { chat, openServing } from './open-serving.ts'

/** A dollar a token, so that a test counts in whole ones. */
const PRICE = '{ price: { input: 1000000, output: 1000000 } }'
const messages = [{ role: 'user' as const, content: 'hi' }]

/** A home whose catalog has these upstreams, each with one model that has a price and one that has none. */
function homeWith(upstreams: Record<string, { url: string; dialect?: string; model: string }>) {
  const folder = tempHome()
  mkdirSync(folder.home, { mode: 0o700 })
  const providers = Object.entries(upstreams).map(
    ([name, { url, dialect = 'openai', model }]) =>
      `  ${name}:\n    base_url: ${url}\n    dialect: ${dialect}\n    models: { ${model}: ${PRICE}, no-price: {} }\n`,
  )
  writeFileSync(join(folder.home, 'models.yaml'), `providers:\n${providers.join('')}`)
  return folder
}

async function openPriced(
  upstreams: Record<string, { upstream: FakeUpstream; base?: string; dialect?: string; model: string }>,
) {
  const folder = homeWith(
    Object.fromEntries(
      Object.entries(upstreams).map(([name, { upstream, base = '', ...rest }]) => [
        name,
        { url: upstream.origin + base, ...rest },
      ]),
    ),
  )
  const key = generateFernetKey()
  const serving = await openServing({ home: folder.home, key })
  for (const { id } of await serving.temp.client.listProviders()) {
    await serving.temp.client.updateProvider({ provider_id: id, api_key: CANARY })
  }
  return {
    ...serving,
    key,
    spent: async () => (await serving.temp.client.listTokens()).map(({ spent }) => spent),
    async [Symbol.asyncDispose]() {
      await serving[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
      for (const { upstream } of Object.values(upstreams)) await upstream[Symbol.asyncDispose]()
    },
  }
}

const openAll = async () =>
  openPriced({
    o: { upstream: await openOpenAi({ key: CANARY }), base: '/v1', model: 'gpt-test' },
    a: { upstream: await openAnthropic({ key: CANARY }), dialect: 'anthropic', model: 'claude-test' },
    g: { upstream: await openGoogle({ key: CANARY }), dialect: 'google', model: 'gemini-test' },
  })

/** The official clients, which try again by themselves where they are let. */
function clientsOf(address: string, token: string) {
  return {
    openai: new OpenAI({ apiKey: token, baseURL: `${address}/v1` }),
    anthropic: new Anthropic({ apiKey: token, baseURL: address }),
    google: new GoogleGenAI({ apiKey: token, httpOptions: { baseUrl: address } }),
  }
}

describe('a limit in money', () => {
  it('refuses once it is reached, in the words and the form that each SDK raises and does not try again', async () => {
    await using opened = await openAll()
    const { token } = await opened.token({ name: 'codex', spend_per_day: 10 })
    const { openai, anthropic, google } = clientsOf(opened.address, token)
    const wish = { model: 'o/gpt-test', messages }
    await openai.chat.completions.create(wish)
    await vi.waitFor(async () => expect(await opened.spent()).toMatchObject([{ day: 14, month: 14 }]))
    const sentence = "The limit of token 'codex' is reached: $10.00 a day, and $14.00 has been spent"
    await expect(openai.chat.completions.create(wish)).rejects.toMatchObject({
      status: 429,
      code: 'spend_limited',
      type: 'rate_limit_error',
      message: expect.stringContaining(sentence),
    })
    const claude = { model: 'a/claude-test', max_tokens: 9, messages }
    await expect(anthropic.messages.create(claude)).rejects.toMatchObject({
      status: 429,
      message: expect.stringContaining(sentence),
    })
    const gemini = { model: 'g/gemini-test', contents: 'hi' }
    await expect(google.models.generateContent(gemini)).rejects.toMatchObject({
      status: 429,
      message: expect.stringContaining(sentence),
    })
    // Each was refused once, and what costs nothing still works.
    expect(dumpVault(opened.temp.home)['key_use']).toHaveLength(1)
    expect((await anthropic.messages.countTokens({ model: 'a/claude-test', messages })).input_tokens).toBe(11)
  })

  it('ends a stream that passes it with an error that each SDK raises', async () => {
    await using opened = await openAll()
    const { token } = await opened.token({ name: 'codex', spend_per_month: 1 })
    const again = async (): Promise<ReturnType<typeof clientsOf>> =>
      clientsOf(opened.address, (await opened.token({ name: `${Math.random()}`, spend_per_month: 1 })).token)
    const forever = [{ role: 'user' as const, content: 'forever' }]
    const reached = (name: string) =>
      expect.stringMatching(new RegExp(`The limit of ${name} is reached: \\$1.00 a month`))
    const { openai } = clientsOf(opened.address, token)
    const seen: unknown[] = []
    const stream = await openai.chat.completions.create({ model: 'o/gpt-test', messages: forever, stream: true })
    await expect(
      (async () => {
        for await (const chunk of stream) seen.push(chunk.choices[0]?.delta.content)
      })(),
    ).rejects.toMatchObject({ code: 'spend_limited', message: reached("token 'codex'") })
    expect(seen).toEqual(['on and on'])
    const any = { message: reached("token '[^']+'") }
    const responses = await (
      await again()
    ).openai.responses.create({
      model: 'o/gpt-test',
      input: 'forever',
      stream: true,
    })
    await expect(allOf(responses)).rejects.toMatchObject(any)
    const claude = { model: 'a/claude-test', max_tokens: 9, messages: forever }
    await expect((await again()).anthropic.messages.stream(claude).finalText()).rejects.toMatchObject(any)
    const gemini = { model: 'g/gemini-test', contents: 'forever' }
    const generated = await (await again()).google.models.generateContentStream(gemini)
    await expect(allOf(generated)).rejects.toMatchObject(any)
    // Anthropic's and Google's streams have said by then what they took.
    const cut = [1, 1, 0, 0].map((estimated) => ({ estimated, outcome: 'cut', cost: expect.any(Number) }))
    await vi.waitFor(() => expect(dumpVault(opened.temp.home)['key_use']).toMatchObject(cut))
  })

  it('changes no byte of a stream that stays below it', async () => {
    const events = Array.from({ length: 50 }, (_, n) => `data: {"choices":[{"delta":{"content":"word ${n}"}}]}\n\n`)
    const upstream = await openUpstream((_req, res) => {
      beginEvents(res)
      for (const event of events) res.write(event)
      res.end('data: [DONE]\n\n')
    })
    await using opened = await openPriced({ up: { upstream, model: 'm' } })
    const { token } = await opened.token({ spend_per_day: 1_000 })
    const response = await fetch(`${opened.address}/proxy/up/chat/completions`, chat(token, 'm'))
    expect(await response.text()).toBe(`${events.join('')}data: [DONE]\n\n`)
    expect(upstream.last().body.toString()).toBe(chat(token, 'm').body)
  })

  it('refuses a model whose price nobody knows, by name, and one that the request does not name', async () => {
    const upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using opened = await openPriced({ up: { upstream, model: 'm' } })
    const { token } = await opened.token({ name: 'codex', spend_per_day: 1_000 })
    const ask = async (path: string, init: RequestInit): Promise<unknown> => {
      const response = await fetch(opened.address + path, init)
      const { error } = (await response.json()) as { error?: { message: string } }
      return [response.status, response.headers.get('x-should-retry'), error?.message.split('.')[0]]
    }
    const unknown = "The price of the model 'up/no-price' is not known, and token 'codex' has a limit in money"
    expect(await ask('/v1/chat/completions', chat(token, 'up/no-price'))).toEqual([403, 'false', unknown])
    expect(await ask('/proxy/up/chat/completions', chat(token, 'no-price'))).toEqual([403, 'false', unknown])
    expect(await ask('/proxy/up/audio/transcriptions', { ...chat(token, 'm'), body: 'model=m' })).toEqual([
      403,
      'false',
      "What this request costs is not known, and token 'codex' has a limit in money",
    ])
    expect(upstream.connections).toBe(0)
    expect(await ask('/proxy/up/chat/completions', chat(token, 'm'))).toEqual([200, null, undefined])
  })

  it('counts what another process has used', async () => {
    const upstream = await openUpstream((_req, res) => sendJson(res, 200, {}))
    await using opened = await openPriced({ up: { upstream, model: 'm' } })
    const { id, token } = await opened.token({ spend_per_day: 500 })
    await using other = await openTempCore({ home: opened.temp.home, key: opened.key })
    const uses = other.core.vault.reader().tokens
    const use = { token_id: id, caller: 'x', provider: 'up', key_id: null, model: 'm', route: '/', method: 'POST' }
    await uses.beginUse({ ...use, attempt: 1, costs: true, estimate: { input_tokens: 1, cost: 500 } }, actorOf('rest'))
    const response = await fetch(`${opened.address}/proxy/up/chat/completions`, chat(token, 'm'))
    expect([response.status, upstream.connections]).toEqual([429, 0])
  })

  it('counts what a process had used that was killed within a stream', async () => {
    await using upstream = await openOpenAi({ key: CANARY })
    using folder = homeWith({ o: { url: `${upstream.origin}/v1`, model: 'gpt-test' } })
    const key = generateFernetKey()
    let token = ''
    {
      await using temp = await openTempCore({ home: folder.home, key })
      await temp.client.updateProvider({ provider_id: 1, api_key: CANARY })
      ;({ token } = await temp.client.createToken({ name: 'codex', spend_per_day: 1_000 }))
    }
    const child = fork(new URL('../../support/serving-child.ts', import.meta.url), [folder.home, key])
    const [address] = (await once(child, 'message')) as [string]
    const init = {
      ...chat(token, 'gpt-test'),
      body: JSON.stringify({ model: 'gpt-test', stream: true, messages: [{ role: 'user', content: 'forever' }] }),
    }
    const response = await fetch(`${address}/proxy/o/chat/completions`, init)
    await response.body?.getReader().read()
    const noted = () => dumpVault(folder.home)['key_use']?.[0] as { output_tokens: number } | undefined
    // What has come is written down within about a second.
    await vi.waitFor(() => expect(noted()?.output_tokens).toBe(3), { timeout: 10_000 })
    child.kill('SIGKILL')
    await once(child, 'exit')
    await using serving = await openServing({ home: folder.home, key })
    const input = Math.ceil(init.body.length / 4)
    const [codex] = await serving.temp.client.listTokens()
    expect(codex?.spent).toEqual({ day: input + 3, month: input + 3, estimated: 1, unpriced: 0 })
    await serving.temp.client.updateToken({ token_id: 1, spend_per_day: input + 3 })
    const refused = await fetch(`${serving.address}/proxy/o/chat/completions`, chat(token, 'gpt-test'))
    expect(refused.status).toBe(429)
  })
})

describe('a limit of a provider', () => {
  it('is counted over all tools, and the refusal says whose it is', async () => {
    const upstream = await openUpstream((_req, res) =>
      sendJson(res, 200, { model: 'm', usage: { prompt_tokens: 6, completion_tokens: 4 } }),
    )
    await using opened = await openPriced({ up: { upstream, model: 'm' } })
    const { client } = opened.temp
    const ask = async (token: string): Promise<string> => {
      const response = await fetch(`${opened.address}/proxy/up/chat/completions`, chat(token, 'm'))
      const { error } = (await response.json()) as { error?: { message: string } }
      return error?.message ?? 'answered'
    }
    const { token: one } = await opened.token({ name: 'one', requests_per_minute: 1 })
    const { token: two } = await opened.token({ name: 'two' })
    await client.updateProviderLimits({ provider_id: 1, requests_per_minute: 2 })
    expect(await ask(one)).toBe('answered')
    expect(await ask(one)).toContain("The limit of token 'one' is reached: 1 request a minute")
    expect(await ask(two)).toBe('answered')
    expect(await ask(two)).toContain("The limit of provider 'up' is reached: 2 requests a minute")
    const spent = async () => (await client.getProviderLimits({ provider_id: 1 })).spent
    await vi.waitFor(async () => expect(await spent()).toEqual({ day: 20, month: 20 }))
    await client.updateProviderLimits({ provider_id: 1, requests_per_minute: null, tokens_per_minute: 20 })
    expect(await ask(two)).toContain("The limit of provider 'up' is reached: 20 tokens a minute")
    await client.updateProviderLimits({ provider_id: 1, tokens_per_minute: null, spend_per_month: 20 })
    expect(await ask(two)).toContain("The limit of provider 'up' is reached: $20.00 a month, and $20.00 has been spent")
  })

  it('in money holds for a stream, and refuses a model without a price', async () => {
    await using opened = await openAll()
    await opened.temp.client.updateProviderLimits({ provider_id: 1, spend_per_day: 1 })
    const { token } = await opened.token()
    const { openai } = clientsOf(opened.address, token)
    const unpriced = { model: 'o/no-price', messages }
    await expect(openai.chat.completions.create(unpriced)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining("is not known, and provider 'o' has a limit in money"),
    })
    const wish = {
      model: 'o/gpt-test',
      messages: [{ role: 'user' as const, content: 'forever' }],
      stream: true as const,
    }
    await expect(openai.chat.completions.create(wish).then(allOf)).rejects.toMatchObject({
      message: expect.stringContaining("The limit of provider 'o' is reached: $1.00 a day"),
    })
  })
})

describe('a pause of all tools', () => {
  it('refuses every tool in its own words and ends what it streams, by another process too', async () => {
    await using opened = await openAll()
    const { token } = await opened.token()
    const { openai, anthropic } = clientsOf(opened.address, token)
    const wish = {
      model: 'o/gpt-test',
      messages: [{ role: 'user' as const, content: 'forever' }],
      stream: true as const,
    }
    const stream = await openai.chat.completions.create(wish)
    await using other = await openTempCore({ home: opened.temp.home, key: opened.key })
    await other.client.pauseTools({ paused: true })
    const paused = { code: 'tools_paused', message: expect.stringContaining('All tools are paused') }
    await expect(allOf(stream)).rejects.toMatchObject(paused)
    await expect(openai.models.list()).rejects.toMatchObject({ status: 403, ...paused })
    const claude = { model: 'a/claude-test', max_tokens: 9, messages }
    await expect(anthropic.messages.create(claude)).rejects.toMatchObject({ status: 403, message: paused.message })
    await other.client.pauseTools({ paused: false })
    await vi.waitFor(async () => expect((await anthropic.messages.create(claude)).type).toBe('message'))
  })

  it('is not missed where it has not been seen yet: the use itself is refused', async () => {
    await using opened = await openAll()
    const { token } = await opened.token()
    tamper(opened.temp.home, "UPDATE vault SET paused_at = '2026-01-01T00:00:00.000Z'")
    const response = await fetch(`${opened.address}/v1/chat/completions`, chat(token, 'o/gpt-test'))
    expect([response.status, await response.json()]).toMatchObject([403, { error: { code: 'tools_paused' } }])
  })

  it('lets a program that manages the vault go on managing it', async () => {
    await using opened = await openAll()
    const { token } = await opened.token({ kind: 'admin' })
    await opened.temp.client.pauseTools({ paused: true })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    expect((await fetch(`${opened.address}/v1/models`, { headers })).status).toBe(403)
    const resume = { method: 'PUT', headers, body: '{"paused":false}' }
    const response = await fetch(`${opened.address}/api/v1/tokens/paused`, resume)
    expect([response.status, await response.json()]).toEqual([200, { paused_at: null }])
    expect((await fetch(`${opened.address}/v1/models`, { headers })).status).toBe(200)
  })
})

describe('an answer that does not say what it used', () => {
  it('is estimated at four bytes a token, marked so, and counts', async () => {
    await using opened = await openAll()
    const { token } = await opened.token({ tokens_per_minute: 20 })
    const { openai } = clientsOf(opened.address, token)
    const wish = { model: 'o/gpt-test', messages, stream: true as const }
    await allOf(await openai.chat.completions.create(wish))
    const input_tokens = Math.ceil(JSON.stringify(wish).length / 4)
    // "Hello from the upstream." has 24 bytes.
    const estimate = { input_tokens, output_tokens: 6, estimated: 1, outcome: 'complete' }
    await vi.waitFor(() => expect(dumpVault(opened.temp.home)['key_use']).toMatchObject([estimate]))
    expect(await opened.spent()).toMatchObject([{ day: input_tokens + 6, estimated: 1, unpriced: 0 }])
    await expect(openai.chat.completions.create(wish)).rejects.toMatchObject({
      code: 'rate_limited',
      message: expect.stringContaining('20 tokens a minute'),
    })
  })

  it('counts an image for little, however large it is', async () => {
    const upstream = await openUpstream((_req, res) => sendJson(res, 200, { choices: [] }))
    await using opened = await openPriced({ up: { upstream, model: 'm' } })
    const { token } = await opened.token({ spend_per_day: 100_000 })
    const image = `data:image/png;base64,${Buffer.alloc(300_000, 1).toString('base64')}`
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: image }] })
    await (await fetch(`${opened.address}/proxy/up/chat/completions`, { ...chat(token, 'm'), body })).text()
    await vi.waitFor(async () => expect(await opened.spent()).toMatchObject([{ estimated: 1 }]))
    const [spent] = await opened.spent()
    expect(spent?.day).toBeGreaterThan(1_500)
    expect(spent?.day).toBeLessThan(1_600)
  })
})
