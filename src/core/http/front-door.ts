// One door for everything that arrives, before any body is read. The order is DESIGN.md's: one Host and one credential
// per header, origin-form target, exact host and port, no web page, a valid token. What comes after (lock, scope,
// content type, size) needs to know where the request goes and is asked behind it.
import type { IncomingMessage } from 'node:http'
import { appError, toAppError, type AppError } from '../../shared/errors.ts'
import type { Admitted, Caller } from './caller.ts'
import { readHeads, type Heads } from './heads.ts'
import { Throttle } from './throttle.ts'
import { hashToken, isCredential } from './token.ts'

export interface FrontDoorRules {
  port: number
  /** Knows a token by its SHA-256; asked for every request, so that a revoked one is refused at once. */
  identify: (tokenHash: Buffer) => Caller | undefined
  /** Browser window mode: the page's own files, and whether the page itself may call. */
  page?: PageRules
  throttle?: Throttle
  header_bytes: number
  /** The token that stands in a query, where the clients of that path write it. */
  queryCredential?: (path: string, query: string) => string | undefined
}

export interface PageRules {
  /** True for the path of a file of the page: open to a person's navigation, without a token. */
  hasFile: (path: string) => boolean
  /** Where the page exchanges its ticket for a token. */
  sessionPath: string
}

/** What the door decided. */
export type Entry =
  | ({ to: 'room' } & Admitted)
  /** Open without a token. */
  | { to: 'health' | 'file' | 'session'; method: string; path: string }
  /** `path` is null where the request did not get far enough to have one. */
  | { to: 'nothing'; path: string | null; why: AppError }

// RFC 3986 needs less than this; `#` and `\` are what parsers disagree about.
const TARGET = /^\/[\x21\x22\x24-\x5b\x5d-\x7e]*$/
const ABSOLUTE_FORM = /^[a-z][a-z0-9+.-]*:\/\//i

/**
 * Makes the door of a listener on `port`. Its `refused` is the error for a peer without a valid token or ticket: 401,
 * or 429 for one that tries and tries.
 */
export function createFrontDoor(rules: FrontDoorRules) {
  const { port, identify, page, throttle = new Throttle(), header_bytes, queryCredential } = rules
  const address = `http://127.0.0.1:${port}`
  const names = ['127.0.0.1', 'localhost', '[::1]']
  const hosts = new Set(names.map((name) => `${name}:${port}`))
  // Port 80 is the one that clients leave out.
  if (port === 80) for (const name of names) hosts.add(name)

  return Object.assign(enter, { refused })

  function enter(req: IncomingMessage): Entry {
    const seen: { path: string | null } = { path: null }
    try {
      return examine(req, seen)
    } catch (cause) {
      return { to: 'nothing', path: seen.path, why: toAppError(cause) }
    }
  }

  function examine(req: IncomingMessage, seen: { path: string | null }): Entry {
    const heads = readHeads(req.rawHeaders)
    if (heads.bytes > header_bytes) throw headersTooLarge(header_bytes)
    if (heads.repeated === 'host') throw appError('host_not_allowed', { address })
    if (heads.repeated !== undefined) {
      throw appError('request_malformed', { what: `The header ${heads.repeated} stands in the request twice` })
    }
    const method = req.method ?? ''
    const target = req.url ?? ''
    if (ABSOLUTE_FORM.test(target)) throw appError('host_not_allowed', { address })
    if (!TARGET.test(target)) {
      throw appError('request_malformed', { what: 'The request target must be a path that begins with /' })
    }
    if (heads.host === undefined || !hosts.has(heads.host)) throw appError('host_not_allowed', { address })

    const mark = target.indexOf('?')
    const path = mark === -1 ? target : target.slice(0, mark)
    const query = mark === -1 ? '' : target.slice(mark + 1)
    seen.path = path
    const reads = method === 'GET' || method === 'HEAD'
    if (page !== undefined && reads && page.hasFile(path)) {
      if (!isOwnLoad(heads)) throw appError('origin_not_allowed', undefined)
      return { to: 'file', method, path }
    }
    if (!(page === undefined ? isProgram(heads) : isProgram(heads) || isOwnPage(heads))) {
      throw appError('origin_not_allowed', undefined)
    }
    if (reads && path === '/healthz') return { to: 'health', method, path }
    if (page !== undefined && method === 'POST' && path === page.sessionPath) return { to: 'session', method, path }

    const inQuery = query === '' ? undefined : queryCredential?.(path, query)
    const caller = callerOf(inQuery === undefined ? heads.credentials : [...heads.credentials, inQuery], identify)
    if (caller === undefined) throw refused(req)
    return { to: 'room', method, path, query, caller }
  }

  function refused(req: IncomingMessage): AppError {
    return throttle.failed(req.socket.remoteAddress ?? '')
      ? appError('too_many_attempts', undefined)
      : appError('unauthorized', undefined)
  }
}

export function headersTooLarge(limit: number): AppError {
  return appError('headers_too_large', { limit: `${Math.floor(limit / 1024)} KiB` })
}

/** No mark of a browser: no Origin, no load from a page, no navigation (Node's fetch says `cors`, and may). */
function isProgram({ origin, fetchSite, fetchMode }: Heads): boolean {
  return (
    origin === undefined && (fetchSite === undefined || fetchSite === 'none') && fetchMode?.toLowerCase() !== 'navigate'
  )
}

/** The page that this listener itself served: same origin, and where an Origin stands it is the Host's. */
function isOwnPage({ host, origin, fetchSite, fetchMode }: Heads): boolean {
  return (
    fetchSite === 'same-origin' &&
    fetchMode?.toLowerCase() !== 'navigate' &&
    (origin === undefined || origin === `http://${host}`)
  )
}

/** A person who opens the page, or the page that loads its parts. */
function isOwnLoad({ host, origin, fetchSite }: Heads): boolean {
  return (
    (fetchSite === undefined || fetchSite === 'none' || fetchSite === 'same-origin') &&
    (origin === undefined || origin === `http://${host}`)
  )
}

/** Equal tokens in several places are one; different ones are one too many. */
function callerOf(credentials: readonly string[], identify: FrontDoorRules['identify']): Caller | undefined {
  const [credential, ...others] = credentials
  if (credential === undefined || others.some((other) => other !== credential)) return undefined
  return isCredential(credential) ? identify(hashToken(credential)) : undefined
}
