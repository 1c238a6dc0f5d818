import OpenAI, { AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from 'openai'
import { describe, expect, it } from 'vitest'
import { openAnthropic } from '../../support/fake-upstream/anthropic.ts'
import { openGoogle } from '../../support/fake-upstream/google.ts'
import { openOpenAi, WORDS } from '../../support/fake-upstream/openai.ts'
import { vectorOf } from '../../support/fake-upstream/dialect-server.ts'
import { allOf, CANARY, openGateway, type TestGateway } from './open-gateway.ts'

const SAID = WORDS.join('')
const TOOL = {
  type: 'function' as const,
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}
const ask = (content: string) => [{ role: 'user' as const, content }]

interface Way {
  baseURL: string
  /** How a model is written there. */
  model: (name: string) => string
}

const ways: Record<string, (gateway: TestGateway) => Way> = {
  'through /proxy/{provider}': ({ address }) => ({ baseURL: `${address}/proxy/openai`, model: (name) => name }),
  'through /proxy/{provider}/v1': ({ address }) => ({ baseURL: `${address}/proxy/openai/v1`, model: (name) => name }),
  'through the one address': ({ address }) => ({ baseURL: `${address}/v1`, model: (name) => `openai/${name}` }),
}

async function withOpenAi() {
  const upstream = await openOpenAi({ key: CANARY })
  const gateway = await openGateway()
  const { id } = (await gateway.temp.client.listProviders({})).find(({ name }) => name === 'openai') ?? { id: 0 }
  await gateway.temp.client.updateProvider({ provider_id: id, base_url: `${upstream.origin}/v1`, api_key: CANARY })
  return {
    upstream,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

for (const [name, way] of Object.entries(ways)) {
  describe(`the openai SDK ${name}`, () => {
    it('chats, with and without a stream, and is told the usage', async () => {
      await using opened = await withOpenAi()
      const { baseURL, model } = way(opened.gateway)
      const client = new OpenAI({ apiKey: opened.gateway.token, baseURL, maxRetries: 0 })
      const whole = await client.chat.completions.create({ model: model('gpt-test'), messages: ask('hi') })
      expect(whole.choices[0]?.message.content).toBe(SAID)
      expect(whole._request_id).toBe('req_openai_1')
      const stream = await client.chat.completions.create({
        model: model('gpt-test'),
        messages: ask('hi'),
        stream: true,
        stream_options: { include_usage: true },
      })
      const chunks = await allOf(stream)
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(SAID)
      expect(chunks.at(-1)?.usage?.total_tokens).toBe(14)
    })

    it('calls tools, with and without a stream', async () => {
      await using opened = await withOpenAi()
      const { baseURL, model } = way(opened.gateway)
      const client = new OpenAI({ apiKey: opened.gateway.token, baseURL, maxRetries: 0 })
      const wish = { model: model('gpt-test'), messages: ask('the weather?'), tools: [TOOL] }
      const whole = await client.chat.completions.create(wish)
      expect(whole.choices[0]?.message.tool_calls?.[0]).toMatchObject({
        function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
      })
      const streamed = await client.chat.completions.stream(wish).finalChatCompletion()
      expect(streamed.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { arguments: '{"city":"Oslo"}' } })
    })

    it('asks for responses, with and without a stream', async () => {
      await using opened = await withOpenAi()
      const { baseURL, model } = way(opened.gateway)
      const client = new OpenAI({ apiKey: opened.gateway.token, baseURL, maxRetries: 0 })
      const whole = await client.responses.create({ model: model('gpt-test'), input: 'hi' })
      expect(whole.output_text).toBe(SAID)
      const stream = await client.responses.create({ model: model('gpt-test'), input: 'hi', stream: true })
      const events = await allOf(stream)
      expect(events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('')).toBe(
        SAID,
      )
      expect(events.at(-1)?.type).toBe('response.completed')
    })

    it('embeds texts', async () => {
      await using opened = await withOpenAi()
      const { baseURL, model } = way(opened.gateway)
      const client = new OpenAI({ apiKey: opened.gateway.token, baseURL, maxRetries: 0 })
      const { data } = await client.embeddings.create({ model: model('embed-test'), input: ['one', 'two'] })
      expect(data.map(({ embedding }) => embedding.length)).toEqual([8, 8])
      expect(data[0]?.embedding[0]).toBeCloseTo(vectorOf('one')[0] ?? 0)
    })

    it("raises the provider's own errors", async () => {
      await using opened = await withOpenAi()
      const { baseURL, model } = way(opened.gateway)
      const client = new OpenAI({ apiKey: opened.gateway.token, baseURL, maxRetries: 0 })
      const create = (more: object) =>
        client.chat.completions
          .create({ model: model('gpt-test'), messages: ask('hi'), ...more })
          .catch((cause: unknown) => cause)
      expect(await create({ surprise: 1 })).toBeInstanceOf(BadRequestError)
      expect(await create({ model: model('gpt-none') })).toMatchObject({ code: 'model_not_found', status: 404 })
      const limited = await create({ messages: ask('too fast') })
      expect(limited).toBeInstanceOf(RateLimitError)
      expect((limited as RateLimitError).headers?.get('retry-after')).toBe('1')
    })

    it('aborts, and the provider is left in peace', async () => {
      await using opened = await withOpenAi()
      const { baseURL, model } = way(opened.gateway)
      const client = new OpenAI({ apiKey: opened.gateway.token, baseURL, maxRetries: 0 })
      const stream = await client.chat.completions.create({
        model: model('gpt-test'),
        messages: ask('on forever'),
        stream: true,
      })
      for await (const chunk of stream) {
        expect(chunk.choices[0]?.delta.content).toBe('on and on')
        break
      }
      expect(await opened.upstream.last().cut).toBe(true)
      const abort = new AbortController()
      const wish = { model: model('gpt-test'), messages: ask('on forever'), stream: true as const }
      const second = await client.chat.completions.create(wish, { signal: abort.signal })
      abort.abort()
      expect(await opened.upstream.last().cut).toBe(true)
      second.controller.abort()
    })
  })
}

describe('the openai SDK', () => {
  it("lists the provider's models through /proxy, and all callable ones at the one address", async () => {
    await using opened = await withOpenAi()
    const { address, token, temp } = opened.gateway
    const client = (baseURL: string): OpenAI => new OpenAI({ apiKey: token, baseURL, maxRetries: 0 })
    const direct = await allOf(client(`${address}/proxy/openai`).models.list())
    expect(direct.map(({ id }) => id)).toEqual(['gpt-test', 'embed-test'])
    expect((await client(`${address}/proxy/openai`).models.retrieve('gpt-test')).id).toBe('gpt-test')

    const provider = (await temp.client.listProvidersWithKeys({}))[0]
    const all = await allOf(client(`${address}/v1`).models.list())
    expect(all.map(({ id }) => id)).toEqual(provider?.models.map(({ name }) => `openai/${name}`))
    const one = all[0]?.id ?? ''
    expect(await client(`${address}/v1`).models.retrieve(one)).toMatchObject({ id: one, owned_by: 'openai' })
    const bare = one.slice('openai/'.length)
    expect((await client(`${address}/v1`).models.retrieve(bare)).id).toBe(bare)
    await expect(client(`${address}/v1`).models.retrieve('openai/none')).rejects.toBeInstanceOf(NotFoundError)
  })

  it('reaches Anthropic and Google where they speak its dialect, with a Bearer key', async () => {
    await using anthropic = await openAnthropic({ key: CANARY })
    await using google = await openGoogle({ key: CANARY })
    await using gateway = await openGateway()
    const providers = await gateway.temp.client.listProviders({})
    for (const [name, base_url] of [
      ['anthropic', anthropic.origin],
      ['google', google.origin],
    ] as const) {
      const provider_id = providers.find((provider) => provider.name === name)?.id ?? 0
      await gateway.temp.client.updateProvider({ provider_id, base_url, api_key: CANARY })
    }
    const { address, token } = gateway
    // The person's own address is of another origin than the catalog's, so the catalog's endpoints do not hold for it.
    const client = new OpenAI({ apiKey: token, baseURL: `${address}/v1`, maxRetries: 0 })
    const refused = await client.chat.completions
      .create({ model: 'anthropic/claude-test', messages: ask('hi') })
      .catch((cause: unknown) => cause)
    expect(refused).toMatchObject({ status: 400, code: 'endpoint_missing' })
    expect(anthropic.connections + google.connections).toBe(0)
  })

  it('is refused a wrong token with 401, and does not try again', async () => {
    await using opened = await withOpenAi()
    const client = new OpenAI({ apiKey: 'lk_wrong_token_of_good_length', baseURL: `${opened.gateway.address}/v1` })
    const refused = await client.chat.completions
      .create({ model: 'openai/gpt-test', messages: ask('hi') })
      .catch((cause: unknown) => cause)
    expect(refused).toBeInstanceOf(AuthenticationError)
    expect(opened.upstream.seen).toEqual([])
  })
})
