import { API_BASE, operations, routeOf, type OperationId } from '../shared/contract.ts'
import type { Call, Reply } from '../shared/client.ts'
import { appError, type ErrorBody } from '../shared/errors.ts'

interface HttpTransport {
  /** Where the listener is: '' for the page's own origin. */
  origin: string
  token: () => string | null
  /** The listener no longer knows the token. */
  onUnauthorized: () => void
}

/** `waitForChange` is held for 25 seconds; whatever takes longer than this has been lost on the way. */
const PATIENCE_MS = 40_000

/** Carries operations over REST, as their rows in the operation table say. Throws where no answer comes. */
export function createHttpCall({ origin, token, onUnauthorized }: HttpTransport): Call {
  const call = async (id: OperationId, input: object): Promise<Reply> => {
    const { route } = operations[id]
    if (route === null) return { ok: false, error: appError('unknown_operation', { id }).body }
    const { method, url, body } = requestOf(route, input)
    const response = await fetch(`${origin}${url}`, {
      method,
      headers: {
        authorization: `Bearer ${token() ?? ''}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    if (response.status === 401) onUnauthorized()
    if (response.status === 204) return { ok: true, value: undefined }
    const answer: unknown = await response.json()
    return response.ok ? { ok: true, value: answer } : { ok: false, error: answer as ErrorBody }
  }
  return call as Call
}

/** The request of a row: fields named in the path go there, the rest into the query of a GET or a JSON body. */
export function requestOf(route: string, input: object): { method: string; url: string; body?: string } {
  const { method, path } = routeOf(route)
  const rest = new Map<string, unknown>(Object.entries(input))
  const filled = path.replace(/\{(\w+)\}/g, (_, field: string) => {
    const value = inAddress(rest.get(field))
    rest.delete(field)
    return encodeURIComponent(value)
  })
  const url = `${API_BASE}${filled}`
  if (method !== 'GET') {
    return rest.size === 0 ? { method, url } : { method, url, body: JSON.stringify(Object.fromEntries(rest)) }
  }
  const query = new URLSearchParams()
  for (const [field, value] of rest) if (value !== undefined) query.set(field, inAddress(value))
  return { method, url: query.size === 0 ? url : `${url}?${query}` }
}

function inAddress(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  throw new TypeError('Only texts and numbers stand in an address')
}
