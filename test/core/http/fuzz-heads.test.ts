import { describe, expect, it } from 'vitest'
import { seeded } from '../../support/seeded.ts'
import { sendRaw } from './raw-client.ts'
import { openTestListener } from './small-core.ts'

const SEED = 20_261_123
const HEADS = 2_000

describe('2,000 odd request heads', () => {
  it(`never meet a 5xx or a crash (seed ${SEED})`, async () => {
    await using opened = await openTestListener()
    const { port, token } = opened
    const random = seeded(SEED)
    const pick = <T>(choices: readonly T[]): T => choices[random(choices.length)] as T
    const noise = (length: number): string =>
      String.fromCharCode(...Array.from({ length: random(length) }, () => random(256)))
    const own = `127.0.0.1:${port}`
    const methods = [
      'GET',
      'POST',
      'POST',
      'PUT',
      'DELETE',
      'HEAD',
      'OPTIONS',
      'TRACE',
      'CONNECT',
      'get',
      'G\0T',
      noise(8),
    ]
    const targets = [
      '/healthz',
      '/api/v1/providers',
      '/api/v1/providers/1',
      '/api/v1/providers/%2e',
      '*',
      '//x',
      '/%',
      '/?%=&&',
    ]
    const versions = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.1 ', '']
    const values: readonly (() => string)[] = [
      () => own,
      () => `Bearer ${token}`,
      () => 'application/json',
      () => pick(['chunked', 'gzip', 'identity', '100-continue', 'Upgrade', 'close', 'keep-alive', 'websocket', 'h2c']),
      () => String(random(40) - 2),
      () => noise(40),
      () => 'a'.repeat(random(20_000)),
      () => '',
    ]
    const names = [
      'Host',
      'Authorization',
      'x-api-key',
      'Content-Type',
      'Content-Length',
      'Transfer-Encoding',
      'Content-Encoding',
      'Expect',
      'Upgrade',
      'Connection',
      'Origin',
      'Sec-Fetch-Site',
      'Sec-Fetch-Mode',
      'Cookie',
      'Trailer',
      'X: Y',
      '',
      noise(10),
    ]
    const bodies = [
      '',
      '{}',
      '{"name":"a","display_name":"b"}',
      '2\r\n{}\r\n0\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      noise(200),
    ]

    /** A good request with some of it left out and some of it odd. */
    function head(): string {
      const body = pick(bodies)
      const usual = [
        `Host: ${own}`,
        `Authorization: Bearer ${token}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
      ]
      const lines = [`${pick(methods)} ${random(8) === 0 ? noise(60) : pick(targets)} ${pick(versions)}`]
      lines.push(...usual.filter(() => random(6) > 0))
      for (let i = random(4); i > 0; i--) lines.push(`${pick(names)}: ${pick(values)()}`)
      return [...lines, '', body].join(random(20) === 0 ? '\n' : '\r\n')
    }

    const statuses = new Map<number, number>()
    async function send(): Promise<void> {
      const text = head()
      // What a client leaves unsaid it would wait for; it ends its side instead, and the server answers or goes.
      const reply = await sendRaw(port, text, '127.0.0.1', true)
      for (const [, status] of reply.text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)) {
        expect([text, Number(status) < 500]).toEqual([text, true])
        statuses.set(Number(status), (statuses.get(Number(status)) ?? 0) + 1)
      }
    }
    for (let sent = 0; sent < HEADS; sent += 20) await Promise.all(Array.from({ length: 20 }, send))

    // The dice reach the door's refusals and what lies behind it, or the test would prove little.
    for (const status of [200, 201, 400, 401, 403, 404, 405, 415, 417, 422, 426, 431])
      expect([...statuses.keys()]).toContain(status)
    const healthy = await sendRaw(port, `GET /healthz HTTP/1.1\r\nHost: ${own}\r\nConnection: close\r\n\r\n`)
    expect(healthy.status).toBe(200)
  })
})
