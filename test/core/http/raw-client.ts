import { connect, type Socket } from 'node:net'

export interface RawReply {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
  /** Everything that arrived, of every answer on the connection. */
  text: string
}

/**
 * Sends bytes as they are and reads until the server ends the connection. The request should say `Connection: close`,
 * or the client must end its own side.
 */
export function sendRaw(port: number, bytes: string | Buffer, host = '127.0.0.1', thenEnd = false): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host)
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (text += chunk))
    // A server that refuses early may reset the connection after its answer; the answer counts.
    socket.on('error', (error) => (text === '' && !thenEnd ? reject(error) : undefined))
    socket.on('close', () => resolve(parseReply(text)))
    const sent = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
    if (thenEnd) socket.end(sent)
    else socket.write(sent)
  })
}

/** The first answer in `text`. */
export function parseReply(text: string): RawReply {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const headers: Record<string, string> = {}
  for (const field of fields) {
    const colon = field.indexOf(':')
    headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim()
  }
  return { status: Number(line.split(' ')[1] ?? 0), headers, body: rest.join('\r\n\r\n'), text }
}

/** A request's text: the line, Host and token as they should be, then `fields`, then the body. */
export function request(
  { port, token }: { port: number; token: string },
  line: string,
  fields: readonly string[] = [],
  body = '',
): string {
  const common = [`Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`, 'Connection: close']
  return [`${line} HTTP/1.1`, ...common, ...fields, '', body].join('\r\n')
}

/** Waits until the connection is over; its answer is what arrived until then. */
export function untilClosed(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
  })
}
