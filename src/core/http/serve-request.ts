import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { API_BASE } from '../../shared/contract.ts'
import { appError, toAppError, type AppError } from '../../shared/errors.ts'
import type { Log } from '../log.ts'
import type { Arrivals } from './arrivals.ts'
import { errorAnswer, jsonAnswer, rawAnswer, type Answer } from './answer.ts'
import type { Admitted, Caller } from './caller.ts'
import { createFrontDoor, headersTooLarge, type Entry, type FrontDoorRules } from './front-door.ts'
import { checkJsonHead, hasBody, readJsonObject } from './json-body.ts'
import { ServerResponse as NodeResponse } from './node-http.ts'
import type { PageFiles } from './page-files.ts'
import { createRest, type RestDeps } from './rest.ts'
import type { Sessions } from './sessions.ts'
import type { Throttle } from './throttle.ts'

/** A part of the address space with a handler of its own, behind the same door. */
export interface Mount {
  /** `/proxy` stands for itself and everything below it. */
  prefix: string
  /** Answers on `res` in its own time; calls `sendContinue` before it reads a body. */
  handle(request: Admitted, req: IncomingMessage, res: ServerResponse, sendContinue: () => void): void | Promise<void>
  /** The answer to what the door refuses below the prefix, in the words of the clients that come there. */
  refuse?(why: AppError, path: string, req: IncomingMessage): Answer
  /** The token in the query of a path whose clients write it there. */
  credentialIn?(path: string, query: string): string | undefined
}

/** Browser window mode: the window's bundle, and the sessions of those who opened it. */
export interface Page {
  files: PageFiles
  sessions: Sessions
}

export interface ServeDeps extends Omit<RestDeps, 'bodyLimit'> {
  /** Knows a token by its SHA-256. Synchronous: asked for every request, so that a revoked one is refused at once. */
  identify: (tokenHash: Buffer) => Caller | undefined
  /** Refuses what this caller may not do now (a locked vault, a scope); asked after the token. */
  admit?: (request: Admitted) => AppError | undefined
  /** Told of each refusal, and who it was where that is known. */
  onRefused?: (why: AppError, caller: Caller | undefined) => void
  log: Log
  mounts?: readonly Mount[]
  page?: Page
  throttle?: Throttle
}

export interface ServeLimits {
  /** For the whole of a request to arrive. */
  request_ms: number
  body_bytes: number
  header_bytes: number
}

/** `Expect`, as Node tells it apart. */
export type Expectation = 'none' | 'continue' | 'other'

type Welcome = Exclude<Entry, { to: 'nothing' }>

const SESSION = `${API_BASE}/session`
const healthy = jsonAnswer(200, { ok: true }, '/healthz')

