import { appError, isAppError, type AppError } from '../../shared/errors.ts'
import { ForbiddenAddress } from './checked-lookup.ts'

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'is not there: the connection was refused',
  ENOTFOUND: 'is not there: its name is not known',
  EAI_AGAIN: 'is not there: no name server answered',
  ENETUNREACH: 'is not there: the network cannot be reached',
  EHOSTUNREACH: 'is not there: the network cannot be reached',
  ECONNRESET: 'closed the connection before its answer was complete',
  EPIPE: 'closed the connection before its answer was complete',
  UND_ERR_SOCKET: 'closed the connection before its answer was complete',
  UND_ERR_HEADERS_OVERFLOW: 'sent headers that are larger than 16 KiB',
}

const TIMEOUTS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'could not be connected to in time',
  ETIMEDOUT: 'could not be connected to in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'fell silent within its answer',
}

/** What went wrong on the way to a provider, as a sentence; nothing of what it sent is in it. */
export function upstreamError(name: string, cause: unknown): AppError {
  if (isAppError(cause)) return cause
  if (cause instanceof ForbiddenAddress) {
    return appError('not_allowed', {
      what: `Provider '${name}' has a name that leads to a link-local or cloud metadata address. A key has nothing to do there`,
    })
  }
  const code = codeOf(cause)
  const late = TIMEOUTS[code]
  if (late !== undefined) return appError('upstream_timeout', { name, what: late }, { cause })
  return appError('upstream_failed', { name, what: SENTENCES[code] ?? whatElse(code) }, { cause })
}

function whatElse(code: string): string {
  if (/CERT|SIGNATURE|ISSUER|ALTNAME/.test(code)) return `cannot be trusted: its certificate is not valid (${code})`
  if (/^ERR_(?:SSL|TLS)/.test(code)) return `does not speak TLS as it should (${code})`
  if (/^(?:HPE_|UND_ERR_RES)/.test(code)) return 'did not answer in valid HTTP'
  return code === '' ? 'could not be reached' : `could not be reached (${code})`
}

/** Several addresses may have been tried: the first failure says why. */
function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return ''
  if ('code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof AggregateError ? codeOf(cause.errors[0]) : ''
}
