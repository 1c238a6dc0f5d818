// `/v1` and `/v1beta` are one address for all providers: the path says the dialect, `model` says whose it is, and the
// bytes of that one name are the only ones that change.
import { appError } from '../../shared/errors.ts'
import type { Dialect } from '../../shared/schemas.ts'
import type { Store } from '../store/store.ts'
import type { Asked, ReadBody } from './asked.ts'
import type { Endpoint } from './endpoint.ts'
import { modelInPath, pathOf, type GeminiPath } from './gemini-path.ts'
import { withNames, type FoundModels } from './model-scanner.ts'
import { checkMethod, noSuchPath, type Plan } from './plan.ts'
import type { GatewayPorts } from './ports.ts'
import type { ProviderBook } from './provider-book.ts'
import { resolveModel, type ResolvedModel } from './resolve-model.ts'
import { checkPath } from './safe-path.ts'
import { findServedPath, type ServedPath } from './served-paths.ts'
import { targetOf, withoutCredentials } from './target.ts'

export const ONE_ADDRESS = ['/v1', '/v1beta'] as const

/** What a path at the one address asks for. */
export interface OneAddressPath {
  dialect: Dialect
  /** Below the base URL of that dialect. */
  rest: string
  served: ServedPath
  /** The model, where the path has it. */
  inPath: GeminiPath | undefined
}

/** Reads the path and checks it, before anything else is looked at. */
export function readOneAddressPath(asked: Asked): OneAddressPath {
  const { method } = asked.request
  const path = undoubled(asked.request.path)
  checkMethod(method)
  checkPath(path.replace(/^\/v1(?:beta)?(?=\/)/, ''))
  const { dialect, rest, served } = whichDialect(method, path)
  asked.dialect = dialect
  checkMethod(method, served)
  return { dialect, rest, served, inPath: served.model === 'path' ? modelInPath(path) : undefined }
}

/** Plans a request at the one address, other than for a list of models. */
export async function planOneAddress(
  { request: { query, caller } }: Asked,
  { dialect, rest, served, inPath }: OneAddressPath,
  { bytes, found }: ReadBody,
  store: Store,
  book: ProviderBook,
  ports: Pick<GatewayPorts, 'mayUse' | 'keyedByEnvironment'>,
): Promise<Plan> {
  const written = inPath?.model ?? found.top?.value.replace(/^models\//, '')
  if (written === undefined || written === '') throw appError('model_missing', undefined)
  const asking = { caller, scope: served.scope }
  const resolved = await resolveModel(written, store, book, ports, asking)
  const { provider, model } = resolved
  const refusal = ports.mayUse({ ...asking, provider: provider.row.name, model })
  if (refusal !== undefined) throw refusal
  const endpoint = endpointIn(dialect, resolved)
  const target = targetOf(
    endpoint,
    inPath === undefined || model === written ? rest : pathOf({ ...inPath, model }),
    withoutCredentials(query),
  )
  return {
    provider: provider.row,
    endpoint,
    target,
    served,
    model,
    body: renamed(bytes, found, inPath, written, model),
  }
}

/** Some tools add /v1 to an address that ends with it. */
export function undoubled(path: string): string {
  return path.startsWith('/v1/v1/') ? path.slice(3) : path
}

function whichDialect(method: string, path: string): { dialect: Dialect; rest: string; served: ServedPath } {
  const candidates: [Dialect, string][] = path.startsWith('/v1/')
    ? [
        ['anthropic', path],
        ['google', path],
        ['openai', path.slice(3)],
      ]
    : [['google', path]]
  for (const [dialect, rest] of candidates) {
    const served = findServedPath(dialect, method, rest)
    if (served !== undefined && served.model !== 'none') return { dialect, rest, served }
  }
  throw noSuchPath('Only what names a model can be routed by it; for other paths use /proxy/PROVIDER.')
}

function endpointIn(dialect: Dialect, { provider: { row, endpoints } }: ResolvedModel): Endpoint {
  const { name } = row
  if (endpoints.length === 0) throw appError('provider_has_no_address', { name })
  const endpoint = endpoints.find((endpoint) => endpoint.dialect === dialect)
  if (endpoint === undefined) throw appError('endpoint_missing', { name, dialect })
  return endpoint
}

/** The body with the provider's own name of the model. */
function renamed(
  bytes: Buffer,
  { top, repeats }: FoundModels,
  inPath: GeminiPath | undefined,
  written: string,
  model: string,
): Buffer {
  if (model === written) return bytes
  // Gemini's clients say the name in the path and once more in the body, where it must be the same.
  const spans = inPath === undefined ? [] : repeats
  const changes = (top === undefined ? spans : [top, ...spans]).flatMap((span) => {
    const kind = span.value.slice(0, span.value.length - written.length)
    const same = span.value.endsWith(written) && (kind === '' || kind === 'models/' || kind === 'tunedModels/')
    return same ? [{ ...span, name: kind + model }] : []
  })
  return withNames(
    bytes,
    changes.sort((a, b) => a.start - b.start),
  )
}
