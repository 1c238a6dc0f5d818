import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { appError, type AppError } from '../../shared/errors.ts'
import type { Caller } from '../http/caller.ts'
import type { Vault } from '../vault.ts'
import type { Asked, GatewayLimits } from './asked.ts'
import { formsOf } from './echo-guard.ts'
import { Exchange, type Ended } from './exchange.ts'
import type { Plan } from './plan.ts'
import type { GatewayPorts, KeyCandidate, Use, Watcher } from './ports.ts'
import { forwardedHeaders, keyHeader } from './request-headers.ts'
import type { Upstreams } from './upstreams.ts'

export interface ForwardDeps {
  vault: Vault
  upstreams: Upstreams
  ports: GatewayPorts
  limits: GatewayLimits
  /** What runs, and for whom. */
  running: Map<Exchange, Caller>
}

/** Statuses by which a provider says that this key will not do. */
const KEY_REFUSED: ReadonlySet<number> = new Set([401, 402, 403, 429])
/** A body may take minutes to arrive; a provider that was changed meanwhile is not called as it was. */
const STALE_MS = 500

/** Sends a planned request up and its answer back, with each key in turn as long as the provider refuses the key. */
export async function forward(asked: Asked, plan: Plan, res: ServerResponse, deps: ForwardDeps): Promise<void> {
  const { ports, limits } = deps
  const keys = ports.keysFor(plan.provider)
  const arriving = plan.body === undefined ? asked.body(keys.length > 1 ? limits.retry_bytes : 0) : undefined
  await arriving?.settle()
  if (performance.now() - plan.at > STALE_MS) await assertUnchanged(plan, deps.vault)
  const headers = forwardedHeaders(asked.req.rawHeaders)
  const length = asked.req.headers['content-length']
  for (const [i, key] of keys.entries()) {
    const isLast = (): boolean => i + 1 === keys.length || arriving?.isWhole === false
    const body = plan.body ?? arriving?.open() ?? null
    // The length of a stream has to be told; without it the body goes up in chunks, as it came.
    const told = body === null || Buffer.isBuffer(body) || length === undefined ? [] : ['content-length', length]
    const ended = await tryKey(asked, plan, { key, attempt: i + 1, isLast }, [...headers, ...told], body, res, deps)
    if (ended.how === 'refused') throw ended.why
    if (ended.how === 'over') return
  }
}

interface Try {
  key: KeyCandidate
  attempt: number
  isLast: () => boolean
}

async function tryKey(
  { request }: Asked,
  { provider, endpoint, target, served, model }: Plan,
  { key, attempt, isLast }: Try,
  headers: string[],
  body: Buffer | Readable | null,
  res: ServerResponse,
  { vault, upstreams, ports, running }: ForwardDeps,
): Promise<Ended> {
  const { caller, method } = request
  const use: Use = {
    caller,
    provider: provider.name,
    provider_id: provider.id,
    dialect: endpoint.dialect,
    model,
    scope: served.scope,
    method,
    route: served.route,
    key_id: key.id,
    attempt,
  }
  let exchange: Exchange | undefined
  let early: AppError | undefined
  const cut = (why: AppError): void => (exchange === undefined ? void (early = why) : exchange.cut(why))
  let secret: Buffer | undefined
  let forms: Buffer[] = []
  try {
    const watcher = await vault.during(async () => {
      secret = await key.open()
      forms = formsOf(secret)
      return ports.beforeUse(use, cut)
    })
    if (early !== undefined || res.destroyed || secret === undefined) return nothingSent(watcher, early)
    const another = (status: number): boolean => {
      key.onAnswer?.(status)
      return KEY_REFUSED.has(status) && !isLast()
    }
    const onEcho = (): void => ports.onEcho(use)
    exchange = new Exchange(res, { provider: provider.name, forms, another, watcher, onEcho })
    running.set(exchange, caller)
    try {
      const signed = [...headers, ...keyHeader(endpoint.auth, secret)]
      upstreams.dispatch(target, { method, headers: signed, body }, exchange)
    } catch (cause) {
      exchange.failed(cause)
    }
    secret.fill(0)
    return await exchange.ended
  } finally {
    secret?.fill(0)
    for (const form of forms) form.fill(0)
    if (exchange !== undefined) running.delete(exchange)
  }
}

/** The caller went, or was cut off, while its use was being written down. */
function nothingSent(watcher: Watcher | undefined, why: AppError | undefined): Ended {
  const outcome = why === undefined ? 'client_gone' : 'cut'
  watcher?.onFinish({ status: null, outcome, first_byte_ms: null, total_ms: 0 })
  return why === undefined ? { how: 'over' } : { how: 'refused', why }
}

async function assertUnchanged({ provider }: Plan, vault: Vault): Promise<void> {
  const now = await vault.during(() => vault.reader().findProvider({ id: provider.id }))
  if (now?.updated_at === provider.updated_at) return
  throw appError('upstream_failed', { name: provider.name, what: 'was changed while the request arrived' })
}
