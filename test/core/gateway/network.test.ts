import { createServer, type AddressInfo, type Socket } from 'node:net'
import { rootCertificates } from 'node:tls'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkedLookup, type Resolve } from '../../../src/core/gateway/checked-lookup.ts'
import { Upstreams } from '../../../src/core/gateway/upstreams.ts'
import { beginEvents, openUpstream, sendJson } from '../../support/fake-upstream/open-upstream.ts'
import { makeAuthority, makeCertificate } from '../../support/test-certificate.ts'
import { CANARY, openGateway, type GatewayOptions } from './open-gateway.ts'

const POST = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"model":"m"}' }
const CHAT = '/proxy/up/chat/completions'

async function call(origin: string, options: GatewayOptions = {}, auth: 'bearer' | 'x-api-key' = 'bearer') {
  await using gateway = await openGateway(options)
  await gateway.add({ name: 'up', base_url: `${origin}/v1`, auth, api_key: CANARY })
  const response = await gateway.call(CHAT, POST)
  return { status: response.status, retry: response.headers.get('x-should-retry'), body: await response.text() }
}

describe('a redirect', () => {
  it('is never followed: the second origin sees no connection, and the tool gets 502 with a sentence', async () => {
    await using second = await openUpstream((_req, res) => sendJson(res, 200, {}))
    let status = 301
    await using first = await openUpstream((_req, res) => {
      res.writeHead(status, { location: `${second.origin}/v1/chat/completions` })
      res.end()
    })
    await using gateway = await openGateway()
    const schemes = ['bearer', 'x-api-key', 'x-goog-api-key', 'api-key'] as const
    for (const auth of schemes) {
      await gateway.add({ name: auth, base_url: first.origin, auth, api_key: CANARY })
      for (status of [301, 302, 303, 307, 308, 300]) {
        const response = await gateway.call(`/proxy/${auth}/chat/completions`, POST)
        expect(response.status).toBe(502)
        expect(response.headers.get('location')).toBeNull()
        expect(response.headers.get('x-should-retry')).toBe('false')
        expect(await response.json()).toMatchObject({ error: { code: 'upstream_redirected' } })
      }
    }
    expect(first.seen).toHaveLength(24)
    expect(second.connections).toBe(0)
  })
})

describe('TLS', () => {
  const authority = makeAuthority()
  const good = makeCertificate({ names: ['127.0.0.1', 'localhost'], by: authority })
  const answer = async (tls: { cert: string; key: string }, options: GatewayOptions = {}) => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, { ok: true }), tls)
    const { status, body } = await call(upstream.origin, options)
    return { status, body, requests: upstream.seen.length }
  }

  it('believes a server whose authority the owner added, and no other', async () => {
    const trust = { extra: authority.cert }
    expect(await answer(good, { upstreams: { trust } })).toMatchObject({ status: 200, requests: 1 })
    const yesterday = new Date(Date.now() - 86_400_000)
    const bad = {
      'self-signed': makeCertificate({ names: ['127.0.0.1'] }),
      'another authority': makeCertificate({ names: ['127.0.0.1'], by: makeAuthority('Another') }),
      'another host': makeCertificate({ names: ['example.com', '127.0.0.2'], by: authority }),
      expired: makeCertificate({ names: ['127.0.0.1'], by: authority, from: new Date(0), until: yesterday }),
    }
    for (const [what, tls] of Object.entries(bad)) {
      const { status, body, requests } = await answer(tls, { upstreams: { trust } })
      expect([what, status, requests]).toEqual([what, 502, 0])
      expect(body).toContain('certificate is not valid')
    }
  })

  it('does not let the environment weaken it: no NODE_TLS_REJECT_UNAUTHORIZED, NODE_EXTRA_CA_CERTS or HTTPS_PROXY', async () => {
    await using upstream = await openUpstream((_req, res) => sendJson(res, 200, {}), good)
    await using proxy = await openUpstream((_req, res) => sendJson(res, 200, {}))
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
    try {
      const file = join(folder, 'attacker.pem')
      writeFileSync(file, authority.cert)
      const env = {
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
        NODE_EXTRA_CA_CERTS: file,
        NODE_USE_ENV_PROXY: '1',
        HTTPS_PROXY: proxy.origin,
        HTTP_PROXY: proxy.origin,
        https_proxy: proxy.origin,
      }
      const { code, connected } = await askInChild(upstream.origin, env)
      expect(code).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
      // The same process shows that the environment is believed where nothing stands against it.
      expect(connected).toBe(200)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    expect(upstream.seen.map(({ url }) => url)).toEqual(['/by-fetch'])
    expect(proxy.connections).toBe(0)
  })

  it('knows the public authorities', () => {
    expect(rootCertificates.length).toBeGreaterThan(100)
    const upstreams = new Upstreams({ trust: { system: true } })
    return upstreams.close()
  })
})

