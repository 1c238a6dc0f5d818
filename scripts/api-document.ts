// docs/api.md as text, made from the operation table, the schemas and the error table.
import { openApiDocument } from '../src/core/http/openapi.ts'
import { API_BASE, operationIds, operations, routeOf, type OperationId } from '../src/shared/contract.ts'
import { errors, type ErrorCode } from '../src/shared/errors.ts'

type Json = Record<string, unknown>

/** Stand-ins for what an error's sentence is filled with; what has none here is shown as a gap. */
const EXAMPLES: Json = {
  address: 'http://127.0.0.1:5625',
  allow: 'GET, PUT',
  at: '2026-12-01T00:00:00.000Z',
  dialect: 'anthropic',
  found: 9,
  id: 'listEverything',
  keys: 3,
  known: 1,
  last: '/home/you/.env',
  limit: '1 MiB',
  model: 'gpt-6-sol',
  most: 60,
  name: 'X',
  origin: 'https://api.example.com',
  path: 'PATH',
  pid: 4711,
  place: 'PLACE',
  port: 5625,
  providers: ['openai', 'another'],
  ref: 7,
  seconds: 10,
  status: 307,
  summary: 'name: A name is needed.',
}

const OWN_REFUSALS: Partial<Record<OperationId, readonly ErrorCode[]>> = {
  createProvider: ['provider_exists'],
  updateProvider: ['key_reentry_required'],
  deleteProvider: ['provider_predefined'],
  addModel: ['model_exists'],
  resetProvider: ['key_reentry_required'],
  testProvider: ['provider_has_no_key', 'provider_has_no_address', 'key_unreadable'],
  listUpstreamModels: ['provider_has_no_key', 'provider_has_no_address', 'key_unreadable'],
  createToken: ['token_exists', 'provider_not_found'],
  updateToken: ['token_exists', 'provider_not_found', 'not_allowed'],
  setListener: ['port_busy', 'port_not_permitted', 'listener_running'],
  startOver: ['confirmation_wrong'],
}

/** The whole page; `notes` is the part that is written by hand. */
export function apiDocument(notes: string): string {
  const document = openApiDocument()
  return `${[
    '<!-- Made by `npm run docs` from src/shared/contract.ts, src/shared/errors.ts and scripts/api-notes.md. -->',
    '# REST API',
    introduction(),
    '## Operations',
    overview(),
    ...restIds().map((id) => section(id, document)),
    '## Shapes',
    ...Object.entries(object(object(document['components'])['schemas'])).map(([name, schema]) => shape(name, schema)),
    '## Errors',
    'The sentences are shown with example values.',
    errorTable(),
    notes.trim(),
  ].join('\n\n')}\n`
}

function introduction(): string {
  return [
    `Below \`http://127.0.0.1:PORT${API_BASE}\`; the port is 5625 unless chosen otherwise. JSON in and out, UTF-8, snake_case.`,
    'Every request needs a token, also for addresses that do not exist: `Authorization: Bearer TOKEN`, or the same token in',
    '`x-api-key`, `x-goog-api-key` or `api-key`. Only `GET /healthz` is open. Where the token of a running listener is: see the',
    'README.',
    '',
    '```sh',
    `curl -H "Authorization: Bearer $LATCHKEY_TOKEN" http://127.0.0.1:5625${API_BASE}/providers`,
    '```',
    '',
    'In every body `null` means: not given. An unknown field is refused by its name. Success answers the status of the table;',
    '204 has no body. A refusal is `{ "detail": "a sentence", "code": "a_word", "hint"?: "what to do" }`; 422 adds',
    '`errors: [{ path, message }]`. Test `code`, show `detail`. No answer ever holds an API key.',
    '',
    'Any request can be refused with 400 (malformed), 401 (no valid token), 403 (not from here), 408 (too slow), 413 (too large), 415 (not',
    'JSON), 429 or 500; a change also with 423 (locked), 503 (the master key, the vault) or 507 (the disk). Below each operation stands',
    'what it is refused for besides.',
    '',
    `The same as OpenAPI 3.1: \`GET ${API_BASE}/openapi.json\`.`,
  ].join('\n')
}

function restIds(): OperationId[] {
  return operationIds.filter((id) => operations[id].route !== null && operations[id].doors.includes('rest'))
}

function overview(): string {
  const rows = restIds().map((id) => {
    const { method, path } = routeOf(operations[id].route ?? '')
    return [`[${id}](#${id.toLowerCase()})`, `\`${method} ${path}\``, operations[id].summary]
  })
  return table(['operation', 'route', ''], rows)
}

