// The path of bytes: who asks, where it goes, with which key, and back. What may be asked is decided before a key is
// touched; a use is written down before a byte goes up.
import type { ServerResponse } from 'node:http'
import { toAppError, type AppError } from '../../shared/errors.ts'
import type { Caller } from '../http/caller.ts'
import type { Mount } from '../http/serve-request.ts'
import type { Log } from '../log.ts'
import type { Vault } from '../vault.ts'
import { Asked, defaultGatewayLimits, type GatewayLimits, type ReadBody } from './asked.ts'
import type { Exchange } from './exchange.ts'
import { forward, type ForwardDeps } from './forward.ts'
import { answerModels, type ListDeps } from './model-lists.ts'
import { ONE_ADDRESS, planOneAddress, readOneAddressPath } from './one-address.ts'
import { isGeminiPath } from './gemini-path.ts'
import { namesNoModel, planPassThrough, PROXY, readPassThroughPath } from './pass-through.ts'
import type { GatewayPorts } from './ports.ts'
import { ProviderBook } from './provider-book.ts'
import { guessDialect, refusalOf } from './refusal.ts'
import { queryCredential } from './target.ts'
import type { Upstreams } from './upstreams.ts'

export interface GatewayDeps {
  vault: Vault
  upstreams: Upstreams
  ports: GatewayPorts
  log: Log
  /** Told of each refusal, and whom it met. */
  onRefused?: (why: AppError, caller: Caller) => void
  limits?: Partial<GatewayLimits>
}

export interface Gateway {
  /** For the listener. */
  mounts: Mount[]
  /** Ends what runs for the callers that `why` refuses, within its stream too. */
  cutOff(why: (caller: Caller) => AppError | undefined): void
}

/** Makes the gateway: `/proxy/{provider}`, and `/v1` and `/v1beta` as one address for all. */
export function createGateway({ vault, upstreams, ports, log, onRefused, limits }: GatewayDeps): Gateway {
  const running = new Map<Exchange, Caller>()
  const book = new ProviderBook(() => vault.standing())
  const bounds = { ...defaultGatewayLimits, ...limits }
  const deps: ForwardDeps = { vault, upstreams, ports, limits: bounds, running }
  const read: ListDeps['read'] = (act) => vault.during(() => act(vault.reader()))

  return {
    mounts: [mount(PROXY, passThrough), ...ONE_ADDRESS.map((prefix) => mount(prefix, atOneAddress))],
    cutOff(why) {
      for (const [exchange, caller] of running) {
        const refusal = why(caller)
        if (refusal !== undefined) exchange.cut(refusal)
      }
    },
  }

  async function passThrough(asked: Asked, res: ServerResponse): Promise<void> {
    const path = readPassThroughPath(asked)
    let body: ReadBody | undefined
    const why = ports.needsModel(asked.request.caller, path.name)
    if (why !== undefined) {
      const { served, model } = await read((store) => planPassThrough(asked, path, undefined, store, book, ports))
      const isCounted = why === 'price' && served.model === 'path'
      if (served.model === 'body' || isCounted) body = await asked.readBody(bounds.body_bytes)
      const isUnnamed = served.scope !== 'models' && model === null && body?.found.top === undefined
      if (why === 'scope' && isUnnamed) throw namesNoModel()
    }
    await forward(asked, res, (store) => planPassThrough(asked, path, body, store, book, ports), deps)
  }

  async function atOneAddress(asked: Asked, res: ServerResponse): Promise<void> {
    const list = await answerModels(asked, { ...ports, read })
    if (list !== undefined) {
      asked.answer(res, list)
      return
    }
    const path = readOneAddressPath(asked)
    const body = await asked.readBody(bounds.body_bytes)
    await forward(asked, res, (store) => planOneAddress(asked, path, body, store, book, ports), deps)
  }

  function mount(prefix: string, attend: (asked: Asked, res: ServerResponse) => Promise<void>): Mount {
    return {
      prefix,
      credentialIn: (path, query) => (isGeminiPath(path) ? queryCredential(query) : undefined),
      refuse: (why, path, { headers }) => refusalOf(why, guessDialect(path, headers)),
      async handle(request, req, res, sendContinue) {
        const asked = new Asked(request, req, sendContinue)
        try {
          await attend(asked, res)
        } catch (cause) {
          const error = toAppError(cause)
          if (error.code === 'internal') log.error({ err: error.cause }, 'the gateway failed')
          onRefused?.(error, request.caller)
          asked.refuse(res, error)
        } finally {
          asked.done()
        }
      },
    }
  }
}
