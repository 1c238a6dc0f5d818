import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createFrontDoor } from '../../../src/core/http/front-door.ts'
import { API_BASE, operationIds, operations, routeOf } from '../../../src/shared/contract.ts'
import { errors } from '../../../src/shared/errors.ts'
import { Throttle } from '../../../src/core/http/throttle.ts'
import { newToken } from '../../../src/core/http/token.ts'
import { request, sendRaw } from './raw-client.ts'
import { openTestListener } from './small-core.ts'

const PROVIDERS = `${API_BASE}/providers`

/** Tests that fail on purpose, and often, are about something else: each failure comes two minutes after the last. */
const patient = (): Throttle => {
  let now = 0
  return new Throttle(() => (now += 120_000))
}

/** A change that would be visible: whatever refuses it must keep it from the core. */
const change = (fields: readonly string[], line = `POST ${PROVIDERS} HTTP/1.1`): string => {
  const body = JSON.stringify({ name: 'planted', display_name: 'Planted' })
  const common = ['Content-Type: application/json', `Content-Length: ${body.length}`, 'Connection: close']
  return [line, ...fields, ...common, '', body].join('\r\n')
}

const everyRoute = operationIds.flatMap((id) => {
  const { route } = operations[id]
  return route === null ? [] : [routeOf(route)]
})

describe('the Host header', () => {
  it('is refused with 403 unless it names this very listener, and nothing changes', async () => {
    await using opened = await openTestListener()
    const { port, token, calls } = opened
    const auth = `Authorization: Bearer ${token}`
    const hosts = [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      'localhost',
      '[::1]',
      `127.0.0.1:${port + 1}`,
      `127.0.0.1.nip.io:${port}`,
      `0.0.0.0:${port}`,
      `127.0.0.2:${port}`,
      `localhost.:${port}`,
      `[::]:${port}`,
      `2130706433:${port}`,
      `127.1:${port}`,
      `0x7f000001:${port}`,
      `user@127.0.0.1:${port}`,
      `127.0.0.1:0${port}`,
      `LOCALHOST:${port}`,
      `127.0.0.1:${port},evil.example`,
      `[::ffff:127.0.0.1]:${port}`,
      '',
    ]
    for (const host of hosts) {
      const reply = await sendRaw(port, change([`Host: ${host}`, auth]))
      expect([host, reply.status]).toEqual([host, 403])
      expect(JSON.parse(reply.body)).toMatchObject({ code: 'host_not_allowed' })
    }
    expect(calls).toEqual([])
  })

  it('is refused where it is missing, doubled in either order, or overruled by an absolute target', async () => {
    await using opened = await openTestListener()
    const { port, token, calls } = opened
    const auth = `Authorization: Bearer ${token}`
    const own = `Host: 127.0.0.1:${port}`
    const requests = [
      change([auth]),
      change([auth], `POST ${PROVIDERS} HTTP/1.0`),
      change([own, 'Host: evil.example', auth]),
      change(['Host: evil.example', own, auth]),
      change([own, own, auth]),
      change([own, auth], `POST http://evil.example${PROVIDERS} HTTP/1.1`),
      change([own, auth], `POST http://127.0.0.1:${port}${PROVIDERS} HTTP/1.1`),
      change([own, auth], `POST http://127.0.0.1:${port}@evil.example${PROVIDERS} HTTP/1.1`),
    ]
    for (const text of requests) {
      const reply = await sendRaw(port, text)
      expect([text.split('\r\n')[0], reply.status]).toEqual([text.split('\r\n')[0], 403])
    }
    expect(calls).toEqual([])
  })

  it('may be 127.0.0.1, localhost or [::1] with the port', async () => {
    await using opened = await openTestListener()
    const { port, token, calls } = opened
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      const fields = [`Host: ${host}:${port}`, `Authorization: Bearer ${token}`, 'Connection: close']
      const reply = await sendRaw(port, [`GET ${PROVIDERS} HTTP/1.1`, ...fields, '', ''].join('\r\n'))
      expect(reply.status).toBe(200)
    }
    expect(calls).toEqual(['listProviders'])
  })
})

