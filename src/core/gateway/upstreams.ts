// The connections to providers. Everything that decides where they go and whom they believe is said here, so nothing is
// left to the environment: no proxy variables, no NODE_TLS_REJECT_UNAUTHORIZED, no NODE_EXTRA_CA_CERTS.
import type { Readable } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import type { buildConnector, Dispatcher, Pool, ProxyAgent } from 'undici'
import { checkedLookup, forbidden, type Resolve } from './checked-lookup.ts'
import type { Target } from './target.ts'
import { secureContextOf, type Trust } from './tls-trust.ts'

/** How long a provider may take, in milliseconds. */
export interface Patience {
  connect_ms: number
  /** From the request to the head of the answer. */
  head_ms: number
  /** Of silence within an answer. */
  silence_ms: number
}

export const defaultPatience: Patience = { connect_ms: 10_000, head_ms: 600_000, silence_ms: 300_000 }

export interface UpstreamSettings {
  patience?: Partial<Patience>
  trust?: Trust
  /** The owner's proxy, `http://host:port`; it resolves names itself. Loopback goes past it. */
  proxy?: string | undefined
  resolve?: Resolve
  /** Asked before each request for what the owner has chosen by then, in place of `trust` and `proxy`. */
  network?: () => Promise<Network>
}

/** The way to providers as the owner wants it. The same object as long as nothing changes. */
export type Network = Pick<UpstreamSettings, 'trust' | 'proxy'>

export interface UpstreamRequest {
  method: string
  headers: string[]
  body: Buffer | Readable | null
}

const IDLE_MS = 30_000

type ConnectOptions = buildConnector.BuildOptions & Pick<ConnectionOptions, 'secureContext'>

/** Pools of kept-open connections, one for each origin. Must be closed. */
export class Upstreams {
  readonly #ask: () => Promise<Network>
  readonly #connect: ConnectOptions
  readonly #options: Omit<Pool.Options, 'connect'>
  readonly #pools = new Map<string, Pool>()
  /** Of a way that was given up: what runs on them comes to its end. */
  readonly #retired = new Set<Dispatcher>()
  #network: Network
  #proxy: ProxyAgent | undefined
  #undici: typeof import('undici') | undefined
  #tls: ConnectOptions | undefined

  constructor(settings: UpstreamSettings = {}) {
    const { connect_ms, head_ms, silence_ms } = { ...defaultPatience, ...settings.patience }
    const { trust = {}, proxy } = settings
    this.#network = { trust, proxy }
    this.#ask = settings.network ?? (async () => this.#network)
    this.#connect = { timeout: connect_ms, lookup: checkedLookup(settings.resolve), rejectUnauthorized: true }
    this.#options = {
      allowH2: false,
      useMilo: false,
      pipelining: 1,
      headersTimeout: head_ms,
      bodyTimeout: silence_ms,
      keepAliveTimeout: IDLE_MS,
    }
  }

  /**
   * Loads what connects, and sees to the way that is wanted now; must be awaited before `dispatch`. Not part of a start,
   * which it would make a quarter longer.
   */
  async ready(): Promise<void> {
    this.#undici ??= await import('undici')
    const network = await this.#ask()
    if (network === this.#network) return
    this.#network = network
    this.#tls = undefined
    for (const dispatcher of this.#current()) {
      this.#retired.add(dispatcher)
      void dispatcher.close().finally(() => this.#retired.delete(dispatcher))
    }
    this.#pools.clear()
    this.#proxy = undefined
  }

  /** Sends a request; the handler is told what happens. Throws where the address may not be connected to. */
  dispatch(
    { origin, path }: Target,
    { method, headers, body }: UpstreamRequest,
    handler: Dispatcher.DispatchHandler,
  ): void {
    this.#dispatcher(origin).dispatch({ origin, path, method, headers, body }, handler)
  }

  /** Ends every connection, whatever it carries. */
  async close(): Promise<void> {
    const open = [...this.#current(), ...this.#retired]
    this.#pools.clear()
    this.#proxy = undefined
    await Promise.all(open.map((dispatcher) => dispatcher.destroy()))
  }

  #current(): Dispatcher[] {
    return this.#proxy === undefined ? [...this.#pools.values()] : [...this.#pools.values(), this.#proxy]
  }

  #dispatcher(origin: string): Dispatcher {
    const known = this.#pools.get(origin)
    if (known !== undefined) return known
    const { protocol, hostname } = new URL(origin)
    const host = hostname.replace(/^\[|\]$/g, '')
    const refusal = forbidden(host)
    if (refusal !== undefined) throw refusal
    const { proxy } = this.#network
    if (proxy !== undefined && !isLoopback(host)) return this.#throughProxy(proxy)
    const connect = protocol === 'https:' ? this.#withTrust() : this.#connect
    const pool = new (this.#loaded().Pool)(origin, { ...this.#options, connect })
    this.#pools.set(origin, pool)
    return pool
  }

  #loaded(): typeof import('undici') {
    if (this.#undici === undefined) throw new Error('Upstreams: ready() was not awaited')
    return this.#undici
  }

  #throughProxy(uri: string): ProxyAgent {
    const tls = this.#withTrust()
    return (this.#proxy ??= new (this.#loaded().ProxyAgent)({ ...this.#options, uri, requestTls: tls, proxyTls: tls }))
  }

  /** Made at the first need, once: reading the authorities takes its time. */
  #withTrust(): ConnectOptions {
    return (this.#tls ??= { ...this.#connect, secureContext: secureContextOf(this.#network.trust ?? {}) })
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || /^127\.\d+\.\d+\.\d+$/.test(host) || host === '::1'
}
