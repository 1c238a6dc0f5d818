import type { IncomingMessage } from 'node:http'
import findMyWay from 'find-my-way'
import type { Reply } from '../../shared/client.ts'
import { API_BASE, operationIds, operations, routeOf, type OperationId } from '../../shared/contract.ts'
import { appError } from '../../shared/errors.ts'
import { AnswerCache } from './answer-cache.ts'
import { emptyAnswer, errorAnswer, jsonAnswer, refusalAnswer, type Answer } from './answer.ts'
import type { Admitted, Caller } from './caller.ts'
import { checkJsonHead, hasBody, readJsonObject } from './json-body.ts'
import { openApiDocument } from './openapi.ts'

export interface RestDeps {
  /** The room behind the door: dispatch, for this caller. Never throws. */
  call: (operation: OperationId, input: unknown, caller: Caller) => Promise<Reply>
  /** Differs after every change that an operation could answer differently for. Synchronous: asked for every GET. */
  revision: () => string
  bodyLimit: number
}

/** Answers a request below /api/v1. Throws the error to answer where it goes no further. */
export type Rest = (request: Admitted, req: IncomingMessage, sendContinue: () => void) => Answer | Promise<Answer>

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'DELETE'] satisfies Method[]

interface Route {
  /** The operation; null for the OpenAPI document itself. */
  id: OperationId | null
  pattern: string
  status: number
  /** POST and PUT must bring JSON, unless the operation asks for nothing but its path. Found out when first asked. */
  needsBody: () => boolean
  /** Waits, or answers differently without a change of the vault. */
  alwaysAsk: boolean
}

const ALWAYS_ASKED: ReadonlySet<OperationId> = new Set([
  'waitForChange',
  'getStatus',
  'listUpstreamModels',
  'getUsage',
  'listKeys',
])

const OPENAPI = `${API_BASE}/openapi.json`

/** Makes the REST routes from the operation table. */
export function createRest({ call, revision, bodyLimit }: RestDeps): Rest {
  const router = createRouter()
  const cache = new AnswerCache(revision)
  let openApi: Answer | undefined

  return function answer(request, req, sendContinue) {
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const found = isMethod(method) ? router.find(method, request.path) : null
    if (request.caller.kind === 'tool') {
      throw appError('not_allowed', { what: "A tool's token uses keys; it cannot manage the vault" })
    }
    if (found === null) return noRoute(router, request.path)
    const route: Route = found.store
    if (route.id === null) return (openApi ??= jsonAnswer(200, openApiDocument(), route.pattern))

    const { id } = route
    const params = numbered(found.params)
    if (method === 'GET') {
      // The path wins over everything else that names the same field.
      const input = { ...queryFields(request.query), ...params }
      const make = async () => toAnswer(route, await call(id, input, request.caller))
      return route.alwaysAsk ? make() : cache.get(cacheKey(id, input), make)
    }
    const bodied = hasBody(req)
    if (bodied || (method !== 'DELETE' && (route.needsBody() || req.headers['content-type'] !== undefined))) {
      checkJsonHead(req, bodyLimit)
    }
    return act()

    async function act(): Promise<Answer> {
      let fields = {}
      if (bodied) {
        sendContinue()
        fields = await readJsonObject(req, bodyLimit)
      }
      return toAnswer(route, await call(id, { ...fields, ...params }, request.caller))
    }
  }
}

function createRouter() {
  const router = findMyWay()
  const none = () => undefined
  for (const id of operationIds) {
    const { route, doors, status, input } = operations[id]
    if (route === null || !doors.includes('rest')) continue
    const { method, path } = routeOf(route)
    if (!isMethod(method)) throw new Error(`The method of ${route} is not routed`)
    const pattern = API_BASE + path
    const store: Route = {
      id,
      pattern,
      status,
      needsBody: () =>
        !input.safeParse(numbered(Object.fromEntries(fieldsOf(path).map((field) => [field, '1'])))).success,
      alwaysAsk: ALWAYS_ASKED.has(id),
    }
    router.on(method, pattern.replaceAll(/\{(\w+)\}/g, ':$1'), none, store)
  }
  const document: Route = { id: null, pattern: OPENAPI, status: 200, needsBody: () => false, alwaysAsk: true }
  router.on('GET', OPENAPI, none, document)
  return router
}

function toAnswer(route: Route, reply: Reply): Answer {
  if (!reply.ok) return refusalAnswer(reply.error, route.pattern)
  return route.status === 204 ? emptyAnswer(route.pattern) : jsonAnswer(route.status, reply.value, route.pattern)
}

/** 405 where the path has other methods, 404 where it has none. */
function noRoute(router: ReturnType<typeof createRouter>, path: string): Answer {
  const allow = METHODS.filter((method) => isMethod(method) && router.find(method, path) !== null).join(', ')
  return allow === ''
    ? errorAnswer(appError('route_not_found', undefined))
    : errorAnswer(appError('method_not_allowed', { allow }), null, ['Allow', allow])
}

function isMethod(method: string): method is Method {
  return METHODS.includes(method)
}

/** The names in braces of a route. */
export function fieldsOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, field]) => field ?? [])
}

/** Ids arrive as text; what is an integer becomes one, what is not is refused by the schema in its own words. */
function numbered(params: Record<string, string | undefined>): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [name, text = ''] of Object.entries(params)) {
    // The id of a key is 32 hexadecimal digits, which may all be decimal.
    fields[name] = name !== 'key_id' && /^-?\d+$/.test(text) ? Number(text) : text
  }
  return fields
}

function queryFields(query: string): Record<string, string> {
  return query === '' ? {} : Object.fromEntries(new URLSearchParams(query))
}

function cacheKey(id: OperationId, input: Record<string, unknown>): string {
  let key: string = id
  for (const name of Object.keys(input).sort()) key += `\n${name}=${JSON.stringify(input[name])}`
  return key
}
