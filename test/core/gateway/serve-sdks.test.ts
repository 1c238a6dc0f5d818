// The official clients, with a token in place of a key and a base URL in place of the provider's; nothing else differs.
import { createOpenAI } from '@ai-sdk/openai'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { generateText, streamText } from 'ai'
import OpenAI, { AuthenticationError } from 'openai'
import { describe, expect, it } from 'vitest'
import { openAnthropic } from '../../support/fake-upstream/anthropic.ts'
import { openGoogle } from '../../support/fake-upstream/google.ts'
import { openOpenAi, WORDS } from '../../support/fake-upstream/openai.ts'
import { allOf, CANARY } from './open-gateway.ts'
import { openServing } from './open-serving.ts'

const SAID = WORDS.join('')
const messages = [{ role: 'user' as const, content: 'hi' }]

async function openAll() {
  const openai = await openOpenAi({ key: CANARY })
  const anthropic = await openAnthropic({ key: CANARY })
  const google = await openGoogle({ key: CANARY })
  const serving = await openServing()
  const key = { api_key: CANARY }
  await serving.add({ name: 'o', base_url: `${openai.origin}/v1`, ...key, models: ['gpt-test'] })
  await serving.add({ name: 'a', base_url: anthropic.origin, dialect: 'anthropic', ...key, models: ['claude-test'] })
  await serving.add({ name: 'g', base_url: google.origin, dialect: 'google', ...key, models: ['gemini-test'] })
  const { id, token } = await serving.token()
  return {
    ...serving,
    id,
    token,
    upstreams: [openai, anthropic, google],
    async [Symbol.asyncDispose]() {
      await serving[Symbol.asyncDispose]()
      for (const upstream of [openai, anthropic, google]) await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('a tool with a token of Latchkey', () => {
  it('chats, streams and lists models with the openai SDK', async () => {
    await using opened = await openAll()
    const client = new OpenAI({ apiKey: opened.token, baseURL: `${opened.address}/v1`, maxRetries: 0 })
    const whole = await client.chat.completions.create({ model: 'gpt-test', messages })
    expect(whole.choices[0]?.message.content).toBe(SAID)
    const stream = await client.chat.completions.create({ model: 'o/gpt-test', messages, stream: true })
    expect((await allOf(stream)).map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(SAID)
    expect((await allOf(client.models.list())).map(({ id }) => id)).toEqual(['o/gpt-test'])
  })

  it('chats, streams and lists models with the Anthropic SDK', async () => {
    await using opened = await openAll()
    const client = new Anthropic({ apiKey: opened.token, baseURL: opened.address, maxRetries: 0 })
    const wish = { model: 'claude-test', max_tokens: 64, messages }
    expect((await client.messages.create(wish)).content).toMatchObject([{ type: 'text', text: SAID }])
    expect(await client.messages.stream(wish).finalText()).toBe(SAID)
    expect((await allOf(client.models.list())).map(({ id }) => id)).toEqual(['a/claude-test'])
  })

  it('generates, streams and lists models with the Google SDK', async () => {
    await using opened = await openAll()
    const { models } = new GoogleGenAI({ apiKey: opened.token, httpOptions: { baseUrl: opened.address } })
    const wish = { model: 'gemini-test', contents: 'hi' }
    expect((await models.generateContent(wish)).text).toBe(SAID)
    const chunks = await allOf(await models.generateContentStream(wish))
    expect(chunks.map(({ text }) => text ?? '').join('')).toBe(SAID)
    expect((await allOf(await models.list())).map(({ name }) => name)).toEqual(['models/g/gemini-test'])
  })

  it('generates and streams with the ai package, at /proxy', async () => {
    await using opened = await openAll()
    const provider = createOpenAI({ apiKey: opened.token, baseURL: `${opened.address}/proxy/o` })
    const wish = { model: provider.chat('gpt-test'), prompt: 'hi' }
    expect((await generateText(wish)).text).toBe(SAID)
    expect((await allOf(streamText(wish).textStream)).join('')).toBe(SAID)
  })

  it('is told in the words of its SDK that the token was revoked, once and for good', async () => {
    await using opened = await openAll()
    await opened.temp.client.revokeToken({ token_id: opened.id })
    let calls = 0
    const counted: typeof fetch = (...args) => {
      calls += 1
      return fetch(...args)
    }
    const client = new OpenAI({ apiKey: opened.token, baseURL: `${opened.address}/v1`, fetch: counted })
    const refused = await client.chat.completions
      .create({ model: 'gpt-test', messages })
      .catch((cause: unknown) => cause)
    expect(refused).toBeInstanceOf(AuthenticationError)
    expect(refused).toMatchObject({ code: 'token_revoked', message: expect.stringContaining('was revoked') })
    expect(calls).toBe(1)
    for (const upstream of opened.upstreams) expect(upstream.connections).toBe(0)
  })
})
