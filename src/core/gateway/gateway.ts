// The path of bytes: who asks, where it goes, with which key, and back. What may be asked is decided before a key is
// touched; a use is written down before a byte goes up.
import type { ServerResponse } from 'node:http'
import { toAppError, type AppError } from '../../shared/errors.ts'
import type { Caller } from '../http/caller.ts'
import type { Mount } from '../http/serve-request.ts'
import type { Log } from '../log.ts'
import type { Vault } from '../vault.ts'
import { Asked, defaultGatewayLimits, type GatewayLimits, type PlanDeps } from './asked.ts'
import type { Exchange } from './exchange.ts'
import { forward } from './forward.ts'
import { answerModels } from './model-lists.ts'
import { ONE_ADDRESS, planOneAddress } from './one-address.ts'
import { planPassThrough, PROXY } from './pass-through.ts'
import type { Plan } from './plan.ts'
import type { GatewayPorts } from './ports.ts'
import type { Upstreams } from './upstreams.ts'

export interface GatewayDeps {
  vault: Vault
  upstreams: Upstreams
  ports: GatewayPorts
  log: Log
  limits?: Partial<GatewayLimits>
}

export interface Gateway {
  /** For the listener. */
  mounts: Mount[]
  /** Ends what runs for these callers, within its stream too: a token was revoked, or tools were switched off. */
  cutOff(which: (caller: Caller) => boolean, why: AppError): void
}

/** Makes the gateway: `/proxy/{provider}`, and `/v1` and `/v1beta` as one address for all. */
export function createGateway({ vault, upstreams, ports, log, limits }: GatewayDeps): Gateway {
  const running = new Map<Exchange, Caller>()
  const planning: PlanDeps = {
    ports,
    limits: { ...defaultGatewayLimits, ...limits },
    read: (act) => vault.during(() => act(vault.reader())),
  }
  const forwarding = { vault, upstreams, ports, limits: planning.limits, running }

  return {
    mounts: [
      mount(PROXY, (asked, res) => carry(asked, res, planPassThrough(asked, planning))),
      ...ONE_ADDRESS.map((prefix) => mount(prefix, atOneAddress)),
    ],
    cutOff(which, why) {
      for (const [exchange, caller] of running) if (which(caller)) exchange.cut(why)
    },
  }

  function mount(prefix: string, attend: (asked: Asked, res: ServerResponse) => Promise<void>): Mount {
    return {
      prefix,
      async handle(request, req, res, sendContinue) {
        const asked = new Asked(request, req, sendContinue)
        try {
          await attend(asked, res)
        } catch (cause) {
          const error = toAppError(cause)
          if (error.code === 'internal') log.error({ err: error.cause }, 'the gateway failed')
          asked.refuse(res, error)
        } finally {
          asked.done()
        }
      },
    }
  }

  async function atOneAddress(asked: Asked, res: ServerResponse): Promise<void> {
    const list = await answerModels(asked, planning)
    if (list === undefined) await carry(asked, res, planOneAddress(asked, planning))
    else asked.answer(res, list)
  }

  async function carry(asked: Asked, res: ServerResponse, planned: Promise<Plan>): Promise<void> {
    await forward(asked, await planned, res, forwarding)
  }
}
