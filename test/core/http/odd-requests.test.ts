import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { API_BASE } from '../../../src/shared/contract.ts'
import { parseReply, request, sendRaw, untilClosed } from './raw-client.ts'
import { openTestListener } from './small-core.ts'

const PROVIDERS = `${API_BASE}/providers`
const JSON_TYPE = 'Content-Type: application/json'

describe('what Node answers before any handler', () => {
  it('is answered with 400 and an error body: two ways to say a length, broken lines, NUL', async () => {
    await using opened = await openTestListener()
    const { port, token, calls } = opened
    const post = (fields: readonly string[], body: string): string =>
      request(opened, `POST ${PROVIDERS}`, [JSON_TYPE, ...fields], body)
    const bare = (line: string): string =>
      [line, `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`, '', ''].join('\r\n')
    const broken: Record<string, string> = {
      'Content-Length and Transfer-Encoding': post(
        ['Content-Length: 2', 'Transfer-Encoding: chunked'],
        '2\r\n{}\r\n0\r\n\r\n',
      ),
      'Transfer-Encoding and Content-Length': post(
        ['Transfer-Encoding: chunked', 'Content-Length: 2'],
        '2\r\n{}\r\n0\r\n\r\n',
      ),
      'two Content-Lengths': post(['Content-Length: 2', 'Content-Length: 3'], '{}'),
      'a negative Content-Length': post(['Content-Length: -1'], '{}'),
      'a Content-Length that is no number': post(['Content-Length: 2x'], '{}'),
      'a coding after chunked': post(['Transfer-Encoding: chunked, gzip'], '2\r\n{}\r\n0\r\n\r\n'),
      'bare line feeds': bare(`GET ${PROVIDERS} HTTP/1.1`).replaceAll('\r\n', '\n'),
      'NUL in a header': request(opened, `GET ${PROVIDERS}`, ['X-Odd: a\0b']),
      'NUL in the target': bare(`GET ${PROVIDERS}\0 HTTP/1.1`),
      'a space before the colon': request(opened, `GET ${PROVIDERS}`, ['X-Odd : a']),
      'a folded header': request(opened, `GET ${PROVIDERS}`, ['X-Odd: a\r\n b']),
      'an unknown version': bare(`GET ${PROVIDERS} HTTP/3.7`),
      'an unknown method': bare(`STEAL ${PROVIDERS} HTTP/1.1`),
      'no HTTP at all': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'a chunk size that is no number': post(['Transfer-Encoding: chunked'], 'zz\r\n{}\r\n0\r\n\r\n'),
    }
    for (const [name, text] of Object.entries(broken)) {
      const reply = await sendRaw(port, text)
      expect([name, reply.status]).toEqual([name, 400])
      expect(JSON.parse(reply.body)).toMatchObject({ code: 'request_malformed' })
    }
    expect(calls).toEqual([])
  })

  it('is answered with 431 where the headers exceed 16 KiB', async () => {
    await using opened = await openTestListener()
    for (const field of [
      `X-Large: ${'a'.repeat(17_000)}`,
      `Cookie: ${'a=b; '.repeat(4_000)}`,
      'X: y\r\n'.repeat(3_000).trimEnd(),
    ]) {
      const reply = await sendRaw(opened.port, request(opened, `GET ${PROVIDERS}`, [field]))
      expect([reply.status, JSON.parse(reply.body).code]).toEqual([431, 'headers_too_large'])
    }
    const target = await sendRaw(opened.port, request(opened, `GET /${'a'.repeat(20_000)}`))
    expect(target.status).toBe(431)
  })

  it('hides no header behind the 2,000th', async () => {
    await using opened = await openTestListener()
    const many = Array<string>(2_500).fill('a:b')
    const reply = await sendRaw(
      opened.port,
      request(opened, `GET ${PROVIDERS}`, [...many, 'Origin: https://evil.example']),
    )
    expect(reply.status).toBe(403)
    expect(opened.calls).toEqual([])
  })
})

