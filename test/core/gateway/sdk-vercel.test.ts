import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createXai } from '@ai-sdk/xai'
import { APICallError, embedMany, generateText, streamText, tool, type EmbeddingModel, type LanguageModel } from 'ai'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openAnthropic } from '../../support/fake-upstream/anthropic.ts'
import { openGoogle } from '../../support/fake-upstream/google.ts'
import { error, openOpenAi, WORDS } from '../../support/fake-upstream/openai.ts'
import { allOf, CANARY, openGateway } from './open-gateway.ts'

const SAID = WORDS.join('')
const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: ({ city }) => `sunny in ${city}` })

interface Models {
  chat: LanguageModel
  embedding?: EmbeddingModel
}

async function openAll() {
  const openai = await openOpenAi({ key: CANARY })
  const xai = await openOpenAi({ key: CANARY, models: ['grok-test'] })
  const anthropic = await openAnthropic({ key: CANARY })
  const google = await openGoogle({ key: CANARY })
  const gateway = await openGateway()
  await gateway.add({ name: 'o', base_url: `${openai.origin}/v1`, api_key: CANARY })
  await gateway.add({ name: 'x', base_url: `${xai.origin}/v1`, api_key: CANARY })
  await gateway.add({ name: 'a', base_url: anthropic.origin, dialect: 'anthropic', api_key: CANARY })
  await gateway.add({ name: 'g', base_url: google.origin, dialect: 'google', api_key: CANARY })
  const upstreams = { openai, 'openai, by chat': openai, xai, anthropic, google }
  return {
    gateway,
    upstreams,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      for (const upstream of [openai, xai, anthropic, google]) await upstream[Symbol.asyncDispose]()
    },
  }
}

/** Each provider of the kit, with its base URL and its names of models. */
function models(apiKey: string, at: (provider: string) => string, name: (model: string) => string) {
  const openai = createOpenAI({ apiKey, baseURL: at('o') })
  const google = createGoogleGenerativeAI({ apiKey, baseURL: at('g') })
  return {
    openai: { chat: openai(name('o/gpt-test')), embedding: openai.embedding(name('o/embed-test')) },
    'openai, by chat': { chat: openai.chat(name('o/gpt-test')) },
    xai: { chat: createXai({ apiKey, baseURL: at('x') })(name('x/grok-test')) },
    anthropic: { chat: createAnthropic({ apiKey, baseURL: at('a') })(name('a/claude-test')) },
    google: { chat: google(name('g/gemini-test')), embedding: google.embedding(name('g/gemini-embed')) },
  } satisfies Record<string, Models>
}

const versions: Record<string, string> = { o: '', x: '', a: '/v1', g: '/v1beta' }
const ways = {
  'through /proxy/{provider}': (address: string, token: string) =>
    models(
      token,
      (provider) => `${address}/proxy/${provider}${versions[provider] ?? ''}`,
      (model) => model.slice(2),
    ),
  'through the one address': (address: string, token: string) =>
    models(
      token,
      (provider) => `${address}${provider === 'g' ? '/v1beta' : '/v1'}`,
      (model) => model,
    ),
}

for (const [way, make] of Object.entries(ways)) {
  describe(`the AI SDK ${way}`, () => {
    it('generates and streams text with every provider', async () => {
      await using opened = await openAll()
      for (const [name, { chat: model }] of Object.entries(make(opened.gateway.address, opened.gateway.token))) {
        const { text } = await generateText({ model, prompt: 'hi', maxRetries: 0, maxOutputTokens: 64 })
        expect([name, text]).toEqual([name, SAID])
        const streamed = streamText({ model, prompt: 'hi', maxRetries: 0, maxOutputTokens: 64 })
        expect([name, (await allOf(streamed.textStream)).join('')]).toEqual([name, SAID])
      }
    })

    it('calls tools', async () => {
      await using opened = await openAll()
      for (const [name, { chat: model }] of Object.entries(make(opened.gateway.address, opened.gateway.token))) {
        const wish = {
          model,
          prompt: 'the weather?',
          tools: { get_weather: weather },
          maxRetries: 0,
          maxOutputTokens: 64,
        }
        const { toolCalls } = await generateText(wish)
        expect([name, toolCalls[0]?.input]).toEqual([name, { city: 'Oslo' }])
      }
    })

    it('embeds texts', async () => {
      await using opened = await openAll()
      const { openai, google } = make(opened.gateway.address, opened.gateway.token)
      for (const { embedding: model } of [openai, google]) {
        expect((await embedMany({ model, values: ['one', 'two'], maxRetries: 0 })).embeddings).toHaveLength(2)
        expect((await embedMany({ model, values: ['one'], maxRetries: 0 })).embeddings[0]).toHaveLength(8)
      }
    })

    it("raises the provider's own errors, and aborts", async () => {
      await using opened = await openAll()
      const all = Object.entries(make(opened.gateway.address, opened.gateway.token))
      for (const [name, { chat: model }] of all) {
        const refused = await generateText({ model, prompt: 'too fast', maxRetries: 0, maxOutputTokens: 64 }).catch(
          (cause: unknown) => cause,
        )
        expect(APICallError.isInstance(refused)).toBe(true)
        expect([name, (refused as APICallError).statusCode]).toEqual([name, 429])
      }
      for (const [name, { chat: model }] of all) {
        const abort = new AbortController()
        const wish = { model, prompt: 'on forever', maxRetries: 0, maxOutputTokens: 64, abortSignal: abort.signal }
        const { stream } = streamText({ ...wish, onError: () => undefined })
        for await (const part of stream) if (part.type === 'text-delta' || part.type === 'start-step') break
        abort.abort()
        const upstream = opened.upstreams[name as keyof typeof opened.upstreams]
        expect([name, await upstream.last().cut]).toEqual([name, true])
      }
    })
  })
}

describe("xAI's refusal of a key", () => {
  it('arrives as xAI says it', async () => {
    const wrongKey = (shown: string) =>
      error(400, `Incorrect API key provided: ${shown}. You can obtain an API key from https://console.x.ai.`)
    await using upstream = await openOpenAi({ key: 'another', wrongKey, models: ['grok-test'] })
    await using gateway = await openGateway()
    await gateway.add({ name: 'x', base_url: `${upstream.origin}/v1`, api_key: CANARY })
    const model = createXai({ apiKey: gateway.token, baseURL: `${gateway.address}/v1` })('x/grok-test')
    const refused = await generateText({ model, prompt: 'hi', maxRetries: 0 }).catch((cause: unknown) => cause)
    expect((refused as APICallError).responseBody).toContain('Incorrect API key provided: sk-c***IJ')
  })
})
