// https://platform.claude.com/docs/en/api and the types of @anthropic-ai/sdk 1.13
import { beginEvents, sendJson, type FakeUpstream } from './open-upstream.ts'
import { jsonOf, lastText, openDialect, Reject, sendEvents, unknownField, untilGone } from './dialect-server.ts'
import type { Exchange, Json } from './dialect-server.ts'
import { answerOpenAi, WORDS } from './openai.ts'

const FIELDS =
  'max_tokens messages model cache_control container diagnostics inference_geo metadata output_config service_tier speed stop_sequences stream system temperature top_k top_p thinking tool_choice tools user_profile_id workspace_id'.split(
    ' ',
  )
const COUNT_FIELDS =
  'messages model cache_control output_config speed system thinking tool_choice tools user_profile_id workspace_id'.split(
    ' ',
  )
const VERSIONS = ['2023-06-01', '2026-10-21']
const MODELS = ['claude-test', 'claude-other']

export interface AnthropicOptions {
  key: string
}

/** An upstream that speaks Anthropic's dialect, and OpenAI's at /v1/chat/completions, as the real one does. */
export function openAnthropic({ key }: AnthropicOptions): Promise<FakeUpstream> {
  return openDialect(async (exchange) => {
    const { req, res, seen, path } = exchange
    if (path === '/v1/chat/completions') return answerOpenAi(exchange, { key, models: MODELS })
    res.setHeader('request-id', 'req_anthropic_1')
    res.setHeader('anthropic-ratelimit-requests-remaining', '49')
    const { 'x-api-key': own, authorization, 'anthropic-version': version } = req.headers
    if (own === undefined && authorization === undefined) {
      throw error(401, 'authentication_error', 'x-api-key header is required')
    }
    if (own !== undefined ? own !== key : authorization !== `Bearer ${key}`) {
      throw error(401, 'authentication_error', 'invalid x-api-key')
    }
    if (version === undefined) throw error(400, 'invalid_request_error', 'anthropic-version: header is required')
    if (!VERSIONS.includes(String(version))) {
      throw error(400, 'invalid_request_error', `anthropic-version: "${String(version)}" is not a valid version`)
    }
    if (path === '/v1/models' || path.startsWith('/v1/models/')) {
      if (req.method !== 'GET') throw error(405, 'invalid_request_error', 'Method Not Allowed')
      sendModels(exchange)
      return
    }
    if (path !== '/v1/messages' && path !== '/v1/messages/count_tokens')
      throw error(404, 'not_found_error', 'Not Found')
    if (req.method !== 'POST') throw error(405, 'invalid_request_error', 'Method Not Allowed')
    const body = jsonOf(seen)
    if (!/^application\/json\b/.test(req.headers['content-type'] ?? '') || body === undefined) {
      throw error(400, 'invalid_request_error', 'The request body is not valid JSON')
    }
    const counting = path.endsWith('count_tokens')
    check(body, counting ? COUNT_FIELDS : FIELDS, counting)
    if (counting) sendJson(res, 200, { input_tokens: 11 })
    else await messages(exchange, body)
  })
}

function check(body: Json, fields: readonly string[], counting: boolean): void {
  const stray = unknownField(body, fields)
  if (stray !== undefined) throw error(400, 'invalid_request_error', `${stray}: Extra inputs are not permitted`)
  for (const name of counting ? ['model', 'messages'] : ['model', 'messages', 'max_tokens']) {
    if (body[name] === undefined) throw error(400, 'invalid_request_error', `${name}: Field required`)
  }
  if (!MODELS.includes(String(body['model']))) throw error(404, 'not_found_error', `model: ${String(body['model'])}`)
}

async function messages({ res }: Exchange, body: Json): Promise<void> {
  const text = lastText(body['messages'])
  if (text.includes('too fast')) {
    const reject = error(429, 'rate_limit_error', 'This request would exceed your rate limit')
    throw new Reject(429, reject.body, { 'retry-after': '1', 'x-should-retry': 'false' })
  }
  const called = Array.isArray(body['tools']) && text.includes('weather')
  const stop = { stop_reason: called ? 'tool_use' : 'end_turn', stop_sequence: null }
  const usage = { input_tokens: 9, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 5 }
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: body['model'], container: null }
  if (body['stream'] !== true) {
    const content = called ? [toolUse({ city: 'Oslo' })] : [{ type: 'text', text: WORDS.join(''), citations: null }]
    sendJson(res, 200, { ...message, content, ...stop, usage })
    return
  }
  const start = {
    ...message,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1 },
  }
  beginEvents(res)
  if (text.includes('forever')) {
    res.write(event({ type: 'message_start', message: start }))
    res.write(event({ type: 'ping' }))
    return untilGone(res)
  }
  const block = called ? toolUse({}) : { type: 'text', text: '', citations: null }
  const deltas = called
    ? ['{"city"', ':"Oslo"}'].map((partial_json) => ({ type: 'input_json_delta', partial_json }))
    : WORDS.map((word) => ({ type: 'text_delta', text: word }))
  await sendEvents(
    res,
    [
      { type: 'message_start', message: start },
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'ping' },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index: 0, delta })),
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: stop, usage: { output_tokens: 5 } },
      { type: 'message_stop' },
    ].map(event),
  )
}

function sendModels({ res, path, query }: Exchange): void {
  const row = (id: string): Json => ({
    type: 'model',
    id,
    display_name: `Model ${id}`,
    created_at: '2026-01-01T00:00:00Z',
    lifecycle: 'active',
    capabilities: null,
    deprecated_at: null,
    line: null,
    max_input_tokens: 200_000,
    max_tokens: 64_000,
    retires_at: null,
  })
  const id = path.slice('/v1/models/'.length)
  if (id !== '') {
    if (!MODELS.includes(id)) throw error(404, 'not_found_error', `model: ${id}`)
    sendJson(res, 200, row(id))
    return
  }
  const limit = Number(query.get('limit') ?? 20)
  if (!(limit >= 1 && limit <= 1000)) throw error(400, 'invalid_request_error', 'limit: must be between 1 and 1000')
  const from = MODELS.indexOf(query.get('after_id') ?? '') + 1
  const page = MODELS.slice(from, from + limit)
  const has_more = from + limit < MODELS.length
  sendJson(res, 200, { data: page.map(row), has_more, first_id: page[0] ?? null, last_id: page.at(-1) ?? null })
}

function toolUse(input: Json): Json {
  return { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input, caller: { type: 'direct' } }
}

function event(value: Json): string {
  return `event: ${String(value['type'])}\ndata: ${JSON.stringify(value)}\n\n`
}

function error(status: number, type: string, message: string): Reject {
  return new Reject(status, { type: 'error', error: { type, message }, request_id: 'req_anthropic_1' })
}
