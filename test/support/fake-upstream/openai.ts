// https://developers.openai.com/api/reference and the types of openai 7.57
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

const CHAT_FIELDS =
  'messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens metadata modalities moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options'.split(
    ' ',
  )
const RESPONSE_FIELDS =
  'access_programs background context_management conversation image include input instructions max_output_tokens max_tool_calls metadata model moderation parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_options prompt_cache_retention reasoning safety_identifier service_tier store stream stream_options temperature text tool_choice tools top_logprobs top_p truncation user'.split(
    ' ',
  )
const EMBEDDING_FIELDS = 'input model dimensions encoding_format user'.split(' ')

export interface OpenAiOptions {
  key: string
  models?: readonly string[]
  /** Below which path it lives. */
  base?: string
  /** xAI says 400 to a wrong key, with a piece of it. */
  wrongKey?: (shown: string) => Reject
}

export const WORDS = ['Hello', ' from', ' the', ' upstream', '.']
const USAGE = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 }

/** An upstream that speaks OpenAI's dialect, and knows only what OpenAI knows. */
export function openOpenAi(options: OpenAiOptions): Promise<FakeUpstream> {
  return openDialect((exchange) => answerOpenAi(exchange, options))
}

export async function answerOpenAi(exchange: Exchange, options: OpenAiOptions): Promise<void> {
  const { req, res, seen, path } = exchange
  const { models = ['gpt-test', 'embed-test'], base = '/v1' } = options
  res.setHeader('x-request-id', 'req_openai_1')
  res.setHeader('openai-processing-ms', '5')
  checkKey(req.headers.authorization, options)
  const rest = path.startsWith(`${base}/`) ? path.slice(base.length) : ''
  if (rest === '/models' || rest.startsWith('/models/')) {
    if (req.method !== 'GET') throw notAllowed(req.method, path)
    sendModels(exchange, rest, models)
    return
  }
  const handler = { '/chat/completions': chat, '/responses': responses, '/embeddings': embeddings }[rest]
  if (handler === undefined) throw error(404, `Invalid URL (${req.method} ${path})`)
  if (req.method !== 'POST') throw notAllowed(req.method, path)
  if (!/^application\/json\b/.test(req.headers['content-type'] ?? '')) {
    throw error(400, `Unsupported content type: '${req.headers['content-type']}'.`, 'unsupported_content_type')
  }
  const body = jsonOf(seen)
  if (body === undefined) throw error(400, 'We could not parse the JSON body of your request.')
  if (typeof body['model'] !== 'string') throw error(400, 'you must provide a model parameter')
  if (!models.includes(body['model'])) {
    const message = `The model \`${body['model']}\` does not exist or you do not have access to it.`
    throw error(404, message, 'model_not_found')
  }
  await handler(exchange, body)
}

function checkKey(authorization: string | undefined, { key, wrongKey }: OpenAiOptions): void {
  if (authorization === undefined) throw error(401, "You didn't provide an API key.")
  const shown = authorization.replace(/^Bearer /, '')
  if (authorization === `Bearer ${key}`) return
  const hidden = `${shown.slice(0, 4)}***${shown.slice(-2)}`
  throw (
    wrongKey?.(hidden) ??
    error(401, `Incorrect API key provided: ${hidden}.`, 'invalid_api_key', 'invalid_request_error')
  )
}

async function chat({ res }: Exchange, body: Json): Promise<void> {
  const stray = unknownField(body, CHAT_FIELDS)
  if (stray !== undefined) throw error(400, `Unrecognized request argument supplied: ${stray}`)
  const { messages, model, tools } = body
  if (!Array.isArray(messages) || messages.length === 0) throw error(400, "Invalid 'messages': empty array.")
  const text = lastText(messages)
  refuseOnWish(text)
  const called = Array.isArray(tools) && text.includes('weather')
  const common = { id: 'chatcmpl-1', created: 1_790_000_000, model }
  if (body['stream'] !== true) {
    const message = called
      ? { role: 'assistant', content: null, refusal: null, tool_calls: [toolCall()] }
      : { role: 'assistant', content: WORDS.join(''), refusal: null }
    const choice = { index: 0, message, logprobs: null, finish_reason: called ? 'tool_calls' : 'stop' }
    sendJson(res, 200, { ...common, object: 'chat.completion', choices: [choice], usage: USAGE })
    return
  }
  const chunk = (delta: Json, finish_reason: string | null = null): string =>
    event({ ...common, object: 'chat.completion.chunk', choices: [{ index: 0, delta, logprobs: null, finish_reason }] })
  beginEvents(res)
  if (text.includes('forever')) {
    res.write(chunk({ role: 'assistant', content: 'on and on' }))
    return untilGone(res)
  }
  const wantsUsage = (body['stream_options'] as Json | undefined)?.['include_usage'] === true
  const [id, ...args] = ['{"city"', ':"Oslo"', '}']
  await sendEvents(res, [
    chunk({ role: 'assistant', content: called ? null : '' }),
    ...(called
      ? [
          chunk({ tool_calls: [{ index: 0, ...toolCall(id) }] }),
          ...args.map((part) => chunk({ tool_calls: [{ index: 0, function: { arguments: part } }] })),
        ]
      : WORDS.map((word) => chunk({ content: word }))),
    chunk({}, called ? 'tool_calls' : 'stop'),
    ...(wantsUsage ? [event({ ...common, object: 'chat.completion.chunk', choices: [], usage: USAGE })] : []),
    'data: [DONE]\n\n',
  ])
}

