import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../src/core/http/listener.ts'
import { API_BASE } from '../../../src/shared/contract.ts'
import { parseReply, request, sendRaw, untilClosed } from './raw-client.ts'
import { openTestListener, type TestListener } from './small-core.ts'

const PROVIDERS = `${API_BASE}/providers`

/** Sends `text` one byte every 50 ms until the server has had enough; answers how long that took and what was said. */
async function drip(port: number, text: string, quick = ''): Promise<{ ms: number; text: string }> {
  const began = performance.now()
  const socket = connect(port, '127.0.0.1')
  const closed = untilClosed(socket)
  socket.write(quick)
  let sent = 0
  const timer = setInterval(() => (sent < text.length ? socket.write(text.charAt(sent++)) : undefined), 50)
  const answer = await closed
  clearInterval(timer)
  return { ms: performance.now() - began, text: answer }
}

const get = ({ port, token }: TestListener) => sendRaw(port, request({ port, token }, `GET ${PROVIDERS}`))

describe('a slow client', () => {
  it('has 10 seconds for a request, as shipped', () => {
    expect(defaultLimits).toMatchObject({
      request_ms: 10_000,
      header_bytes: 16_384,
      body_bytes: 1_048_576,
      connections: 256,
    })
  })

  it('is cut off while its headers drip in, 200 of them too, and others are served meanwhile', async () => {
    const limit = 2_500
    await using opened = await openTestListener({ limits: { request_ms: limit } })
    const text = request(opened, `GET ${PROVIDERS}`, [`X-Padding: ${'a'.repeat(1_000)}`])
    const slow = Array.from({ length: 200 }, () => drip(opened.port, text))
    const statuses = []
    for (let i = 0; i < 20; i++) statuses.push((await get(opened)).status)
    const ended = await Promise.all(slow)
    expect(statuses).toEqual(Array<number>(20).fill(200))
    for (const { text } of ended) expect(parseReply(text)).toMatchObject({ status: 408 })
    expect(JSON.parse(parseReply(ended[0]?.text ?? '').body)).toMatchObject({ code: 'request_too_slow' })
    expect((await get(opened)).status).toBe(200)
  })

  it('is given the time once, also where it is silent at first and brings its body last', async () => {
    const limit = 1_500
    await using opened = await openTestListener({ limits: { request_ms: limit } })
    const order: string[] = []
    const begin = (name: string) => {
      const socket = connect(opened.port, '127.0.0.1')
      const closed = untilClosed(socket).then((answer) => {
        order.push(name)
        return parseReply(answer).status
      })
      return { socket, closed }
    }
    // Its silence, its headers and its body each take less than the limit, and together more than it.
    const first = begin('first')
    const text = request(opened, `POST ${PROVIDERS}`, ['Content-Type: application/json', 'Content-Length: 100'])
    setTimeout(() => first.socket.write(text.slice(0, 50)), limit * 0.4)
    setTimeout(() => first.socket.write(text.slice(50)), limit * 0.5)
    await new Promise((resolve) => setTimeout(resolve, limit * 0.3))
    const second = begin('second')
    expect(await Promise.all([first.closed, second.closed])).toEqual([408, 408])
    expect(order).toEqual(['first', 'second'])
    expect(opened.calls).toEqual([])
  })

  it('is cut off where it says nothing at all', async () => {
    await using opened = await openTestListener({ limits: { request_ms: 300 } })
    expect((await drip(opened.port, '')).text).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('is cut off while its body drips in, whether the request was fine or refused', async () => {
    await using opened = await openTestListener({ limits: { request_ms: 400 } })
    const fields = ['Content-Type: application/json', 'Content-Length: 100']
    const head = (token: string, line: string): string => request({ port: opened.port, token }, line, fields)
    const fine = await drip(opened.port, ' '.repeat(100), head(opened.token, `POST ${PROVIDERS}`))
    expect(parseReply(fine.text)).toMatchObject({ status: 408 })
    // A body that nobody wants is not waited for longer.
    const keep = (text: string): string => text.replace('Connection: close\r\n', '')
    const refused = await drip(opened.port, ' '.repeat(100), keep(head('', `POST ${PROVIDERS}`)))
    expect(parseReply(refused.text)).toMatchObject({ status: 401 })
    const unread = await drip(opened.port, ' '.repeat(100), keep(head(opened.token, `GET ${PROVIDERS}`)))
    expect(parseReply(unread.text)).toMatchObject({ status: 200 })
    expect(opened.calls).toEqual(['listProviders'])
  })
})

describe('a slow answer', () => {
  it('is waited for beyond the time a request has to arrive', async () => {
    const answering = Promise.withResolvers<void>()
    const call = async () => {
      await answering.promise
      return { ok: true as const, value: { revision: '2', jobs: [], lock: 'none' } }
    }
    await using opened = await openTestListener({ limits: { request_ms: 200 }, deps: { call } })
    const fields = ['Content-Type: application/json', 'Content-Length: 11']
    const waiting = Promise.all([
      sendRaw(opened.port, request(opened, `GET ${API_BASE}/changes`)),
      sendRaw(opened.port, request(opened, `PUT ${API_BASE}/listener`, fields, '{"on":true}')),
    ])
    // A connection that says nothing is cut when the time is over; the other one then still waits.
    expect((await drip(opened.port, '')).text).toMatch(/^HTTP\/1\.1 408 /)
    answering.resolve()
    expect((await waiting).map(({ status }) => status)).toEqual([200, 200])
  })
})

describe('connections', () => {
  it('beyond the limit are told so, and the ones that are there stay', async () => {
    await using opened = await openTestListener({ limits: { connections: 8 } })
    const { port, token } = opened
    const keep = request({ port, token }, `GET ${PROVIDERS}`).replace('Connection: close\r\n', '')
    const held = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const socket = connect(port, '127.0.0.1')
        await new Promise((resolve) => {
          socket.once('data', resolve)
          socket.write(keep)
        })
        return socket
      }),
    )
    const ninth = connect(port, '127.0.0.1')
    const reply = parseReply(await untilClosed(ninth))
    expect([reply.status, JSON.parse(reply.body).code]).toEqual([503, 'too_many_connections'])
    expect(opened.lines.filter((line) => line.includes('"status":503'))).toHaveLength(1)

    const [first] = held
    const again = new Promise<string>((resolve) => first?.once('data', (chunk: Buffer) => resolve(chunk.toString())))
    first?.write(keep)
    expect(await again).toMatch(/^HTTP\/1\.1 200 /)
    for (const socket of held) socket.destroy()
    await expect.poll(async () => (await get(opened)).status).toBe(200)
  })
})
