import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { bytesAnswer } from '../../../src/core/http/answer.ts'
import type { Admitted } from '../../../src/core/http/caller.ts'
import type { Mount } from '../../../src/core/http/serve-request.ts'
import { appError } from '../../../src/shared/errors.ts'
import { request, sendRaw, untilClosed } from './raw-client.ts'
import { openTestListener } from './small-core.ts'

/** Says back what it was given, and refuses in words of its own. */
function echoMount(seen: Admitted[] = []): Mount {
  return {
    prefix: '/proxy',
    async handle(admitted, req, res, sendContinue) {
      seen.push(admitted)
      sendContinue()
      const chunks: Buffer[] = []
      for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
      res.end(Buffer.concat(chunks))
    },
    refuse: ({ status, code }, path) => bytesAnswer(status, 'text/plain', Buffer.from(`${code} at ${path}`), null),
  }
}

describe('a mount', () => {
  it('gets what lies at and below its prefix, read once, and any body', async () => {
    const seen: Admitted[] = []
    await using opened = await openTestListener({ deps: { mounts: [echoMount(seen)] } })
    const fields = ['Content-Type: application/x-anything', 'Content-Length: 5']
    const reply = await sendRaw(opened.port, request(opened, 'POST /proxy/openai/v1/x%20y?a=1&a=2', fields, 'hello'))
    expect([reply.status, reply.body]).toEqual([200, 'hello'])
    expect(seen).toMatchObject([
      { method: 'POST', path: '/proxy/openai/v1/x%20y', query: 'a=1&a=2', caller: { kind: 'admin', name: 'test' } },
    ])
    expect((await sendRaw(opened.port, request(opened, 'GET /proxy'))).status).toBe(200)
    expect(opened.lines.map((line) => JSON.parse(line))).toMatchObject([
      { method: 'POST', route: '/proxy', status: 200 },
      { method: 'GET', route: '/proxy', status: 200 },
    ])
  })

  it('gets nothing else', async () => {
    const seen: Admitted[] = []
    await using opened = await openTestListener({ deps: { mounts: [echoMount(seen)] } })
    for (const path of ['/proxyx', '/PROXY/a', '/%70roxy/a', '/x/proxy/a', '//proxy/a', '/api/v1/proxy']) {
      expect([path, (await sendRaw(opened.port, request(opened, `GET ${path}`))).status]).toEqual([path, 404])
    }
    expect(seen).toEqual([])
  })

  it('stands behind the same door, and says in its own words what the door refuses', async () => {
    const seen: Admitted[] = []
    const admit = ({ path }: Admitted) => (path.endsWith('/locked') ? appError('vault_locked', undefined) : undefined)
    await using opened = await openTestListener({ deps: { mounts: [echoMount(seen)], admit } })
    const { port, token } = opened
    const ask = async (path: string, fields: readonly string[] = [], shown = token) => {
      const { status, body } = await sendRaw(port, request({ port, token: shown }, `POST ${path}`, fields))
      return [status, body]
    }
    expect(await ask('/proxy/x', [], '')).toEqual([401, 'unauthorized at /proxy/x'])
    expect(await ask('/proxy/x', ['Origin: https://evil.example'])).toEqual([403, 'origin_not_allowed at /proxy/x'])
    expect(await ask('/proxy/locked')).toEqual([423, 'vault_locked at /proxy/locked'])
    expect((await ask('/api/v1/locked'))[0]).toBe(423)
    expect((await sendRaw(port, request(opened, 'POST /proxy/x', ['Host: evil.example']))).body).toContain(
      'host_not_allowed',
    )
    expect(seen).toEqual([])
  })

  it('that fails is answered once, and logged', async () => {
    const mount: Mount = { prefix: '/proxy', handle: () => Promise.reject(new Error('a mistake of the mount')) }
    await using opened = await openTestListener({ deps: { mounts: [mount] } })
    const reply = await sendRaw(opened.port, request(opened, 'GET /proxy/x'))
    expect([reply.status, JSON.parse(reply.body).code]).toEqual([500, 'internal'])
    expect(opened.lines.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'a request failed', err: { message: 'a mistake of the mount' } },
      { msg: 'request', route: '/proxy', status: 500 },
    ])
  })

  it('that fails half-way leaves nobody waiting', async () => {
    const mount: Mount = {
      prefix: '/proxy',
      async handle(_request, _req, res) {
        await new Promise((resolve) => res.write('begun', resolve))
        throw new Error('a mistake of the mount')
      },
    }
    await using opened = await openTestListener({ deps: { mounts: [mount] } })
    const reply = await sendRaw(opened.port, request(opened, 'GET /proxy/x'))
    expect(reply.text).toMatch(/^HTTP\/1\.1 200 [^]*begun/)
    expect(reply.text).not.toContain('0\r\n\r\n')
  })

  it('may take longer over a body than REST allows', async () => {
    const arrived = Promise.withResolvers<IncomingMessage>()
    const mount: Mount = {
      prefix: '/proxy',
      async handle(_request, req, res) {
        arrived.resolve(req)
        for await (const chunk of req) res.write(chunk)
        res.end()
      },
    }
    await using opened = await openTestListener({ limits: { request_ms: 200 }, deps: { mounts: [mount] } })
    const fields = ['Transfer-Encoding: chunked']
    const slow = connect(opened.port, '127.0.0.1')
    const reply = untilClosed(slow)
    slow.write(request(opened, 'POST /proxy/x', fields, '2\r\nab\r\n'))
    await arrived.promise
    const rest = ['Content-Type: application/json', 'Content-Length: 9']
    expect((await sendRaw(opened.port, request(opened, 'POST /api/v1/providers', rest, '{'))).status).toBe(408)
    slow.write('2\r\ncd\r\n0\r\n\r\n')
    expect(await reply).toMatch(/^HTTP\/1\.1 200 [^]*ab[^]*cd/)
  })
})
