import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { dispatch } from '../../../src/core/dispatch.ts'
import { actorOf } from '../../../src/core/actor.ts'
import { catalogInUse } from '../../../src/core/catalog/catalog-in-use.ts'
import { EnvironmentKeys } from '../../../src/core/environment/environment-keys.ts'
import { Endings } from '../../../src/core/gateway/endings.ts'
import { createGateway, type Gateway, type GatewayDeps } from '../../../src/core/gateway/gateway.ts'
import { HealthNotes } from '../../../src/core/gateway/health-notes.ts'
import { KeyTurns } from '../../../src/core/gateway/key-turns.ts'
import type { GatewayPorts, Use } from '../../../src/core/gateway/ports.ts'
import { vaultPorts } from '../../../src/core/gateway/vault-ports.ts'
import { Upstreams, type UpstreamSettings } from '../../../src/core/gateway/upstreams.ts'
import type { Caller } from '../../../src/core/http/caller.ts'
import { startListener } from '../../../src/core/http/listener.ts'
import { hashToken, newToken, sameHash } from '../../../src/core/http/token.ts'
import { createLog } from '../../../src/core/log.ts'
import { TokenBook } from '../../../src/core/token-book.ts'
import type { NewProvider, Provider } from '../../../src/shared/schemas.ts'
import { openTempCore, tempHome, type TempCore } from '../../support/temp-core.ts'

export interface TestGateway extends AsyncDisposable {
  temp: TempCore
  gateway: Gateway
  port: number
  address: string
  token: string
  /** What was written down, in order. */
  uses: Use[]
  echoes: Use[]
  /** The lines of the log. */
  lines: string[]
  /** What the audit says of keys, in order. */
  audited(): string[]
  /** Adds a provider; its display name is its name. */
  add(provider: Omit<NewProvider, 'display_name'>): Promise<Provider>
  /** Calls the gateway with its token. */
  call(path: string, init?: RequestInit): Promise<Response>
}

export interface GatewayOptions {
  ports?: (ports: GatewayPorts) => Partial<GatewayPorts>
  upstreams?: UpstreamSettings
  limits?: GatewayDeps['limits']
  temp?: TempCore
  /** The environment that keys may come from. */
  env?: Readonly<Record<string, string | undefined>>
  /** The clock by which keys rest. */
  now?: () => number
  /** A models.yaml in place of the shipped one. */
  catalog?: string
}

/** A key as long as real ones, that no other text in a test contains. */
export const CANARY = 'sk-canary-0123456789abcdefghijABCDEFGHIJ'

/** The real listener with the gateway before a real core: `await using gateway = await openGateway()`. */
export async function openGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const temp = options.temp ?? (await openWith(options.catalog))
  const token = newToken()
  const tokenHash = hashToken(token)
  const lines: string[] = []
  const log = createLog({ destination: { write: (line: string) => void lines.push(line) } })
  const upstreams = new Upstreams(options.upstreams)
  const uses: Use[] = []
  const echoes: Use[] = []
  const { vault } = temp.core
  const catalog = catalogInUse(temp.core.places)
  const endings = new Endings({ vault, catalog, log })
  const notes = new HealthNotes({ vault, log })
  const turns = new KeyTurns(notes.add, options.now)
  const environment = new EnvironmentKeys({ vault, catalog, env: options.env ?? {} })
  const base = vaultPorts({ vault, environment, tokens: new TokenBook(vault), endings, turns, catalog, log })
  const recording: GatewayPorts = {
    ...base,
    beforeUse(use, cut) {
      uses.push(use)
      return base.beforeUse(use, cut)
    },
    onEcho(use) {
      echoes.push(use)
      base.onEcho(use)
    },
  }
  const ports = { ...recording, ...options.ports?.(recording) }
  const gateway = createGateway({ vault, upstreams, ports, log, limits: options.limits ?? {} })
  const caller: Caller = { kind: 'admin', name: 'test' }
  const listener = await startListener(
    {
      call: (id, input) => dispatch(temp.core.apiFor(actorOf('rest')), 'rest', id, input),
      revision: () => temp.core.revision(),
      identify: (hash) => (sameHash(hash, tokenHash) ? caller : undefined),
      log,
      mounts: gateway.mounts,
    },
    { port: 0, limits: { closing_ms: 50 } },
  )
  return {
    temp,
    gateway,
    port: listener.port,
    address: listener.address,
    token,
    uses,
    echoes,
    lines,
    audited() {
      const db = new Database(temp.core.places.vault, { readonly: true })
      const rows = db.prepare("SELECT act FROM audit WHERE act LIKE 'key.%' ORDER BY rowid").all() as { act: string }[]
      db.close()
      return rows.map(({ act }) => act)
    },
    add: (provider) => temp.client.createProvider({ display_name: provider.name, ...provider }),
    call: (path, init = {}) =>
      fetch(`${listener.address}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
      }),
    async [Symbol.asyncDispose]() {
      await upstreams.close()
      await listener.close()
      await endings.flush()
      await notes.flush()
      if (options.temp === undefined) await temp[Symbol.asyncDispose]()
    },
  }
}

async function openWith(catalog: string | undefined): Promise<TempCore> {
  if (catalog === undefined) return openTempCore()
  const folder = tempHome()
  mkdirSync(folder.home, { mode: 0o700 })
  writeFileSync(join(folder.home, 'models.yaml'), catalog)
  const temp = await openTempCore({ home: folder.home })
  return {
    ...temp,
    async [Symbol.asyncDispose]() {
      await temp[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** Everything an asynchronous iterable yields. */
export async function allOf<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of iterable) all.push(one)
  return all
}
