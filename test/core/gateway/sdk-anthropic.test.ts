import Anthropic, { APIUserAbortError, BadRequestError, NotFoundError, RateLimitError } from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import { openAnthropic } from '../../support/fake-upstream/anthropic.ts'
import { WORDS } from '../../support/fake-upstream/openai.ts'
import { allOf, CANARY, openGateway, type TestGateway } from './open-gateway.ts'

const SAID = WORDS.join('')
const TOOL = {
  name: 'get_weather',
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
}
const wish = (model: string, content: string) => ({
  model,
  max_tokens: 64,
  messages: [{ role: 'user' as const, content }],
})

const ways: Record<string, (gateway: TestGateway) => { baseURL: string; model: string }> = {
  'through /proxy/{provider}': ({ address }) => ({ baseURL: `${address}/proxy/claude`, model: 'claude-test' }),
  'through the one address': ({ address }) => ({ baseURL: address, model: 'claude/claude-test' }),
  'through the one address, by a bare name': ({ address }) => ({ baseURL: address, model: 'claude-test' }),
  'through the one address with a version too many': ({ address }) => ({
    baseURL: `${address}/v1`,
    model: 'claude/claude-test',
  }),
}

async function withAnthropic() {
  const upstream = await openAnthropic({ key: CANARY })
  const gateway = await openGateway()
  const models = ['claude-test', 'claude-other']
  await gateway.add({ name: 'claude', base_url: upstream.origin, dialect: 'anthropic', api_key: CANARY, models })
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
  describe(`the Anthropic SDK ${name}`, () => {
    it('sends messages, with and without a stream', async () => {
      await using opened = await withAnthropic()
      const { baseURL, model } = way(opened.gateway)
      const client = new Anthropic({ apiKey: opened.gateway.token, baseURL, maxRetries: 0 })
      const whole = await client.messages.create(wish(model, 'hi'))
      expect(whole.content).toMatchObject([{ type: 'text', text: SAID }])
      expect(whole._request_id).toBe('req_anthropic_1')
      const stream = client.messages.stream(wish(model, 'hi'))
      expect(await stream.finalText()).toBe(SAID)
      expect((await stream.finalMessage()).usage.output_tokens).toBe(5)
      expect(opened.upstream.last().headers['x-api-key']).toBe(CANARY)
      expect(opened.upstream.last().headers).not.toHaveProperty('authorization')
    })

    it('uses tools, with and without a stream', async () => {
      await using opened = await withAnthropic()
      const { baseURL, model } = way(opened.gateway)
      const client = new Anthropic({ apiKey: opened.gateway.token, baseURL, maxRetries: 0 })
      const asked = { ...wish(model, 'the weather?'), tools: [TOOL] }
      expect((await client.messages.create(asked)).content).toMatchObject([{ input: { city: 'Oslo' } }])
      expect((await client.messages.stream(asked).finalMessage()).content).toMatchObject([{ input: { city: 'Oslo' } }])
    })

    it('counts tokens, also by the beta path', async () => {
      await using opened = await withAnthropic()
      const { baseURL, model } = way(opened.gateway)
      const client = new Anthropic({ apiKey: opened.gateway.token, baseURL, maxRetries: 0 })
      const { messages } = wish(model, 'hi')
      expect((await client.messages.countTokens({ model, messages })).input_tokens).toBe(11)
      expect((await client.beta.messages.create(wish(model, 'hi'), { query: { beta: true } })).content).toMatchObject([
        { text: SAID },
      ])
      expect(opened.upstream.last().url).toBe('/v1/messages?beta=true')
    })

    it("raises the provider's own errors", async () => {
      await using opened = await withAnthropic()
      const { baseURL, model } = way(opened.gateway)
      const client = new Anthropic({ apiKey: opened.gateway.token, baseURL, maxRetries: 0 })
      const create = (asked: object) =>
        client.messages.create({ ...wish(model, 'hi'), ...asked }).catch((cause: unknown) => cause)
      expect(await create({ surprise: 1 })).toBeInstanceOf(BadRequestError)
      const limited = await create(wish(model, 'too fast'))
      expect(limited).toBeInstanceOf(RateLimitError)
      expect((limited as RateLimitError).requestID).toBe('req_anthropic_1')
    })

    it('aborts, and the provider is left in peace', async () => {
      await using opened = await withAnthropic()
      const { baseURL, model } = way(opened.gateway)
      const client = new Anthropic({ apiKey: opened.gateway.token, baseURL, maxRetries: 0 })
      const stream = client.messages.stream(wish(model, 'on forever'))
      await stream.emitted('streamEvent')
      stream.abort()
      await expect(stream.done()).rejects.toBeInstanceOf(APIUserAbortError)
      expect(await opened.upstream.last().cut).toBe(true)
    })
  })
}

describe('the Anthropic SDK', () => {
  it("lists the provider's models through /proxy, page by page, and all callable ones at the one address", async () => {
    await using opened = await withAnthropic()
    const { address, token } = opened.gateway
    const client = (baseURL: string): Anthropic => new Anthropic({ apiKey: token, baseURL, maxRetries: 0 })
    const direct = await allOf(client(`${address}/proxy/claude`).models.list({ limit: 1 }))
    expect(direct.map(({ id }) => id)).toEqual(['claude-test', 'claude-other'])
    const all = await allOf(client(address).models.list({ limit: 1000 }))
    expect(all).toMatchObject([
      { type: 'model', id: 'claude/claude-test', display_name: 'claude-test' },
      { type: 'model', id: 'claude/claude-other' },
    ])
    expect((await client(address).models.retrieve('claude/claude-test')).id).toBe('claude/claude-test')
    await expect(client(address).models.retrieve('none')).rejects.toBeInstanceOf(NotFoundError)
  })

  it('may show its token in either header, or the same one in both', async () => {
    await using opened = await withAnthropic()
    const { address, token } = opened.gateway
    const body = JSON.stringify(wish('claude-test', 'hi'))
    const shown = [
      { 'x-api-key': token },
      { authorization: `Bearer ${token}` },
      { 'x-api-key': token, authorization: `Bearer ${token}` },
    ]
    for (const credentials of shown) {
      const headers = { ...credentials, 'content-type': 'application/json', 'anthropic-version': '2023-06-01' }
      const response = await fetch(`${address}/v1/messages`, { method: 'POST', headers, body })
      expect(response.status).toBe(200)
      expect(opened.upstream.last().headers).toMatchObject({ 'x-api-key': CANARY, 'anthropic-version': '2023-06-01' })
    }
  })
})
