// `/proxy/{provider}/…` stands for the provider's base URL: the path goes up as it is, and so does the body, unread.
import { appError } from '../../shared/errors.ts'
import type { ProviderRow } from '../store/store.ts'
import type { Asked, PlanDeps } from './asked.ts'
import { endpointsOf, type Endpoint } from './endpoint.ts'
import { modelInPath } from './gemini-path.ts'
import { checkMethod, noSuchPath, type Plan } from './plan.ts'
import type { Intent } from './ports.ts'
import { checkPath } from './safe-path.ts'
import { findServedPath, unlistedPath, type ServedPath } from './served-paths.ts'
import { basePath, targetOf, withoutCredentials } from './target.ts'

export const PROXY = '/proxy'
const SHAPE = /^\/proxy\/([a-z0-9][a-z0-9._-]{0,99})(\/.*)$/

/** Plans a request below `/proxy`. */
export async function planPassThrough(asked: Asked, { ports, limits, read }: PlanDeps): Promise<Plan> {
  const { method, path, query, caller } = asked.request
  const [, name = '', sent = ''] = SHAPE.exec(path) ?? []
  checkMethod(method)
  if (name === '') {
    if (path !== PROXY && !/^\/proxy\/[a-z0-9._-]+$/.test(path)) checkPath(path)
    throw noSuchPath('The address of a provider is /proxy/PROVIDER, followed by a path of its own API.')
  }
  checkPath(sent)
  const provider = await read((store) => store.findProvider({ name }))
  if (provider === undefined) throw appError('provider_not_found', { ref: name })
  asked.dialect = provider.dialect
  if (provider.base_url === null) throw appError('provider_has_no_address', { name })

  const { endpoint, served, rest } = whatIsMeant(provider, provider.base_url, method, sent)
  asked.dialect = endpoint.dialect
  checkMethod(method, served)
  const target = targetOf(provider.base_url, rest, withoutCredentials(query))
  const intent: Intent = { caller, provider: name, model: null, scope: served.scope }
  refuse(ports.mayUse(intent))
  const plan: Plan = { provider, endpoint, target, served, model: null, at: performance.now(), body: undefined }
  if (served.model === 'path') plan.model = modelInPath(sent)?.model ?? null
  if (ports.needsModel(caller) && served.scope !== 'models') {
    if (served.model === 'body') {
      const { bytes, found } = await asked.readModel(limits.body_bytes)
      plan.body = bytes
      plan.model = found.top?.value ?? null
    }
    if (plan.model === null) {
      throw appError('not_allowed', { what: 'This token may use certain models only, and the request names none' })
    }
  }
  if (plan.model !== null) refuse(ports.mayUse({ ...intent, model: plan.model }))
  return plan
}

interface Meant {
  endpoint: Endpoint
  served: ServedPath
  /** Below the provider's base URL. */
  rest: string
}

/** The dialect whose path it is: the provider's own, or one that it speaks at a path of the same origin. */
function whatIsMeant(provider: ProviderRow, base_url: string, method: string, sent: string): Meant {
  const [own, ...others] = endpointsOf(provider)
  if (own === undefined) throw appError('provider_has_no_address', { name: provider.name })
  const base = basePath(base_url)
  // Tools that add a version of their own to an address that ends with one would ask for /v1/v1/….
  const single = base.endsWith('/v1') && sent.startsWith('/v1/') ? sent.slice(3) : sent
  let unlisted: Meant = { endpoint: own, served: unlistedPath(), rest: sent }
  for (const rest of new Set([sent, single])) {
    for (const endpoint of [own, ...others]) {
      const below = `${basePath(endpoint.base_url)}/`
      const whole = base + rest
      if (!whole.startsWith(below)) continue
      const served = findServedPath(endpoint.dialect, method, whole.slice(below.length - 1))
      if (served === undefined) continue
      if (served.methods.includes(method)) return { endpoint, served, rest }
      if (unlisted.served.scope === 'other') unlisted = { endpoint, served, rest }
    }
  }
  return unlisted
}

function refuse(why: Error | undefined): void {
  if (why !== undefined) throw why
}
