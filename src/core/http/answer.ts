import { errors, type AppError, type ErrorBody } from '../../shared/errors.ts'
import { STATUS_CODES } from './node-http.ts'

/** A whole answer, ready to be written: headers as name, value, name, value. */
export interface Answer {
  status: number
  headers: string[]
  body: Buffer | undefined
  /** The pattern of the route that answered, for the log; null where none did. */
  route: string | null
}

// No answer is a thing to be kept or guessed at, whatever asked for it.
const ALWAYS = ['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff']

export function jsonAnswer(status: number, value: unknown, route: string | null): Answer {
  return bytesAnswer(status, 'application/json', Buffer.from(JSON.stringify(value)), route)
}

export function bytesAnswer(
  status: number,
  type: string,
  body: Buffer,
  route: string | null,
  extra: readonly string[] = [],
): Answer {
  const headers = ['Content-Type', type, 'Content-Length', String(body.length), ...ALWAYS, ...extra]
  return { status, headers, body, route }
}

/** 204: neither a body nor a content type. */
export function emptyAnswer(route: string | null): Answer {
  return { status: 204, headers: ALWAYS, body: undefined, route }
}

/** The answer of an error that is known by its row. */
export function errorAnswer(error: AppError, route: string | null = null, extra: readonly string[] = []): Answer {
  const body = Buffer.from(JSON.stringify(error.body))
  return bytesAnswer(error.status, 'application/json', body, route, [...headersOf(error), ...extra])
}

/** The answer of an error that arrived as a body, from dispatch. */
export function refusalAnswer(body: ErrorBody, route: string | null): Answer {
  return jsonAnswer(errors[body.code].status, body, route)
}

function headersOf({ code }: AppError): readonly string[] {
  if (code === 'unauthorized') return ['WWW-Authenticate', 'Bearer']
  if (code === 'too_many_attempts') return ['Retry-After', '60']
  // RFC 9110, 15.5.22: 426 names what the client should speak instead.
  if (code === 'upgrade_refused') return ['Upgrade', 'HTTP/1.1']
  return []
}

/** The bytes of an answer for a socket that no HTTP response belongs to; the connection ends after it. */
export function rawAnswer({ status, headers, body }: Answer): Buffer {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nDate: ${new Date().toUTCString()}\r\nConnection: close\r\n`
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), body ?? Buffer.alloc(0)])
}