function section(id: OperationId, document: Json): string {
  const { summary, status, ignores } = operations[id]
  const { method, path } = routeOf(operations[id].route ?? '')
  const item = object(object(object(document['paths'])[API_BASE + path])[method.toLowerCase()])
  const body = object(object(object(item['requestBody'])['content'])['application/json'])['schema']
  const success = object(object(item['responses'])[String(status)])
  const answer = object(object(object(success['content'])['application/json'])['schema'])
  const parameters = list(item['parameters'])
    .map(object)
    .map((parameter) => [
      `\`${String(parameter['name'])}\``,
      String(parameter['in']),
      typeName(parameter['schema']),
      parameter['required'] === true ? 'yes' : '',
      rules(parameter['schema']),
    ])
  const fields = fieldRows(object(body), ignores).map(([name, ...rest]) => [name ?? '', 'body', ...rest])
  const rows = [...parameters, ...fields]
  return [
    `### ${id}`,
    `\`${method} ${API_BASE}${path}\``,
    summary,
    ...(rows.length > 0 ? [table(['field', 'in', 'type', 'needed', 'rules'], rows)] : []),
    ...(ignores.length > 0 ? [`Passed over when sent: ${ignores.map((name) => `\`${name}\``).join(', ')}.`] : []),
    `Answers **${status}**${status === 204 ? ', without a body' : `: ${typeName(answer)}`}.`,
    ...refusals(id, path, rows.length > 0),
  ].join('\n\n')
}

/** What this operation in particular is refused for; what any can be is said once, above. */
function refusals(id: OperationId, path: string, takesInput: boolean): string[] {
  const codes: ErrorCode[] = [...(OWN_REFUSALS[id] ?? [])]
  if (path.includes('{provider_id}')) codes.unshift('provider_not_found')
  if (path.includes('{token_id}')) codes.unshift('token_not_found')
  if (path.includes('{model_id}')) codes.unshift('model_not_found')
  if (takesInput) codes.push('invalid_input')
  if (codes.length === 0) return []
  return [`Refused with ${codes.map((code) => `${errors[code].status} \`${code}\``).join(', ')}.`]
}

function shape(name: string, schema: unknown): string {
  const heading = `### ${name}`
  return `${heading}\n\n${table(['field', 'type', 'always', 'rules'], fieldRows(object(schema), []))}`
}

/** A row per field; the fields of an object within, or of the objects in a list, stand below it. */
function fieldRows(schema: Json, ignores: readonly string[], prefix = ''): string[][] {
  const required = new Set(list(schema['required']))
  return Object.entries(object(schema['properties'])).flatMap(([name, field]) => {
    if (ignores.includes(name)) return []
    const row = [`\`${prefix}${name}\``, typeName(field), required.has(name) ? 'yes' : '', rules(field)]
    const { items, anyOf } = object(field)
    const within = [
      ...fieldRows(object(field), [], `${prefix}${name}.`),
      ...fieldRows(object(items), [], `${prefix}${name}[].`),
      ...list(anyOf).flatMap((choice) => fieldRows(object(choice), [], `${prefix}${name}.`)),
    ]
    return [row, ...within]
  })
}

function typeName(schema: unknown): string {
  const { type, $ref, items, anyOf, const: only, enum: choices } = object(schema)
  if (typeof $ref === 'string') {
    const name = $ref.replace('#/components/schemas/', '')
    return `[${name}](#${name.toLowerCase()})`
  }
  if (only !== undefined) return `\`${plain(only)}\``
  if (Array.isArray(choices))
    return choices.length > 10 ? 'string' : choices.map((choice) => `\`${choice}\``).join(' · ')
  if (Array.isArray(anyOf)) return anyOf.map(typeName).join(' or ')
  if (type === 'array') return `list of ${typeName(items)}`
  if (Array.isArray(type)) return type.join(' or ')
  // Ids are numbers to the schema, which says itself what is no integer.
  return type === 'number' ? 'integer' : String(type)
}

function rules(schema: unknown): string {
  const { minLength, maxLength, minimum, maximum, maxItems, pattern, format } = object(schema)
  const found: string[] = []
  if (maxLength !== undefined) found.push(`${plain(minLength ?? 0)} to ${plain(maxLength)} characters`)
  if (typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER) found.push(`${plain(minimum)} to ${maximum}`)
  if (maxItems !== undefined) found.push(`at most ${plain(maxItems)}`)
  if (pattern !== undefined) found.push(`\`${plain(pattern).replaceAll('|', '\\|')}\``)
  if (format === 'date-time') found.push('RFC 3339, UTC')
  return found.join(', ')
}

function errorTable(): string {
  const examples = new Proxy(EXAMPLES, { get: (known, name) => known[String(name)] ?? '…' })
  const rows = Object.entries(errors).map(([code, row]) => {
    const say = (text: unknown): string => plain(typeof text === 'function' ? text(examples) : text)
    return [`\`${code}\``, String(row.status), say(row.detail), say('hint' in row ? row.hint : undefined)]
  })
  return table(['code', 'status', 'detail', 'hint'], rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function plain(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
