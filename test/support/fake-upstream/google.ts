// https://ai.google.dev/api and the types of @google/genai 3.3
import { beginEvents, sendJson, type FakeUpstream } from './open-upstream.ts'
import {
  jsonOf,
  lastText,
  openDialect,
  Reject,
  sendEvents,
  unknownField,
  untilGone,
  vectorOf,
} from './dialect-server.ts'
import type { Exchange, Json } from './dialect-server.ts'
import { answerOpenAi, WORDS } from './openai.ts'

const GENERATE_FIELDS =
  'model contents tools toolConfig safetySettings systemInstruction generationConfig cachedContent serviceTier store'.split(
    ' ',
  )
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  generateContent: GENERATE_FIELDS,
  streamGenerateContent: GENERATE_FIELDS,
  countTokens: ['contents', 'generateContentRequest'],
  embedContent: ['model', 'content', 'taskType', 'title', 'outputDimensionality', 'embedContentConfig'],
  batchEmbedContents: ['requests'],
}
const MODELS = ['gemini-test', 'gemini-embed']

export interface GoogleOptions {
  key: string
}

/** An upstream that speaks Gemini's dialect, and OpenAI's at /v1beta/openai, as the real one does. */
export function openGoogle({ key }: GoogleOptions): Promise<FakeUpstream> {
  return openDialect(async (exchange) => {
    const { req, seen, path, query } = exchange
    if (path.startsWith('/v1beta/openai/')) return compatible(exchange, key)
    const shown = req.headers['x-goog-api-key'] ?? query.get('key') ?? undefined
    if (shown === undefined) {
      throw error(403, 'PERMISSION_DENIED', "Method doesn't allow unregistered callers. Please use API Key.")
    }
    // Not 401: a wrong key is an invalid argument to Google.
    if (shown !== key) throw error(400, 'INVALID_ARGUMENT', 'API key not valid.', 'API_KEY_INVALID')
    const [, version, rest = ''] = /^\/(v1|v1beta|v1alpha)\/(.*)$/.exec(path) ?? []
    if (version === undefined) throw notFound(path)
    if (rest === 'models' || /^models\/[^/:]+$/.test(rest)) {
      if (req.method !== 'GET') throw notFound(path)
      sendModels(exchange, rest)
      return
    }
    const [, model = '', verb = ''] = /^models\/([^/:]+):(\w+)$/.exec(rest) ?? []
    const fields = FIELDS[verb]
    if (fields === undefined || req.method !== 'POST') throw notFound(path)
    if (!MODELS.includes(model)) {
      throw error(404, 'NOT_FOUND', `models/${model} is not found for API version ${version}.`)
    }
    const body = jsonOf(seen)
    if (body === undefined) throw error(400, 'INVALID_ARGUMENT', 'Invalid JSON payload received. Unexpected token.')
    const stray = unknownField(body, fields)
    if (stray !== undefined) {
      throw error(400, 'INVALID_ARGUMENT', `Invalid JSON payload received. Unknown name "${stray}": Cannot find field.`)
    }
    await verbs[verb]?.(exchange, body, model)
  })
}

/** Errors of the compatible endpoint come in an array. */
async function compatible(exchange: Exchange, key: string): Promise<void> {
  try {
    await answerOpenAi(exchange, { key, models: MODELS, base: '/v1beta/openai' })
  } catch (cause) {
    if (!(cause instanceof Reject)) throw cause
    throw new Reject(cause.status, [cause.body])
  }
}

type Verb = (exchange: Exchange, body: Json, model: string) => void | Promise<void>

const verbs: Readonly<Record<string, Verb>> = {
  generateContent({ res }, body) {
    const text = wished(body)
    sendJson(res, 200, answer(isCall(body, text) ? [call()] : [{ text: WORDS.join('') }], 'STOP'))
  },

  async streamGenerateContent({ res, query }, body) {
    const text = wished(body)
    const parts = isCall(body, text) ? [call()] : WORDS.map((word) => ({ text: word }))
    const chunks = parts.map((part, i) => answer([part], i + 1 === parts.length ? 'STOP' : undefined))
    if (query.get('alt') !== 'sse') {
      sendJson(res, 200, chunks)
      return
    }
    beginEvents(res)
    if (text.includes('forever')) {
      res.write(`data: ${JSON.stringify(answer([{ text: 'on and on' }], undefined))}\r\n\r\n`)
      return untilGone(res)
    }
    await sendEvents(
      res,
      chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`),
    )
  },

  countTokens({ res }) {
    sendJson(res, 200, { totalTokens: 7 })
  },

  embedContent({ res }, body, model) {
    checkSameModel(body['model'], model)
    sendJson(res, 200, { embedding: { values: vectorOf(lastText(body['content'])) } })
  },

  batchEmbedContents({ res }, { requests }, model) {
    const list = Array.isArray(requests) ? (requests as Json[]) : []
    for (const one of list) checkSameModel(one['model'], model)
    sendJson(res, 200, { embeddings: list.map((one) => ({ values: vectorOf(lastText(one['content'])) })) })
  },
}

function checkSameModel(named: unknown, model: string): void {
  if (named === undefined || named === `models/${model}`) return
  throw error(
    400,
    'INVALID_ARGUMENT',
    `The model in the request does not match the model in the URL: ${JSON.stringify(named)}`,
  )
}

function wished(body: Json): string {
  const { contents } = body
  if (!Array.isArray(contents) || contents.length === 0) {
    throw error(400, 'INVALID_ARGUMENT', '* GenerateContentRequest.contents: contents is not specified')
  }
  const text = lastText(contents)
  if (text.includes('too fast')) throw error(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota')
  return text
}

function isCall({ tools }: Json, text: string): boolean {
  return Array.isArray(tools) && tools.length > 0 && text.includes('weather')
}

function answer(parts: unknown[], finishReason: string | undefined): Json {
  const candidate = {
    content: { parts, role: 'model' },
    ...(finishReason === undefined ? {} : { finishReason }),
    index: 0,
  }
  const usageMetadata = { promptTokenCount: 9, candidatesTokenCount: 5, totalTokenCount: 14 }
  return { candidates: [candidate], usageMetadata, modelVersion: 'gemini-test', responseId: 'resp1' }
}

function call(): Json {
  return { functionCall: { name: 'get_weather', args: { city: 'Oslo' } } }
}

function sendModels({ res, query }: Exchange, rest: string): void {
  const row = (id: string): Json => ({
    name: `models/${id}`,
    displayName: `Model ${id}`,
    supportedGenerationMethods: [id.includes('embed') ? 'embedContent' : 'generateContent'],
  })
  if (rest !== 'models') {
    const id = rest.slice('models/'.length)
    if (!MODELS.includes(id)) throw error(404, 'NOT_FOUND', `models/${id} is not found`)
    sendJson(res, 200, row(id))
    return
  }
  const size = Number(query.get('pageSize') ?? 50)
  const from = Number(query.get('pageToken') ?? 0)
  const nextPageToken = from + size < MODELS.length ? { nextPageToken: String(from + size) } : {}
  sendJson(res, 200, { models: MODELS.slice(from, from + size).map(row), ...nextPageToken })
}

function notFound(path: string): Reject {
  return error(404, 'NOT_FOUND', `Requested entity was not found: ${path}`)
}

function error(code: number, status: string, message: string, reason?: string): Reject {
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' }
  return new Reject(code, { error: { code, message, status, ...(reason === undefined ? {} : { details: [info] }) } })
}
