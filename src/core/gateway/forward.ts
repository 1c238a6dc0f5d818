import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { AppError } from '../../shared/errors.ts'
import type { Caller } from '../http/caller.ts'
import type { Store } from '../store/store.ts'
import type { Vault } from '../vault.ts'
import type { Asked, GatewayLimits } from './asked.ts'
import { formsOf } from './echo-guard.ts'
import { Exchange, type Ended, type ExchangeOptions } from './exchange.ts'
import { isRefusal } from './key-turns.ts'
import { mayRefuseBy400 } from './key-verdict.ts'
import type { Plan } from './plan.ts'
import type { GatewayPorts, KeyCandidate, Use, Watcher } from './ports.ts'
import { lastEventOf } from './refusal.ts'
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

/**
 * Sends a request up and its answer back, with each key in turn as long as the provider refuses the key. The plan is
 * made, the key opened and the use written down in one hold of the vault, so all of it is of one moment.
 */
export async function forward(
  asked: Asked,
  res: ServerResponse,
  planNow: (store: Store) => Promise<Plan>,
  deps: ForwardDeps,
): Promise<void> {
  const { vault, upstreams, ports, limits } = deps
  await upstreams.ready()
  // What comes along with the head is here by the time it is needed.
  const early = asked.mayReadAhead ? asked.body() : undefined
  await early?.settle()
  const { plan, keys, first } = await vault.during(async () => {
    const plan = await planNow(vault.reader())
    const offered = ports.keysFor(plan.provider)
    const keys = offered instanceof Promise ? await offered : offered
    const [key] = keys
    return { plan, keys, first: key === undefined ? undefined : await prepare(asked, plan, key, 1, ports) }
  })
  const body = plan.body === undefined ? asked.body() : undefined
  if (keys.length > 1) body?.keepUpTo(limits.retry_bytes)
  const headers = forwardedHeaders(asked.req.rawHeaders)
  const length = asked.req.headers['content-length']
  let prepared = first
  for (let next = 1; prepared !== undefined; next++) {
    const content = plan.body ?? body?.open() ?? null
    // The length of a stream has to be told; without it the body goes up in chunks, as it came.
    const told = content === null || Buffer.isBuffer(content) || length === undefined ? [] : ['content-length', length]
    const isLast = (): boolean => next >= keys.length || body?.isWhole === false
    const ended = await send(plan, prepared, [...headers, ...told], content, isLast, res, deps)
    if (ended.how === 'refused') throw ended.why
    const key = keys[next]
    if (ended.how === 'over' || key === undefined) return
    prepared = await vault.during(() => prepare(asked, plan, key, next + 1, ports))
  }
}

/** A key that is open and a use that is written down: what is left is to send, and to zero the key. */
interface Prepared {
  key: KeyCandidate
  use: Use
  secret: Buffer
  watcher: Watcher | undefined
  /** Where a cut leads, before and after there is an exchange. */
  cut: { exchange?: Exchange; why?: AppError }
}

async function prepare(
  { request: { caller, method }, bodySize }: Asked,
  { provider, endpoint, served, model, body }: Plan,
  key: KeyCandidate,
  attempt: number,
  ports: GatewayPorts,
): Promise<Prepared> {
  const use: Use = {
    caller,
    provider: provider.name,
    provider_id: provider.id,
    base_url: provider.base_url,
    dialect: endpoint.dialect,
    model,
    scope: served.scope,
    method,
    route: served.route,
    key_id: key.id,
    environment: key.environment,
    attempt,
    body: { held: body, size: bodySize },
  }
  const cut: Prepared['cut'] = {}
  let secret: Buffer | undefined
  try {
    secret = await key.open()
    const watcher = await ports.beforeUse(use, (why) => {
      if (cut.exchange === undefined) cut.why = why
      else cut.exchange.cut(why)
    })
    return { key, use, secret, watcher, cut }
  } catch (cause) {
    secret?.fill(0)
    key.onEnd?.()
    throw cause
  }
}

async function send(
  { target, endpoint }: Plan,
  { key, use, secret, watcher, cut }: Prepared,
  headers: string[],
  body: Buffer | Readable | null,
  isLast: () => boolean,
  res: ServerResponse,
  { upstreams, ports, running }: ForwardDeps,
): Promise<Ended> {
  const forms = formsOf(secret)
  try {
    if (cut.why !== undefined || res.destroyed) return nothingSent(watcher, cut.why)
    const another: ExchangeOptions['another'] = (status, headers, body) => {
      key.onAnswer?.(status, headers, body)
      if (isLast()) return false
      if (isRefusal(status, body)) return true
      return status === 400 && body === undefined && mayRefuseBy400(endpoint) ? 'by_body' : false
    }
    const onEcho = (): void => ports.onEcho(use)
    const lastEvent = (why: AppError): Buffer => lastEventOf(why, endpoint.dialect)
    const exchange = new Exchange(res, { provider: use.provider, forms, another, watcher, onEcho, lastEvent })
    cut.exchange = exchange
    running.set(exchange, use.caller)
    try {
      const signed = [...headers, ...keyHeader(endpoint.auth, secret)]
      upstreams.dispatch(target, { method: use.method, headers: signed, body }, exchange)
    } catch (cause) {
      exchange.failed(cause)
    }
    secret.fill(0)
    const ended = await exchange.ended
    running.delete(exchange)
    return ended
  } finally {
    key.onEnd?.()
    secret.fill(0)
    for (const form of forms) form.fill(0)
  }
}

/** The caller went, or was cut off, while its use was being written down. */
function nothingSent(watcher: Watcher | undefined, why: AppError | undefined): Ended {
  const outcome = why === undefined ? 'client_gone' : 'cut'
  watcher?.onFinish({ status: null, outcome, first_byte_ms: null, total_ms: 0 })
  return why === undefined ? { how: 'over' } : { how: 'refused', why }
}