describe('the token', () => {
  it('is needed on every route and method, known or not: 401 with one constant body', async () => {
    await using opened = await openTestListener({ deps: { throttle: patient() } })
    const { port, calls } = opened
    const bodies = new Set<string>()
    const unknown = [
      '/',
      '/api',
      '/api/v1',
      `${PROVIDERS}/../providers`,
      '/healthz/',
      '//healthz',
      '/proxy/openai',
      '/v1/models',
    ]
    const lines = [
      ...everyRoute.map(({ method, path }) => `${method} ${API_BASE}${path.replaceAll(/\{\w+\}/g, '1')}`),
      ...unknown.flatMap((path) =>
        ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'].map((m) => `${m} ${path}`),
      ),
      'POST /healthz',
      `GET ${API_BASE}/openapi.json`,
    ]
    for (const token of [newToken(), 'short', '']) {
      for (const line of lines) {
        const reply = await sendRaw(port, request({ port, token }, line))
        expect([line, reply.status]).toEqual([line, 401])
        bodies.add(reply.body)
      }
    }
    expect(bodies.size).toBe(1)
    expect(calls).toEqual([])
  })

  it('is not needed for /healthz alone, which says nothing but that it is there', async () => {
    await using opened = await openTestListener()
    const fields = [`Host: 127.0.0.1:${opened.port}`, 'Connection: close']
    const reply = await sendRaw(opened.port, ['GET /healthz HTTP/1.1', ...fields, '', ''].join('\r\n'))
    expect([reply.status, reply.body]).toEqual([200, '{"ok":true}'])
  })

  it('is taken from any of the four headers, once or several times the same', async () => {
    await using opened = await openTestListener()
    const { port, token } = opened
    const shown = {
      bearer: [`Authorization: Bearer ${token}`],
      'other case': [`authorization: bEARER  ${token}`],
      'x-api-key': [`x-api-key: ${token}`],
      'x-goog-api-key': [`X-Goog-Api-Key: ${token}`],
      'api-key': [`api-key: ${token}`],
      'all the same': [`Authorization: Bearer ${token}`, `x-api-key: ${token}`, `api-key: ${token}`],
      'an empty one beside': [`Authorization: Bearer ${token}`, 'x-api-key:'],
    }
    for (const [name, fields] of Object.entries(shown)) {
      const common = [`Host: 127.0.0.1:${port}`, 'Connection: close']
      const reply = await sendRaw(port, [`GET ${PROVIDERS} HTTP/1.1`, ...common, ...fields, '', ''].join('\r\n'))
      expect([name, reply.status]).toEqual([name, 200])
    }
  })

  it('is refused where two different ones are shown, or one header twice', async () => {
    await using opened = await openTestListener()
    const { port, token, calls } = opened
    const different = [`x-api-key: ${newToken()}`]
    expect((await sendRaw(port, request(opened, `GET ${PROVIDERS}`, different))).status).toBe(401)
    for (const second of [token, newToken()]) {
      const twice = await sendRaw(port, request(opened, `GET ${PROVIDERS}`, [`Authorization: Bearer ${second}`]))
      expect([twice.status, JSON.parse(twice.body).code]).toEqual([400, 'request_malformed'])
    }
    expect(calls).toEqual([])
  })

  it('may hold anything without getting further than a refusal', async () => {
    await using opened = await openTestListener({ deps: { throttle: patient() } })
    const { port, token, calls } = opened
    const own = `Host: 127.0.0.1:${port}`
    const nasty = [
      "' OR 1=1--",
      `${token}' OR '1'='1`,
      `${token}\0`,
      `Bearer ${token}`,
      `${token} `.repeat(2),
      token.slice(0, -1),
      token.toUpperCase(),
      'ü'.repeat(40),
      '%00'.repeat(20),
      '"; DROP TABLE token; --'.repeat(3),
    ]
    const requests = [
      ...nasty.map((value) => [`Authorization: Bearer ${value}`]),
      ...nasty.map((value) => [`x-api-key: ${value}`]),
      [`Authorization: Basic ${Buffer.from(`latchkey:${token}`).toString('base64')}`],
      [`Authorization: ${token}`],
      [`Cookie: token=${token}`],
      [`Proxy-Authorization: Bearer ${token}`],
    ]
    for (const fields of requests) {
      const text = [
        `GET ${PROVIDERS}?token=${token}&key=${token} HTTP/1.1`,
        own,
        ...fields,
        'Connection: close',
        '',
        '',
      ]
      const reply = await sendRaw(port, Buffer.from(text.join('\r\n'), 'utf8'))
      expect([fields, [400, 401].includes(reply.status)]).toEqual([fields, true])
    }
    const huge = await sendRaw(port, request({ port, token: 'a'.repeat(1_000_000) }, `GET ${PROVIDERS}`))
    expect(huge.status).toBe(431)
    expect(calls).toEqual([])
  })

  it('is refused from the next request on once it is revoked, on an open connection too', async () => {
    await using opened = await openTestListener()
    const call = () =>
      fetch(`http://127.0.0.1:${opened.port}${PROVIDERS}`, { headers: { authorization: `Bearer ${opened.token}` } })
    expect((await call()).status).toBe(200)
    opened.revoke()
    expect((await call()).status).toBe(401)
  })

  it('that is wrong more than 20 times a minute is answered 429, and the valid one still passes', async () => {
    await using opened = await openTestListener()
    const { port } = opened
    const statuses = []
    for (let i = 0; i < 25; i++) {
      statuses.push((await sendRaw(port, request({ port, token: newToken() }, `GET ${PROVIDERS}`))).status)
    }
    expect(statuses).toEqual([...Array<number>(20).fill(401), ...Array<number>(5).fill(429)])
    for (let i = 0; i < 25; i++) expect((await sendRaw(port, request(opened, `GET ${PROVIDERS}`))).status).toBe(200)
    const held = await sendRaw(port, request({ port, token: newToken() }, `GET ${PROVIDERS}`))
    expect([held.status, held.headers['retry-after']]).toEqual([429, '60'])
  })
})