describe('names', () => {
  it('are looked up once for each connection, and the address that was checked is the one connected to', async () => {
    await using upstream = await openUpstream((_req, res) => {
      sendJson(res, 200, {}, { connection: 'close' })
    })
    const answers = ['127.0.0.1', '169.254.169.254', 'fe80::1', '::ffff:169.254.169.254', 'fd00:ec2::254']
    const asked: string[] = []
    const resolve: Resolve = (hostname, answer) => {
      asked.push(hostname)
      const address = answers[asked.length - 1] ?? ''
      answer(null, [{ address, family: address.includes(':') ? 6 : 4 }])
    }
    await using gateway = await openGateway({ upstreams: { resolve } })
    await gateway.add({ name: 'up', base_url: `http://llm.local:${upstream.port}`, api_key: CANARY })
    const statuses: number[] = []
    for (const _ of answers) statuses.push((await gateway.call(CHAT, POST)).status)
    expect(statuses).toEqual([200, 403, 403, 403, 403])
    expect(asked).toEqual(answers.map(() => 'llm.local'))
    expect(upstream.last().headers.host).toBe(`llm.local:${upstream.port}`)
    expect(upstream.connections).toBe(1)
  })

  it('are refused whole where one of several addresses is link-local', async () => {
    const lookup = checkedLookup((_hostname, answer) =>
      answer(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '169.254.1.1', family: 4 },
      ]),
    )
    const error = await new Promise((resolve) => lookup('x', { all: true }, (cause) => resolve(cause)))
    expect(error).toMatchObject({ name: 'ForbiddenAddress' })
  })

  it('that nobody knows are 502, with a sentence', async () => {
    const resolve: Resolve = (_hostname, answer) => answer(Object.assign(new Error('x'), { code: 'ENOTFOUND' }), [])
    const { status, body } = await call('http://nowhere.local:1', { upstreams: { resolve } })
    expect([status, JSON.parse(body).error.message]).toEqual([502, "Provider 'up' is not there: its name is not known"])
    // Too long to be a name, so the system says so without asking anybody.
    const error = await new Promise((resolve) => checkedLookup()('x'.repeat(300), { all: true }, resolve))
    expect(error).toMatchObject({ syscall: 'getaddrinfo' })
  })
})

describe('patience', () => {
  it('ends with 504 where a provider does not answer', async () => {
    await using upstream = await openUpstream(() => undefined)
    const { status, body, retry } = await call(upstream.origin, { upstreams: { patience: { head_ms: 60 } } })
    expect([status, JSON.parse(body).error.code, retry]).toEqual([504, 'upstream_timeout', null])
    expect(await upstream.last().cut).toBe(true)
  })

  it('breaks the connection where a provider falls silent within its answer', async () => {
    await using upstream = await openUpstream((_req, res) => {
      beginEvents(res)
      res.write('data: 1\n\n')
    })
    await expect(call(upstream.origin, { upstreams: { patience: { silence_ms: 60 } } })).rejects.toThrow('terminated')
    expect(await upstream.last().cut).toBe(true)
  })

  it('is 504, too, where a connection cannot be made in time', async () => {
    // Whoever listens there says nothing to the client's hello.
    await using silent = await openSilent()
    const { status, body } = await call(silent.origin, { upstreams: { patience: { connect_ms: 60 } } })
    expect([status, JSON.parse(body).error.message]).toEqual([504, "Provider 'up' could not be connected to in time"])
  })

  it('is 502 where nothing listens', async () => {
    const { port, [Symbol.asyncDispose]: close } = await openSilent()
    await close()
    const { status, body } = await call(`http://127.0.0.1:${port}`)
    expect([status, JSON.parse(body).error.message]).toEqual([
      502,
      "Provider 'up' is not there: the connection was refused",
    ])
  })
})

describe("the owner's proxy", () => {
  it('is gone through for providers elsewhere, and past for this machine', async () => {
    const resolve: Resolve = (hostname, answer) =>
      hostname === 'proxy.local'
        ? answer(null, [{ address: '127.0.0.1', family: 4 }])
        : answer(new Error('the proxy resolves names'), [])
    await using proxy = await openUpstream((_req, res) => sendJson(res, 200, { by: 'proxy' }))
    const upstreams = { resolve, proxy: `http://proxy.local:${proxy.port}` }
    const { status, body } = await call('http://llm.local:8000', { upstreams })
    expect([status, body]).toEqual([200, '{"by":"proxy"}'])
    expect(proxy.last().url).toBe('http://llm.local:8000/v1/chat/completions')
    await using near = await openUpstream((_req, res) => sendJson(res, 200, { by: 'itself' }))
    expect((await call(near.origin, { upstreams })).body).toBe('{"by":"itself"}')
    expect(proxy.seen).toHaveLength(1)
  })
})

/** Takes connections and never says anything. */
async function openSilent(): Promise<{ origin: string; port: number } & AsyncDisposable> {
  const sockets: Socket[] = []
  const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `https://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Asks for an https address in a process of its own with this environment: through Upstreams, then with fetch. */
async function askInChild(origin: string, env: Record<string, string>): Promise<{ code: string; connected: number }> {
  const { execFile } = await import('node:child_process')
  const { promisify } = await import('node:util')
  const script = `
    import { Upstreams } from ${JSON.stringify(new URL('../../../src/core/gateway/upstreams.ts', import.meta.url).href)}
    const upstreams = new Upstreams()
    await upstreams.ready()
    const code = await new Promise((resolve) => {
      const handler = { onRequestStart() {}, onResponseStart: () => resolve('answered'), onResponseData() {}, onResponseEnd() {}, onResponseError: (_, e) => resolve(e.code) }
      upstreams.dispatch({ origin: process.argv[1], path: '/by-latchkey' }, { method: 'GET', headers: [], body: null }, handler)
    })
    const { get } = await import('node:https')
    const connected = await new Promise((resolve) => {
      get(process.argv[1] + '/by-fetch', { agent: false }, (res) => resolve(res.statusCode)).on('error', (e) => resolve(e.code))
    })
    console.log(JSON.stringify({ code, connected }))
    process.exit(0)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, origin], {
    env: { ...process.env, ...env },
  })
  return JSON.parse(stdout)
}
