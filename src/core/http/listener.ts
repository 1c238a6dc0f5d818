// The listener's sockets: loopback only, bounded in number and time. Who may enter is front-door.ts; what happens then
// is serve-request.ts.
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { appError, isAppError } from '../../shared/errors.ts'
import type { Log } from '../log.ts'
import { Arrivals } from './arrivals.ts'
import { errorAnswer, rawAnswer } from './answer.ts'
import { createServer } from './node-http.ts'
import { createServe, type ServeDeps, type ServeLimits } from './serve-request.ts'

/** What bounds a client. */
export interface Limits extends ServeLimits {
  connections: number
  /** For active connections, when the listener closes. */
  closing_ms: number
}

/** The limits that are shipped; tests shorten them, nothing else does. */
export const defaultLimits: Limits = {
  request_ms: 10_000,
  body_bytes: 1_048_576,
  header_bytes: 16_384,
  connections: 256,
  closing_ms: 1_000,
}

export interface ListenerOptions {
  /** 0: any free one. */
  port: number
  limits?: Partial<Limits>
}

export interface Listener {
  port: number
  /** What tools are told: the number, never the name, whose ::1 another program may hold. */
  address: string
  /** Sentences a person should know of. */
  notes: readonly string[]
  close(): Promise<void>
}

/** Starts to listen on 127.0.0.1, and on [::1] where that is free. Must be closed. */
export async function startListener(deps: ServeDeps, options: ListenerOptions): Promise<Listener> {
  const limits = { ...defaultLimits, ...options.limits }
  // A little less than what is promised, so that a slow client is gone when the time is over.
  const arrival_ms = Math.floor(limits.request_ms * 0.9)
  const arrivals = new Arrivals(arrival_ms)
  const sockets = new Set<Socket>()
  const makeOne = () => makeServer(limits, arrival_ms, sockets, arrivals, deps.log)
  const ipv4 = makeOne()
  const port = await listen(ipv4, '127.0.0.1', options.port, deps.log)
  // Nothing is awaited between the open port and its handlers, so no request finds it without.
  const service = createServe(deps, port, limits, arrivals)
  attach(ipv4, service)
  const servers = [ipv4]
  const notes: string[] = []
  const ipv6 = makeOne()
  attach(ipv6, service)
  try {
    await listen(ipv6, '::1', port, deps.log)
    servers.push(ipv6)
  } catch (cause) {
    if (isAppError(cause) && cause.code === 'port_busy') {
      notes.push(`Another program holds [::1]:${port}. Write 127.0.0.1 in addresses, not localhost.`)
    } else if (!hasNoIpv6(cause)) {
      await stop([ipv4], sockets, 0)
      throw cause
    }
  }
  const address = `http://127.0.0.1:${port}`
  return {
    port,
    address,
    notes,
    close() {
      service.keepNoConnection()
      return stop(servers, sockets, limits.closing_ms)
    },
  }
}

function makeServer(limits: Limits, arrival_ms: number, sockets: Set<Socket>, arrivals: Arrivals, log: Log): Server {
  const server = createServer({
    maxHeaderSize: limits.header_bytes,
    headersTimeout: arrival_ms,
    connectionsCheckingInterval: Math.ceil(arrival_ms / 20),
    // A mount may take as long as its upstream needs; serve-request.ts times the body of every other request.
    requestTimeout: 0,
    keepAliveTimeout: 30_000,
    // The front door answers for Host, also where it is missing.
    requireHostHeader: false,
    insecureHTTPParser: false,
    noDelay: true,
  })
  // Node drops what exceeds 2,000 headers, which could be the Origin; 16 KiB are bound enough.
  server.maxHeadersCount = 0
  admitOnly(server, limits.connections, sockets, arrivals, log)
  return server
}

/** Lets Node see a connection only where there is room for it; counts those of all servers together. */
function admitOnly(server: Server, connections: number, sockets: Set<Socket>, arrivals: Arrivals, log: Log): void {
  const [accept] = server.listeners('connection')
  const full = rawAnswer(errorAnswer(appError('too_many_connections', undefined)))
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    if (sockets.size >= connections) {
      log.warn({ status: 503, connections }, 'a connection was turned away')
      socket.on('error', () => socket.destroy())
      socket.end(full, () => socket.destroy())
      return
    }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    accept?.call(server, socket)
    arrivals.watch(socket, () => server.emit('clientError', late(), socket))
  })
}

/** As Node says it of a request that has begun. */
function late(): Error {
  return Object.assign(new Error('no request came in time'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
}

function attach(server: Server, { serve, refuseUpgrade, refuseBroken }: ReturnType<typeof createServe>): void {
  server.on('request', (req, res) => serve(req, res, 'none'))
  server.on('checkContinue', (req, res) => serve(req, res, 'continue'))
  server.on('checkExpectation', (req, res) => serve(req, res, 'other'))
  server.on('upgrade', refuseUpgrade)
  server.on('connect', refuseUpgrade)
  server.on('clientError', refuseBroken)
}

function listen(server: Server, host: string, port: number, log: Log): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') reject(appError('port_busy', { port }, { cause: error }))
      else if (error.code === 'EACCES') reject(appError('port_not_permitted', { port }, { cause: error }))
      else reject(error)
    })
    server.listen({ host, port, exclusive: true }, () => {
      server.removeAllListeners('error')
      // Where the process has no file handle left, a connection is lost, not the listener.
      server.on('error', (err) => log.error({ err }, 'a connection could not be accepted'))
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function hasNoIpv6(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'EADDRNOTAVAIL' || cause.code === 'EAFNOSUPPORT')
}

/** Idle connections end at once, active ones within `grace` milliseconds. */
async function stop(servers: readonly Server[], sockets: ReadonlySet<Socket>, grace: number): Promise<void> {
  const ended = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy()
  }, grace)
  await Promise.all(ended)
  clearTimeout(timer)
}