describe('a web page', () => {
  const marks = [
    ...['https://evil.example', 'null', 'http://localhost:3000', 'chrome-extension://abc', ''].map(
      (o) => `Origin: ${o}`,
    ),
    ...['cross-site', 'same-site', 'same-origin', 'nonsense', ''].map((site) => `Sec-Fetch-Site: ${site}`),
    'Sec-Fetch-Mode: navigate',
    'Sec-Fetch-Mode: NAVIGATE',
  ]

  it('is refused by any Origin, foreign fetch or navigation, even with a valid token', async () => {
    await using opened = await openTestListener()
    const { port, token, calls } = opened
    const own = [`Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`]
    for (const mark of [...marks, `Origin: http://127.0.0.1:${port}`, `Origin: http://localhost:${port}`]) {
      for (const text of [change([...own, mark]), request(opened, 'GET /healthz', [mark])]) {
        const reply = await sendRaw(port, text)
        expect([mark, reply.status]).toEqual([mark, 403])
        expect(JSON.parse(reply.body)).toMatchObject({
          code: 'origin_not_allowed',
          detail: errors.origin_not_allowed.detail,
        })
        expect(reply.text.toLowerCase()).not.toContain('access-control-')
      }
    }
    expect(calls).toEqual([])
  })

  it('is not what a program is taken for that names no page: Node’s fetch, or an address typed by hand', async () => {
    await using opened = await openTestListener()
    for (const mark of ['Sec-Fetch-Mode: cors', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Site: none']) {
      const reply = await sendRaw(opened.port, request(opened, `GET ${PROVIDERS}`, [mark]))
      expect([mark, reply.status]).toEqual([mark, 200])
    }
    const typed = ['Sec-Fetch-Site: none', 'Sec-Fetch-Mode: navigate']
    expect((await sendRaw(opened.port, request(opened, `GET ${PROVIDERS}`, typed))).status).toBe(403)
  })

  it('gets no permission from a preflight', async () => {
    await using opened = await openTestListener()
    const preflight = [
      'Origin: https://evil.example',
      'Access-Control-Request-Method: POST',
      'Access-Control-Request-Headers: authorization',
    ]
    for (const [fields, status] of [
      [preflight, 403],
      [preflight.slice(1), 405],
    ] as const) {
      const reply = await sendRaw(opened.port, request(opened, `OPTIONS ${PROVIDERS}`, fields))
      expect(reply.status).toBe(status)
      expect(reply.text.toLowerCase()).not.toContain('access-control-')
    }
    expect(opened.calls).toEqual([])
  })

  it('is told that web pages cannot call the listener', async () => {
    await using opened = await openTestListener()
    const reply = await sendRaw(opened.port, request(opened, `GET ${PROVIDERS}`, ['Origin: https://evil.example']))
    expect(JSON.parse(reply.body).detail).toContain('Web pages cannot call the listener')
  })
})

describe('port 80', () => {
  it('may be left out of the Host header, as clients do', () => {
    const caller = { kind: 'admin', name: 'test' } as const
    const enter = createFrontDoor({ port: 80, identify: () => caller, header_bytes: 16_384 })
    const arrives = (host: string) => {
      const req = new IncomingMessage(new Socket())
      const token = newToken()
      Object.assign(req, { method: 'GET', url: '/', rawHeaders: ['Host', host, 'Authorization', `Bearer ${token}`] })
      return enter(req)
    }
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '127.0.0.1:80'])
      expect(arrives(host)).toMatchObject({ to: 'room', caller })
    for (const host of ['evil.example', '127.0.0.1:8080', '']) expect(arrives(host)).toMatchObject({ to: 'nothing' })
  })
})