async function responses({ res }: Exchange, body: Json): Promise<void> {
  const stray = unknownField(body, RESPONSE_FIELDS)
  if (stray !== undefined) throw error(400, `Unknown parameter: '${stray}'.`, 'unknown_parameter')
  const text = lastText(body['input'])
  refuseOnWish(text)
  const called = Array.isArray(body['tools']) && text.includes('weather')
  const { item, events } = called ? callItem() : messageItem()
  if (body['stream'] !== true) {
    sendJson(res, 200, responseOf(body, 'completed', [item]))
    return
  }
  const begun = { type: 'response.created', response: responseOf(body, 'in_progress', []) }
  const added = { ...item, status: 'in_progress', ...(called ? { arguments: '' } : { content: [] }) }
  const all: Json[] = [
    begun,
    { ...begun, type: 'response.in_progress' },
    { type: 'response.output_item.added', output_index: 0, item: added },
    ...events,
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: responseOf(body, 'completed', [item]) },
  ]
  const texts = all.map((value, i) => `event: ${String(value['type'])}\n${event({ ...value, sequence_number: i })}`)
  beginEvents(res)
  if (!text.includes('forever')) return sendEvents(res, texts)
  for (const one of texts.slice(0, 5)) res.write(one)
  return untilGone(res)
}

function responseOf(body: Json, status: string, output: unknown[]): Json {
  const usage = {
    input_tokens: 9,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: 5,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 14,
  }
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_790_000_000,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: body['model'],
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: status === 'completed' ? usage : null,
  }
}

interface Item {
  item: Json
  /** What streams between its beginning and its end. */
  events: Json[]
}

function messageItem(): Item {
  const part = { type: 'output_text', text: WORDS.join(''), annotations: [], logprobs: [] }
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  return {
    item: { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [part] },
    events: [
      { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
      ...WORDS.map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
      { type: 'response.output_text.done', ...at, text: part.text, logprobs: [] },
      { type: 'response.content_part.done', ...at, part },
    ],
  }
}

function callItem(): Item {
  const { name, arguments: args } = { name: 'get_weather', arguments: '{"city":"Oslo"}' }
  const at = { item_id: 'fc_1', output_index: 0 }
  return {
    item: { id: 'fc_1', type: 'function_call', status: 'completed', call_id: 'call_1', name, arguments: args },
    events: [
      { type: 'response.function_call_arguments.delta', ...at, delta: args },
      { type: 'response.function_call_arguments.done', ...at, name, arguments: args },
    ],
  }
}

function embeddings({ res }: Exchange, body: Json): void {
  const stray = unknownField(body, EMBEDDING_FIELDS)
  if (stray !== undefined) throw error(400, `Unrecognized request argument supplied: ${stray}`)
  const { input, model, encoding_format } = body
  const texts = (Array.isArray(input) ? input : [input]).map(String)
  const data = texts.map((text, index) => {
    const vector = vectorOf(text)
    const embedding =
      encoding_format === 'base64' ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector
    return { object: 'embedding', index, embedding }
  })
  sendJson(res, 200, { object: 'list', data, model, usage: { prompt_tokens: 3, total_tokens: 3 } })
}

function sendModels({ res }: Exchange, rest: string, models: readonly string[]): void {
  const row = (id: string): Json => ({ id, object: 'model', created: 1_790_000_000, owned_by: 'upstream' })
  if (rest === '/models') {
    sendJson(res, 200, { object: 'list', data: models.map(row) })
    return
  }
  const id = decodeURIComponent(rest.slice('/models/'.length))
  if (!models.includes(id)) throw error(404, `The model '${id}' does not exist`, 'model_not_found')
  sendJson(res, 200, row(id))
}

function refuseOnWish(text: string): void {
  if (text.includes('too fast')) {
    const body = {
      error: { message: 'Rate limit reached', type: 'requests', param: null, code: 'rate_limit_exceeded' },
    }
    throw new Reject(429, body, { 'retry-after': '1', 'x-should-retry': 'false' })
  }
}

function toolCall(args = '{"city":"Oslo"}'): Json {
  return { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: args } }
}

function event(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

export function error(
  status: number,
  message: string,
  code: string | null = null,
  type = 'invalid_request_error',
): Reject {
  return new Reject(status, { error: { message, type, param: null, code } })
}

function notAllowed(method: string | undefined, path: string): Reject {
  return error(405, `Not allowed to ${method} on ${path}.`)
}
