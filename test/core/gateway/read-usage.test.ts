import { describe, expect, it } from 'vitest'
import { readUsage, type Answered } from '../../../src/core/gateway/read-usage.ts'
import { UsageTap } from '../../../src/core/gateway/usage-tap.ts'

const JSON_HEAD = ['Content-Type', 'application/json; charset=utf-8']
const EVENTS_HEAD = ['content-type', 'text/event-stream']

function textsOf(head: readonly string[], body: string, chunk = body.length): string[] {
  const tap = new UsageTap()
  tap.head(200, head)
  const bytes = Buffer.from(body)
  for (let at = 0; at < bytes.length; at += chunk) tap.chunk(bytes.subarray(at, at + chunk))
  return tap.take()
}

const json = (value: unknown): string[] => textsOf(JSON_HEAD, JSON.stringify(value, null, 2))
const events = (...values: unknown[]): string[] =>
  textsOf(EVENTS_HEAD, values.map((value) => `data: ${JSON.stringify(value)}\r\n\r\n`).join(''), 7)

function usageOf(texts: readonly string[], more: Partial<Answered> = {}) {
  const answered = { provider: 'openai', base_url: 'https://api.openai.com/v1', model: 'gpt-5', price: () => undefined }
  return readUsage({ ...answered, dialect: 'openai', texts, ...more })
}

describe('the usage of an answer', () => {
  it("is read in OpenAI's words: chat, responses and embeddings, with a stream or without", async () => {
    const chat = {
      prompt_tokens: 1000,
      completion_tokens: 100,
      prompt_tokens_details: { cached_tokens: 200 },
    }
    const expected = { model: 'gpt-5', input_tokens: 1000, output_tokens: 100, cached_tokens: 200 }
    expect(await usageOf(json({ model: 'gpt-5', usage: chat }))).toMatchObject(expected)
    const stream = events(
      { choices: [{ delta: { content: '"usage": {"' } }], usage: null },
      { choices: [], usage: chat },
    )
    expect(await usageOf(stream)).toMatchObject(expected)
    const responses = { input_tokens: 1000, output_tokens: 100, input_tokens_details: { cached_tokens: 200 } }
    expect(await usageOf(json({ usage: responses }))).toMatchObject(expected)
    const completed = { type: 'response.completed', response: { usage: responses } }
    expect(await usageOf(events({ type: 'response.created', response: { usage: null } }, completed))).toMatchObject(
      expected,
    )
    const embeddings = { prompt_tokens: 8, total_tokens: 8 }
    expect(await usageOf(json({ usage: embeddings }))).toMatchObject({ input_tokens: 8, output_tokens: 0 })
  })

  it("is read in Anthropic's words, where a stream says half of it at its beginning", async () => {
    const more = { provider: 'anthropic', dialect: 'anthropic', base_url: 'https://api.anthropic.com' } as const
    const input = { input_tokens: 10, cache_read_input_tokens: 3, cache_creation_input_tokens: 2 }
    const expected = { input_tokens: 15, output_tokens: 5, cached_tokens: 3 }
    expect(await usageOf(json({ usage: { ...input, output_tokens: 5 } }), more)).toMatchObject(expected)
    const stream = events(
      { type: 'message_start', message: { model: 'claude', usage: { ...input, output_tokens: 1 } } },
      { type: 'content_block_delta', delta: { text: 'hi' } },
      { type: 'message_delta', delta: {}, usage: { output_tokens: 5 } },
    )
    expect(await usageOf(stream, { ...more, model: null })).toMatchObject({ model: 'claude', ...expected })
  })

  it("is read in Google's words, as one answer, as events and as a list", async () => {
    const more = { provider: 'google', dialect: 'google', base_url: null } as const
    const usage = (out: number) => ({
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: out, thoughtsTokenCount: 2 },
    })
    const expected = { input_tokens: 10, output_tokens: 7 }
    expect(await usageOf(json(usage(5)), more)).toMatchObject(expected)
    expect(await usageOf(events(usage(1), usage(3), usage(5)), more)).toMatchObject(expected)
    expect(await usageOf(json([usage(1), usage(5)]), more)).toMatchObject(expected)
  })

  it('counts what xAI counts on top of the answer', async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 20 } }
    const xai = { provider: 'xai', base_url: 'https://api.x.ai/v1', model: 'grok-4' }
    expect(await usageOf(json({ usage }), xai)).toMatchObject({ output_tokens: 25 })
    expect(await usageOf(json({ usage }))).toMatchObject({ output_tokens: 5 })
  })

  it('costs what the price list says, or the catalog, which goes before; an unknown price is unknown', async () => {
    const texts = json({ usage: { prompt_tokens: 1_000_000, completion_tokens: 1_000_000 } })
    expect((await usageOf(texts))?.cost).toBeCloseTo(11.25)
    const price = () => ({ input: 1, output: 2 })
    expect((await usageOf(texts, { price }))?.cost).toBeCloseTo(3)
    const cached = json({
      usage: { prompt_tokens: 1_000_000, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 500_000 } },
    })
    expect((await usageOf(cached, { price: () => ({ input: 1, output: 2, cached_input: 0.5 }) }))?.cost).toBeCloseTo(
      0.75,
    )
    expect(await usageOf(texts, { model: 'no-such-model' })).toMatchObject({ input_tokens: 1_000_000, cost: null })
    const own = { provider: 'own', base_url: 'http://127.0.0.1:9/v1' }
    expect(await usageOf(texts, own)).toMatchObject({ input_tokens: 1_000_000, cost: null })
  })

  it('is unknown where the answer says none, or nothing that can be understood', async () => {
    expect(await usageOf(events({ choices: [] }))).toBeUndefined()
    expect(await usageOf(json({ usage: { total: 'many' } }))).toBeUndefined()
    expect(await usageOf(['{"usage": {'])).toBeUndefined()
  })
})

describe('the side copy of an answer', () => {
  const body = `data: {"usage":{"prompt_tokens":1}}\n\ndata: [DONE]\n\n`

  it('is the same wherever the stream is split', () => {
    for (let chunk = 1; chunk <= body.length; chunk += 1) {
      expect(textsOf(EVENTS_HEAD, body, chunk)).toEqual(['{"usage":{"prompt_tokens":1}}'])
    }
  })

  it('is bounded: what is too long is let go, and the next event is read again', () => {
    const long = `data: {"usage":{},"text":"${'x'.repeat(600_000)}"}\n\n`
    expect(textsOf(EVENTS_HEAD, long + body, 50_000)).toEqual(['{"usage":{"prompt_tokens":1}}'])
    expect(textsOf(JSON_HEAD, long)).toEqual([])
  })

  it('is not made of an error, of what is encoded, or of another type', () => {
    for (const [status, head] of [
      [400, JSON_HEAD],
      [200, [...JSON_HEAD, 'content-encoding', 'gzip']],
      [200, ['content-type', 'audio/mpeg']],
      [200, []],
    ] as const) {
      const tap = new UsageTap()
      tap.head(status, head)
      tap.chunk(Buffer.from('{"usage":{}}'))
      expect(tap.take()).toEqual([])
    }
  })
})
