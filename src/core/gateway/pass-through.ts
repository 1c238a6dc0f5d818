// `/proxy/{provider}/…` stands for the provider's base URL: the path goes up as it is, and so does the body, unread.
import { appError, type AppError } from '../../shared/errors.ts'
import type { Store } from '../store/store.ts'
import type { Asked, ReadBody } from './asked.ts'
import type { Endpoint } from './endpoint.ts'
import { modelInPath } from './gemini-path.ts'
import { checkMethod, noSuchPath, type Plan } from './plan.ts'
import type { GatewayPorts } from './ports.ts'
import type { ProviderBook } from './provider-book.ts'
import { checkPath } from './safe-path.ts'
import { findServedPath, unlistedPath, type ServedPath } from './served-paths.ts'
import { targetOf, withoutCredentials } from './target.ts'

export const PROXY = '/proxy'
const SHAPE = /^\/proxy\/([a-z0-9][a-z0-9._-]{0,99})(\/.*)$/

/** A path below `/proxy`, which says whose it is and what is wanted there. */
export interface PassThroughPath {
  name: string
  /** Below the provider's base URL, as it was sent. */
  sent: string
}

/** Reads the path and checks it, before anything else is looked at. */
export function readPassThroughPath({ request: { method, path } }: Asked): PassThroughPath {
  const [, name = '', sent = ''] = SHAPE.exec(path) ?? []
  checkMethod(method)
  if (name === '') {
    if (path !== PROXY && !/^\/proxy\/[a-z0-9._-]+$/.test(path)) checkPath(path)
    throw noSuchPath('The address of a provider is /proxy/PROVIDER, followed by a path of its own API.')
  }
  checkPath(sent)
  return { name, sent }
}

/** Plans a request below `/proxy`; `read` is its body, where that had to be read. */
export async function planPassThrough(
  asked: Asked,
  { name, sent }: PassThroughPath,
  read: ReadBody | undefined,
  store: Store,
  book: ProviderBook,
  { mayUse }: Pick<GatewayPorts, 'mayUse'>,
): Promise<Plan> {
  const { method, query, caller } = asked.request
  const provider = await book.find(store, name)
  if (provider === undefined) throw appError('provider_not_found', { ref: name })
  asked.dialect = provider.row.dialect
  const [own] = provider.endpoints
  if (own === undefined) throw appError('provider_has_no_address', { name })
  const { endpoint, served, rest } = whatIsMeant(own, provider.endpoints, method, sent)
  asked.dialect = endpoint.dialect
  checkMethod(method, served)
  const target = targetOf(own, rest, withoutCredentials(query))
  const model = (served.model === 'path' ? modelInPath(sent)?.model : read?.found.top?.value) ?? null
  const refusal = mayUse({ caller, provider: name, model, scope: served.scope })
  if (refusal !== undefined) throw refusal
  return { provider: provider.row, endpoint, target, served, model, body: read?.bytes }
}

/** For a token that may use certain models only: what the request must say, and does not. */
export function namesNoModel(): AppError {
  return appError('not_allowed', { what: 'This token may use certain models only, and the request names none' })
}

interface Meant {
  endpoint: Endpoint
  served: ServedPath
  /** Below the provider's base URL. */
  rest: string
}

/** The dialect whose path it is: the provider's own, or one that it speaks at a path of the same origin. */
function whatIsMeant(own: Endpoint, endpoints: readonly Endpoint[], method: string, sent: string): Meant {
  // Tools that add a version of their own to an address that ends with one would ask for /v1/v1/….
  const twice = own.path.endsWith('/v1') && sent.startsWith('/v1/')
  let unlisted: Meant = { endpoint: own, served: unlistedPath(), rest: sent }
  for (const rest of twice ? [sent, sent.slice(3)] : [sent]) {
    const whole = own.path + rest
    for (const endpoint of endpoints) {
      if (!whole.startsWith(endpoint.path) || whole.charAt(endpoint.path.length) !== '/') continue
      const served = findServedPath(endpoint.dialect, method, whole.slice(endpoint.path.length))
      if (served === undefined) continue
      if (served.methods.includes(method)) return { endpoint, served, rest }
      if (unlisted.served.scope === 'other') unlisted = { endpoint, served, rest }
    }
  }
  return unlisted
}
