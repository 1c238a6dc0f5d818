import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

/** A request as it arrived. */
export interface Seen {
  method: string
  /** As sent, with the query. */
  url: string
  headers: IncomingMessage['headers']
  rawHeaders: readonly string[]
  /** What has come so far; complete once `arrived` is settled. */
  body: Buffer
  arrived: Promise<void>
  /** Settled when the connection is gone or the answer is over; true where it was cut before that. */
  cut: Promise<boolean>
}

export interface FakeUpstream extends AsyncDisposable {
  origin: string
  port: number
  /** What got here, in order. */
  seen: Seen[]
  /** The connections made, used or not. */
  connections: number
  /** The last request; throws where there was none. */
  last(): Seen
}

export type Handle = (req: IncomingMessage, res: ServerResponse, seen: Seen) => void | Promise<void>

/** A server on a free loopback port in a provider's place: `await using upstream = await openUpstream(…)`. */
export async function openUpstream(handle: Handle, tls?: ServerOptions): Promise<FakeUpstream> {
  const seen: Seen[] = []
  const sockets = new Set<Socket>()
  const listener = (req: IncomingMessage, res: ServerResponse): void => {
    const one = see(req, res)
    seen.push(one)
    Promise.resolve(handle(req, res, one)).catch((cause: unknown) => {
      if (!res.headersSent) res.writeHead(500)
      res.end(String(cause))
    })
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  server.on('connection', (socket: Socket) => {
    upstream.connections += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const upstream: FakeUpstream = {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    seen,
    connections: 0,
    last() {
      const last = seen.at(-1)
      if (last === undefined) throw new Error('nothing got here')
      return last
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
  return upstream
}

function see(req: IncomingMessage, res: ServerResponse): Seen {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  return {
    method: req.method ?? '',
    url: req.url ?? '',
    headers: req.headers,
    rawHeaders: req.rawHeaders,
    get body() {
      return Buffer.concat(chunks)
    },
    arrived: new Promise((resolve) => req.once('end', resolve)),
    cut: new Promise((resolve) => res.once('close', () => resolve(!res.writableFinished))),
  }
}

/** Answers JSON. */
export function sendJson(res: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}) {
  const body = JSON.stringify(value)
  res.writeHead(status, { 'content-type': 'application/json', ...headers })
  res.end(body)
}

/** Begins a stream of server-sent events. */
export function beginEvents(res: ServerResponse, headers: Record<string, string> = {}): void {
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', ...headers })
  res.flushHeaders()
}
