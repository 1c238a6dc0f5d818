// A client that costs little beside what it measures: bare sockets, one request after the other on each.
import { connect } from 'node:net'

export interface Place {
  port: number
  path: string
  token: string
  /** Further headers, each with its line end. */
  more?: string
}

export interface Load {
  per_second: number
  /** Of a request, in milliseconds. */
  p50: number
  p99: number
}

const BODY = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'z'.repeat(900) }] })

/** Sends `total` completions over `connections`. */
export async function load(place: Place, connections: number, total: number): Promise<Load> {
  const message = messageTo(place)
  const times: number[] = []
  let left = total
  const began = performance.now()
  await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect(place.port, '127.0.0.1').setNoDelay(true)
          let head = ''
          let need = -1
          let got = 0
          let sent = 0
          const next = (): void => {
            if (left-- <= 0) {
              socket.end()
              resolve()
              return
            }
            ;[head, need, got, sent] = ['', -1, 0, performance.now()]
            socket.write(message)
          }
          socket.on('connect', next)
          socket.on('error', reject)
          socket.on('data', (chunk: Buffer) => {
            got += chunk.length
            if (need === -1) {
              head += chunk.toString('latin1')
              const end = head.indexOf('\r\n\r\n')
              if (end === -1) return
              if (!head.startsWith('HTTP/1.1 200')) {
                reject(new Error(head))
                return
              }
              need = end + 4 + Number(/content-length: *(\d+)/i.exec(head)?.[1])
            }
            if (got < need) return
            times.push(performance.now() - sent)
            next()
          })
        }),
    ),
  )
  const seconds = (performance.now() - began) / 1000
  return { per_second: total / seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

export interface Stream {
  /** From the request to the first byte of the first event, in milliseconds. */
  first_byte: number
  /** Between an event's arrival and its place in a perfect beat, at worst. */
  lag: number
  total: number
  events: number
  /** Pieces that came with more than one event in them. */
  merged: number
}

/** Reads one stream of events. */
export function stream(place: Place, wish: 'burst' | 'paced'): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const socket = connect(place.port, '127.0.0.1').setNoDelay(true)
    const arrivals: number[] = []
    let text = ''
    let merged = 0
    let began = 0
    socket.on('connect', () => {
      began = performance.now()
      socket.write(messageTo(place, `X-Wish: ${wish}\r\nConnection: close\r\n`))
    })
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      const piece = chunk.toString('latin1')
      const count = piece.split('data: ').length - 1
      const at = performance.now() - began
      for (let i = 0; i < count; i++) arrivals.push(at)
      if (count > 1) merged += 1
      text += piece
    })
    socket.on('close', () => {
      const first = arrivals[0] ?? 0
      const beat = wish === 'paced' ? 5 : 0
      const lag = Math.max(...arrivals.map((at, i) => at - first - i * beat))
      if (!text.startsWith('HTTP/1.1 200')) {
        reject(new Error(text.slice(0, 200)))
        return
      }
      resolve({ first_byte: first, lag, total: performance.now() - began, events: arrivals.length, merged })
    })
  })
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

function messageTo({ port, path, token, more: own = '' }: Place, more = ''): Buffer {
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    'Accept: application/json',
    'User-Agent: OpenAI/JS 7.57.0',
    'X-Stainless-Lang: js',
    'X-Stainless-Package-Version: 7.57.0',
    'X-Stainless-OS: Linux',
    'X-Stainless-Arch: x64',
    'X-Stainless-Runtime: node',
    'X-Stainless-Retry-Count: 0',
    `Content-Length: ${BODY.length}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n${own}${more}\r\n${BODY}`)
}
