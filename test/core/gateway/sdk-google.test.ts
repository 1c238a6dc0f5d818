import { ApiError, GoogleGenAI, Type } from '@google/genai'
import { describe, expect, it } from 'vitest'
import { vectorOf } from '../../support/fake-upstream/dialect-server.ts'
import { openGoogle } from '../../support/fake-upstream/google.ts'
import { WORDS } from '../../support/fake-upstream/openai.ts'
import { allOf, CANARY, openGateway, type TestGateway } from './open-gateway.ts'

const SAID = WORDS.join('')
const TOOL = {
  functionDeclarations: [
    { name: 'get_weather', parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } } } },
  ],
}

interface Way {
  baseUrl: string
  /** How a model is written there. */
  model: (name: string) => string
  /** The SDK's own choice where none is given. */
  apiVersion?: string
}

const ways: Record<string, (gateway: TestGateway) => Way> = {
  'through /proxy/{provider}': ({ address }) => ({ baseUrl: `${address}/proxy/gemini`, model: (name) => name }),
  'through the one address': ({ address }) => ({ baseUrl: address, model: (name) => `gemini/${name}` }),
  'through the one address, by a bare name': ({ address }) => ({ baseUrl: address, model: (name) => name }),
  'through the one address, in its beta': ({ address }) => ({
    baseUrl: address,
    model: (name) => `gemini/${name}`,
    apiVersion: 'v1beta',
  }),
}

async function withGoogle() {
  const upstream = await openGoogle({ key: CANARY })
  const gateway = await openGateway()
  const models = ['gemini-test', 'gemini-embed']
  await gateway.add({ name: 'gemini', base_url: upstream.origin, dialect: 'google', api_key: CANARY, models })
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
  describe(`the Google SDK ${name}`, () => {
    const open = (gateway: TestGateway) => {
      const { model, ...httpOptions } = way(gateway)
      const { models } = new GoogleGenAI({ apiKey: gateway.token, httpOptions })
      return { models, model, version: httpOptions.apiVersion ?? 'v1' }
    }

    it('generates, with and without a stream', async () => {
      await using opened = await withGoogle()
      const { models, model, version } = open(opened.gateway)
      const whole = await models.generateContent({ model: model('gemini-test'), contents: 'hi' })
      expect([whole.text, whole.usageMetadata?.totalTokenCount]).toEqual([SAID, 14])
      const stream = await models.generateContentStream({ model: model('gemini-test'), contents: 'hi' })
      expect((await allOf(stream)).map(({ text }) => text)).toEqual(WORDS)
      expect(opened.upstream.last().url).toBe(`/${version}/models/gemini-test:streamGenerateContent?alt=sse`)
      expect(opened.upstream.last().headers['x-goog-api-key']).toBe(CANARY)
    })

    it('calls functions', async () => {
      await using opened = await withGoogle()
      const { models, model } = open(opened.gateway)
      const wish = { model: model('gemini-test'), contents: 'the weather?', config: { tools: [TOOL] } }
      const { functionCalls } = await models.generateContent(wish)
      expect(functionCalls).toMatchObject([{ name: 'get_weather', args: { city: 'Oslo' } }])
    })

    it('embeds texts, though its body names the model once more, and counts tokens', async () => {
      await using opened = await withGoogle()
      const { models, model } = open(opened.gateway)
      const { embeddings } = await models.embedContent({ model: model('gemini-embed'), contents: ['one', 'two'] })
      expect(embeddings?.map(({ values }) => values)).toEqual([vectorOf('one'), vectorOf('two')])
      expect((await models.countTokens({ model: model('gemini-test'), contents: 'hi' })).totalTokens).toBe(7)
    })

    it("raises the provider's own errors", async () => {
      await using opened = await withGoogle()
      const { models, model } = open(opened.gateway)
      const refused = await models
        .generateContent({ model: model('gemini-test'), contents: 'too fast' })
        .catch((cause: unknown) => cause)
      expect(refused).toBeInstanceOf(ApiError)
      expect(refused).toMatchObject({ status: 429, message: expect.stringContaining('RESOURCE_EXHAUSTED') })
    })

    it('aborts, and the provider is left in peace', async () => {
      await using opened = await withGoogle()
      const { models, model } = open(opened.gateway)
      const abort = new AbortController()
      const config = { abortSignal: abort.signal }
      const stream = await models.generateContentStream({ model: model('gemini-test'), contents: 'on forever', config })
      await expect(
        (async () => {
          for await (const chunk of stream) {
            expect(chunk.text).toBe('on and on')
            abort.abort()
          }
        })(),
      ).rejects.toThrow('abort')
      expect(await opened.upstream.last().cut).toBe(true)
    })
  })
}

describe('the Google SDK', () => {
  it("lists the provider's models through /proxy, page by page, and all callable ones at the one address", async () => {
    await using opened = await withGoogle()
    const { address, token } = opened.gateway
    const open = (baseUrl: string) => new GoogleGenAI({ apiKey: token, httpOptions: { baseUrl } }).models
    const direct = await allOf(await open(`${address}/proxy/gemini`).list({ config: { pageSize: 1 } }))
    expect(direct.map(({ name }) => name)).toEqual(['models/gemini-test', 'models/gemini-embed'])
    const all = await allOf(await open(address).list())
    expect(all.map(({ name }) => name)).toEqual(['models/gemini/gemini-test', 'models/gemini/gemini-embed'])
    expect((await open(address).get({ model: 'gemini/gemini-test' })).name).toBe('models/gemini/gemini-test')
    expect((await open(`${address}/proxy/gemini`).get({ model: 'gemini-test' })).name).toBe('models/gemini-test')
  })

  it('may show its token in the query, on the paths of Gemini alone, and it does not go up', async () => {
    await using opened = await withGoogle()
    const { address, token } = opened.gateway
    const body = JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }] })
    const ask = (path: string, headers: Record<string, string> = {}) =>
      fetch(`${address}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
    for (const path of [
      `/v1beta/models/gemini-test:generateContent?key=${token}`,
      `/v1/models/gemini-test:generateContent?key=${token}`,
      `/proxy/gemini/v1beta/models/gemini-test:generateContent?key=${token}`,
    ]) {
      expect([path, (await ask(path)).status]).toEqual([path, 200])
      expect(opened.upstream.last().url).not.toContain('?')
      expect(opened.upstream.last().headers['x-goog-api-key']).toBe(CANARY)
    }
    const path = '/v1beta/models/gemini-test:generateContent'
    expect((await ask(`${path}?key=${token}`, { 'x-goog-api-key': token })).status).toBe(200)
    expect((await ask(`${path}?key=${token}`, { 'x-goog-api-key': `${token}x` })).status).toBe(401)
    expect((await ask(`${path}?key=another-token-of-good-length`)).status).toBe(401)
    expect((await ask(`/v1/chat/completions?key=${token}`)).status).toBe(401)
    expect((await ask(`/v1beta/openai/chat/completions?key=${token}`)).status).toBe(401)
    expect(opened.gateway.lines.join('')).not.toContain(token)
  })
})