describe('every answer', () => {
  it('forbids caching and sniffing, and sets no cookie', async () => {
    await using opened = await openTestListener()
    const lines = [
      `GET ${PROVIDERS}`,
      `GET ${PROVIDERS}/7`,
      'GET /nothing',
      `DELETE ${PROVIDERS}/7`,
      `PATCH ${PROVIDERS}`,
      'GET /healthz',
    ]
    const replies = await Promise.all(lines.map((line) => sendRaw(opened.port, request(opened, line))))
    replies.push(await sendRaw(opened.port, request({ port: opened.port, token: '' }, 'GET /')))
    for (const { headers } of replies) {
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      expect(headers).not.toHaveProperty('set-cookie')
      expect(headers).not.toHaveProperty('x-powered-by')
    }
  })
})

describe('a header that decides', () => {
  it('stands once: twice it is refused, since two readers could take two different ones', async () => {
    await using opened = await openTestListener()
    const { port, token, calls } = opened
    const own = [`Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`]
    const doubled = [
      ['Content-Type: text/plain'],
      ['Content-Encoding: identity', 'Content-Encoding: gzip'],
      ['x-api-key: ', `x-api-key: ${token}`],
      ['x-goog-api-key: ', `X-Goog-Api-Key: ${token}`],
      ['api-key: ', `API-Key: ${token}`],
      ['Expect: 100-continue', 'Expect: 100-continue'],
      ['Sec-Fetch-Site: none', 'Sec-Fetch-Site: cross-site'],
      ['Sec-Fetch-Mode: cors', 'Sec-Fetch-Mode: navigate'],
      ['Origin: https://evil.example', 'Origin: https://evil.example'],
      ['Content-Length: 3'],
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
    ]
    for (const fields of doubled) {
      const reply = await sendRaw(port, change([...own, ...fields]))
      expect([fields, reply.status, JSON.parse(reply.body).code]).toEqual([fields, 400, 'request_malformed'])
    }
    expect(calls).toEqual([])
  })
})

describe('Upgrade, CONNECT and Expect', () => {
  it('meet the same door, and are refused behind it', async () => {
    await using opened = await openTestListener()
    const { port, token, calls } = opened
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ]
    const own = `Host: 127.0.0.1:${port}`
    const auth = `Authorization: Bearer ${token}`
    const cases: [string, readonly string[], number][] = [
      [`GET ${PROVIDERS} HTTP/1.1`, [own, auth, ...upgrade], 426],
      [`GET ${PROVIDERS} HTTP/1.1`, [own, ...upgrade], 401],
      [`GET ${PROVIDERS} HTTP/1.1`, ['Host: evil.example', auth, ...upgrade], 403],
      [`GET ${PROVIDERS} HTTP/1.1`, [own, auth, 'Origin: https://evil.example', ...upgrade], 403],
      ['CONNECT evil.example:443 HTTP/1.1', [own, auth], 400],
      ['CONNECT evil.example:443 HTTP/1.1', ['Host: evil.example:443', auth], 400],
      [`GET ${PROVIDERS} HTTP/1.1`, [own, auth, 'Expect: 200-ok', 'Connection: close'], 417],
      [`GET ${PROVIDERS} HTTP/1.1`, [own, 'Expect: 200-ok', 'Connection: close'], 401],
    ]
    for (const [line, fields, status] of cases) {
      const reply = await sendRaw(port, [line, ...fields, '', ''].join('\r\n'))
      expect([line, fields, reply.status]).toEqual([line, fields, status])
      expect(JSON.parse(reply.body)).toHaveProperty('detail')
    }
    expect(calls).toEqual([])
  })

  it('asks for no body before the door has decided', async () => {
    await using opened = await openTestListener()
    const { port, token, calls } = opened
    const body = JSON.stringify({ name: 'late', display_name: 'Late' })
    const fields = ['Expect: 100-continue', 'Content-Type: application/json', `Content-Length: ${body.length}`]
    const head = (token: string, more: readonly string[] = fields): string =>
      request({ port, token }, `POST ${PROVIDERS}`, more)

    const refused = await sendRaw(port, head(newToken()))
    expect(refused.text).toMatch(/^HTTP\/1\.1 401 /)
    const wrongType = await sendRaw(
      port,
      head(token, ['Expect: 100-continue', 'Content-Type: text/plain', 'Content-Length: 5']),
    )
    expect(wrongType.text).toMatch(/^HTTP\/1\.1 415 /)
    const tooLarge = await sendRaw(port, head(token, [...fields.slice(0, 2), 'Content-Length: 1048577']))
    expect(tooLarge.text).toMatch(/^HTTP\/1\.1 413 /)
    expect(calls).toEqual([])

    const accepted = await sendRaw(port, head(token) + body)
    expect(accepted.text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /)
    expect(calls).toEqual(['createProvider'])
  })
})