describe('a target', () => {
  it('that is not a plain path is refused', async () => {
    await using opened = await openTestListener()
    for (const target of ['*', 'api/v1/providers', '\\evil', '/a\\b', '/a#b', '/\xe9', '127.0.0.1:80']) {
      const reply = await sendRaw(opened.port, request(opened, `OPTIONS ${target}`))
      expect([target, reply.status]).toEqual([target, 400])
    }
    expect(opened.calls).toEqual([])
  })

  it('is never mended into another: dots, double slashes, escapes and cases are other addresses', async () => {
    await using opened = await openTestListener()
    const others = [
      '/api/v1/providers/',
      '//api/v1/providers',
      '/api//v1/providers',
      '/api/v1/../v1/providers',
      '/api/v1/./providers',
      '/API/v1/providers',
      '/api/v1/providers%',
      '/api/v1/providers%zz',
      '/api/v1/providers%2f1',
      '/api/v1/providers;x=1',
      '/healthz%2f',
      '/healthz/../api/v1/providers',
      '/api/v1/providers/%00',
      '/api/v1/providers/1%2f..',
      '/api/v1/%',
    ]
    for (const target of others) {
      const { status, body } = await sendRaw(opened.port, request(opened, `GET ${target}`))
      expect([target, status >= 400 && status < 500]).toEqual([target, true])
      expect(JSON.parse(body)).toHaveProperty('code')
    }
    expect(opened.calls.filter((call) => call !== 'getProvider')).toEqual([])
  })
})

describe('a connection', () => {
  it('of HTTP/1.0 is served where it names the host', async () => {
    await using opened = await openTestListener()
    const fields = [`Host: 127.0.0.1:${opened.port}`, `Authorization: Bearer ${opened.token}`]
    const reply = await sendRaw(opened.port, [`GET ${PROVIDERS} HTTP/1.0`, ...fields, '', ''].join('\r\n'))
    expect([reply.status, reply.body]).toEqual([200, '[]'])
  })

  it('serves requests that arrive together, in their order', async () => {
    await using opened = await openTestListener()
    const { port, token } = opened
    const body = '{"name":"first","display_name":"First"}'
    const keep = (line: string, fields: readonly string[] = [], body = ''): string =>
      request({ port, token }, line, fields, body).replace('Connection: close\r\n', '')
    const text =
      keep(`POST ${PROVIDERS}`, [JSON_TYPE, `Content-Length: ${body.length}`], body) +
      keep(`GET ${PROVIDERS}/1`) +
      keep('GET /nothing') +
      request({ port, token }, `DELETE ${PROVIDERS}/1`)
    const reply = await sendRaw(port, text)
    expect([...reply.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))).toEqual([
      201, 200, 404, 204,
    ])
  })

  it('is never read out of step: the body of a refused request is not the next one', async () => {
    await using opened = await openTestListener()
    const { port, token, calls } = opened
    const keep = (line: string, fields: readonly string[], body: string): string =>
      request({ port, token }, line, fields, body).replace('Connection: close\r\n', '')
    const smuggled = request({ port, token }, `POST ${API_BASE}/listener/token`)
    const refused = ['Content-Type: text/plain', `Content-Length: ${smuggled.length}`]
    const next = request({ port, token }, `GET ${PROVIDERS}`)
    const reply = await sendRaw(port, keep(`POST ${PROVIDERS}`, refused, smuggled) + next)
    expect([...reply.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))).toEqual([415, 200])
    // Who asked first and heard no may send the body or the next request: nobody can tell, so the connection ends.
    const asked = await sendRaw(port, keep(`POST ${PROVIDERS}`, [...refused, 'Expect: 100-continue'], next))
    expect([...asked.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))).toEqual([415])
    expect(calls).toEqual(['listProviders'])
  })

  it('that is reset at any moment ends nothing but itself', async () => {
    await using opened = await openTestListener()
    const { port, token } = opened
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket']
    const texts = [
      request({ port, token }, `POST ${PROVIDERS}`, [JSON_TYPE, 'Content-Length: 100'], '{"name"'),
      request({ port, token }, `GET ${PROVIDERS}`, upgrade),
      'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      'GET /',
      'G',
    ]
    for (const text of texts) {
      // At once: the server reads the request when the reset has already come, and answers into the void.
      for (const after of [null, null, null, 0, 1, 5]) {
        const socket = connect(port, '127.0.0.1')
        const closed = untilClosed(socket)
        await once(socket, 'connect')
        socket.write(text)
        if (after === null) socket.resetAndDestroy()
        else setTimeout(() => socket.resetAndDestroy(), after)
        await closed
      }
    }
    const reply = await sendRaw(port, request({ port, token }, `GET ${PROVIDERS}`))
    expect(parseReply(reply.text).status).toBe(200)
    expect(opened.calls).toEqual(['listProviders'])
  })
})
