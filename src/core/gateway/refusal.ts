// A refusal is an error in the words of the table and in the form of the caller's SDK, with the status that makes it
// stop rather than try again.
import type { IncomingHttpHeaders } from 'node:http'
import type { AppError, ErrorCode } from '../../shared/errors.ts'
import type { Dialect } from '../../shared/schemas.ts'
import { bytesAnswer, type Answer } from '../http/answer.ts'

/** Where the next try may well succeed. SDKs try again on 5xx and 409 unless they are told not to. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set(['upstream_failed', 'upstream_timeout', 'vault_busy'])

/** The refusal of an error in a dialect. */
export function refusalOf(error: AppError, dialect: Dialect, extra: readonly string[] = []): Answer {
  const facts = factsOf(error)
  const { status, code } = facts
  const headers = [...extra]
  if (!RETRYABLE.has(code)) headers.push('x-should-retry', 'false')
  if (status === 401) headers.push('WWW-Authenticate', 'Bearer')
  const body = Buffer.from(JSON.stringify(bodies[dialect](facts)))
  return bytesAnswer(status, 'application/json', body, null, headers)
}

/** The same as the last event of a stream that has begun, such that the SDKs throw it. */
export function lastEventOf(error: AppError, dialect: Dialect): Buffer {
  const body = bodies[dialect](factsOf(error))
  if (dialect === 'google') return Buffer.from(`data: ${JSON.stringify(body)}\n\n`)
  return Buffer.from(`event: error\ndata: ${JSON.stringify({ type: 'error', ...body })}\n\n`)
}

function factsOf(error: AppError): Facts {
  const { detail, hint, code } = error.body
  return { status: statusOf(error), code, message: hint === undefined ? detail : `${detail}. ${hint}` }
}

/** What the path and headers of a request tell of its dialect, where no provider says it. */
export function guessDialect(path: string, headers: IncomingHttpHeaders): Dialect {
  if (/\/v\d+(?:alpha|beta)\d*(?:\/|$)/.test(path) && !path.includes('/openai/')) return 'google'
  if (headers['x-goog-api-key'] !== undefined || headers['x-goog-api-client'] !== undefined) return 'google'
  if (headers['anthropic-version'] !== undefined || /\/v1\/messages(?:\/|$)/.test(path)) return 'anthropic'
  return 'openai'
}

/** A vault that gives no key out is locked to a tool, whatever the reason; and 5xx would be tried again. */
function statusOf({ status, code }: AppError): number {
  if (RETRYABLE.has(code) || status === 502 || status === 504) return status
  if (code === 'key_unreadable') return 403
  return status >= 500 || status === 409 ? 423 : status
}

interface Facts {
  status: number
  code: ErrorCode
  message: string
}

const bodies: Readonly<Record<Dialect, (facts: Facts) => object>> = {
  openai: ({ status, code, message }) => ({ error: { message, type: openaiType(status), param: null, code } }),
  anthropic: ({ status, code, message }) => ({
    type: 'error',
    error: { type: anthropicType(status), message, details: { error_code: code } },
    request_id: null,
  }),
  google: ({ status, code, message }) => ({
    error: {
      code: status,
      message,
      status: googleStatus(status),
      details: [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code.toUpperCase(), domain: 'latchkey' },
      ],
    },
  }),
}

function openaiType(status: number): string {
  if (status === 403 || status === 423) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

function anthropicType(status: number): string {
  const types: Readonly<Record<number, string>> = {
    401: 'authentication_error',
    403: 'permission_error',
    404: 'not_found_error',
    413: 'request_too_large',
    423: 'permission_error',
    429: 'rate_limit_error',
    504: 'timeout_error',
  }
  return types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
}

function googleStatus(status: number): string {
  const names: Readonly<Record<number, string>> = {
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    423: 'FAILED_PRECONDITION',
    429: 'RESOURCE_EXHAUSTED',
    502: 'UNAVAILABLE',
    504: 'DEADLINE_EXCEEDED',
  }
  return names[status] ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT')
}