/** What happens to a request between the socket and the core. */
export function createServe(deps: ServeDeps, port: number, limits: ServeLimits, arrivals: Arrivals) {
  const { log, page, mounts = [] } = deps
  const enter = createFrontDoor({
    ...doorRules(deps, port, limits.header_bytes),
    queryCredential: (path, query) => mountOf(path)?.credentialIn?.(path, query),
  })
  const rest = createRest({ call: deps.call, revision: deps.revision, bodyLimit: limits.body_bytes })

  // A line of a request holds nothing that a client wrote; to look for secrets in it would double its cost.
  const requests = log.child({}, { redact: [] })
  let closing = false

  return { serve, refuseUpgrade, refuseBroken, keepNoConnection: () => void (closing = true) }

  function serve(req: IncomingMessage, res: ServerResponse, expectation: Expectation): void {
    if (res.socket === null) {
      // Sent before the one ahead of it was answered. It waits its turn: it may rely on what that one changes.
      res.once('socket', () => serve(req, res, expectation))
      return
    }
    const began = performance.now()
    let waiting = expectation === 'continue'
    let handedOver = false
    const send = (answer: Answer): void => {
      if (res.headersSent || res.destroyed) return
      // Node itself closes after a no to "Expect: 100-continue": the client may send its body then, or its next request.
      if (closing) res.shouldKeepAlive = false
      res.writeHead(answer.status, answer.headers)
      res.end(answer.body)
      if (!handedOver) note(req.method, answer.route ?? mount?.prefix ?? null, answer.status, began)
    }
    const entry = enter(req)
    const mount = entry.path === null ? undefined : mountOf(entry.path)
    const fail = (cause: unknown): void => {
      const why = known(cause)
      deps.onRefused?.(why, entry.to === 'room' ? entry.caller : undefined)
      send(mount?.refuse?.(why, entry.path ?? '', req) ?? errorAnswer(why))
    }
    const sendContinue = (): void => {
      if (waiting) res.writeContinue()
      waiting = false
    }
    const left = arrivals.leftFor(req.socket)
    const arrival = hasBody(req) ? limitArrival(req, res, left, fail) : undefined
    try {
      if (entry.to === 'nothing') throw entry.why
      if (expectation === 'other') throw appError('expectation_failed', undefined)
      if (entry.to === 'room') refuseWhatMayNot(entry)
      if (entry.to !== 'room' || mount === undefined) {
        const answer = answerTo(entry, req, sendContinue)
        if (answer instanceof Promise) answer.then(send, fail)
        else send(answer)
        return
      }
      clearTimeout(arrival)
      handedOver = true
      res.once('close', () => note(req.method, mount.prefix, res.statusCode, began))
      Promise.resolve(mount.handle(entry, req, res, sendContinue)).catch((cause: unknown) => {
        fail(cause)
        // What was begun cannot be answered any more; the client must not wait for its end.
        if (!res.writableEnded) res.destroy()
      })
    } catch (cause) {
      fail(cause)
    }
  }

  function answerTo(entry: Welcome, req: IncomingMessage, sendContinue: () => void): Answer | Promise<Answer> {
    if (entry.to === 'room') return rest(entry, req, sendContinue)
    if (entry.to === 'health') return healthy
    if (entry.to === 'session') return exchangeTicket(req, sendContinue)
    return page?.files.answer(entry.path) ?? errorAnswer(appError('route_not_found', undefined))
  }

  function refuseWhatMayNot(request: Admitted): void {
    const refusal = deps.admit?.(request)
    if (refusal !== undefined) throw refusal
  }

  function mountOf(path: string): Mount | undefined {
    return mounts.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`))
  }

  async function exchangeTicket(req: IncomingMessage, sendContinue: () => void): Promise<Answer> {
    checkJsonHead(req, limits.body_bytes)
    sendContinue()
    const { ticket } = await readJsonObject(req, limits.body_bytes)
    const token = page?.sessions.exchange(ticket)
    if (token === undefined) throw enter.refused(req)
    return jsonAnswer(200, { token }, SESSION)
  }

  /** Cuts a client that does not bring its body in time. Headers are Node's to time. */
  function limitArrival(
    req: IncomingMessage,
    res: ServerResponse,
    left: number,
    fail: (cause: unknown) => void,
  ): NodeJS.Timeout {
    const timer = setTimeout(() => {
      res.shouldKeepAlive = false
      fail(tooSlow(limits.request_ms))
      if (res.writableFinished) req.socket.destroy()
      else res.once('finish', () => req.socket.destroy())
    }, left)
    req.once('close', () => clearTimeout(timer))
    return timer
  }

  /** Answers an upgrade or CONNECT, for which Node hands over the bare socket. */
  function refuseUpgrade(req: IncomingMessage, socket: Duplex): void {
    const began = performance.now()
    // The socket has no listener any more; a reset by the peer would otherwise end the process.
    socket.on('error', () => socket.destroy())
    const entry = enter(req)
    const why = entry.to === 'nothing' ? known(entry.why) : appError('upgrade_refused', undefined)
    deps.onRefused?.(why, undefined)
    const refusal = errorAnswer(why)
    socket.end(rawAnswer(refusal), () => socket.destroy())
    note(req.method, null, refusal.status, began)
  }

  /** Answers what Node's parser refused or timed out, where an answer can still be understood. */
  function refuseBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
    const answering = '_httpMessage' in socket ? socket._httpMessage : undefined
    const begun = answering instanceof NodeResponse && answering.headersSent
    if (error.code === 'ECONNRESET' || !socket.writable || begun) {
      socket.destroy()
      return
    }
    const refusal = errorAnswer(brokenRequest(error, limits))
    socket.end(rawAnswer(refusal), () => socket.destroy())
    note(undefined, null, refusal.status, performance.now())
  }

  function known(cause: unknown): AppError {
    const error = toAppError(cause)
    if (error.code === 'internal') log.error({ err: error.cause }, 'a request failed')
    return error
  }

  /** One line a request: no query, no body, no header, and of the path only the pattern that matched. */
  function note(method: string | undefined, route: string | null, status: number, began: number): void {
    requests.info({ method, route, status, ms: Math.round((performance.now() - began) * 10) / 10 }, 'request')
  }
}

function doorRules({ identify, page, throttle }: ServeDeps, port: number, header_bytes: number): FrontDoorRules {
  const rules: FrontDoorRules = { port, identify, header_bytes }
  if (throttle !== undefined) rules.throttle = throttle
  if (page !== undefined) {
    rules.identify = (hash) => page.sessions.identify(hash) ?? identify(hash)
    rules.page = { hasFile: page.files.has, sessionPath: SESSION }
  }
  return rules
}

function brokenRequest({ code }: NodeJS.ErrnoException, { header_bytes, request_ms }: ServeLimits): AppError {
  if (code === 'HPE_HEADER_OVERFLOW') return headersTooLarge(header_bytes)
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return tooSlow(request_ms)
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return appError('body_too_large', { limit: '16 KiB of extensions' })
  return appError('request_malformed', { what: 'The request is not valid HTTP/1.1' })
}

function tooSlow(request_ms: number): AppError {
  return appError('request_too_slow', { seconds: Math.ceil(request_ms / 1000) })
}
