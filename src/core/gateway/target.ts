import { appError } from '../../shared/errors.ts'
import { originOf } from '../../shared/origin.ts'

/** Where a request goes: the origin a connection is made to, and what is written in the request line. */
export interface Target {
  origin: string
  path: string
}

/** An address, taken apart. */
export interface Base {
  origin: string
  /** Without a slash at its end. */
  path: string
}

export function baseOf(base_url: string): Base {
  return { origin: originOf(base_url) ?? '', path: new URL(base_url).pathname.replace(/\/+$/, '') }
}

/**
 * Puts an address together from parts: `rest` is a path that `checkPath` let through. Nothing is resolved against
 * anything, since `new URL(rest, base)` takes `//host` and `https:host` for other places; that the parts mean what they
 * say is asserted afterwards.
 */
export function targetOf(base: Base, rest: string, query: string): Target {
  const { origin } = base
  const path = base.path + rest
  const whole = URL.parse(origin + path)
  const same = whole?.origin === origin && whole.pathname === path && whole.username === '' && whole.search === ''
  if (!same || !rest.startsWith('/')) {
    throw appError('request_malformed', { what: 'The path does not stay below the address of the provider' })
  }
  return { origin, path: query === '' ? path : `${path}?${query}` }
}

// Names under which a credential may stand in a query: Google's, and what others have copied.
const CREDENTIALS = new Set(['key', 'api_key', 'apikey', 'api-key', 'access_token', 'oauth_token', 'token'])

/** The query without the credentials of the caller; everything else stays as it was written. */
export function withoutCredentials(query: string): string {
  if (query === '') return query
  return query
    .split('&')
    .filter((part) => !CREDENTIALS.has(nameOf(part)))
    .join('&')
}

/** The token in a query, as Gemini's clients send it: `?key=TOKEN`. */
export function queryCredential(query: string): string | undefined {
  const part = query.split('&').find((part) => nameOf(part) === 'key')
  return part === undefined ? undefined : decodedOrRaw(part.slice(part.indexOf('=') + 1))
}

function nameOf(part: string): string {
  const sign = part.indexOf('=')
  return decodedOrRaw(sign === -1 ? part : part.slice(0, sign)).toLowerCase()
}

function decodedOrRaw(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
