import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { startListener } from '../../../src/core/http/listener.ts'
import { createLog } from '../../../src/core/log.ts'
import { API_BASE } from '../../../src/shared/contract.ts'
import { request, sendRaw, untilClosed } from './raw-client.ts'
import { openTestListener } from './small-core.ts'

const PROVIDERS = `${API_BASE}/providers`
const never = new Promise<never>(() => undefined)

const deps = {
  call: () => never,
  revision: () => '',
  identify: () => undefined,
  log: createLog({ level: 'silent' }),
}

/** A server of another program; `holdBoth` where IPv6 exists. */
async function hold(host: string, port: number): Promise<Server & AsyncDisposable> {
  const server = createServer()
  server.listen({ host, port })
  await once(server, 'listening')
  return server
}

const reaches = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 })
    socket
      .once('connect', () => resolve(true))
      .once('error', () => resolve(false))
      .once('timeout', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

describe('startListener', () => {
  it('listens on 127.0.0.1 and [::1] and on nothing else', async () => {
    await using opened = await openTestListener()
    const { port, token, listener } = opened
    expect(listener.address).toBe(`http://127.0.0.1:${port}`)
    expect(listener.notes).toEqual([])
    expect((await sendRaw(port, request({ port, token }, `GET ${PROVIDERS}`), '::1')).status).toBe(200)
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .map(({ address, scopeid }) => (scopeid === undefined || scopeid === 0 ? address : `${address}%${scopeid}`))
      .filter((address) => address !== '127.0.0.1' && address !== '::1')
    for (const host of ['127.0.0.2', '127.255.255.254', ...others]) {
      expect([host, await reaches(host, port)]).toEqual([host, false])
    }
  })

  it('says that another program holds the port, and takes no other', async () => {
    await using holder = await hold('127.0.0.1', 0)
    const { port } = holder.address() as AddressInfo
    await expect(startListener(deps, { port })).rejects.toMatchObject({
      code: 'port_busy',
      message: `Port ${port} is used by another program`,
    })
  })

  it('goes on where another program holds the port on [::1] alone, and says so', async () => {
    await using holder = await hold('::1', 0)
    const { port } = holder.address() as AddressInfo
    const listener = await startListener(deps, { port })
    expect(listener.notes).toEqual([
      `Another program holds [::1]:${port}. Write 127.0.0.1 in addresses, not localhost.`,
    ])
    await listener.close()
  })

  it('refuses a port that is no port', async () => {
    await expect(startListener(deps, { port: 70_000 })).rejects.toThrow(RangeError)
  })
})

describe('close', () => {
  it('ends idle connections at once and frees the port', async () => {
    const { listener, port, token } = await openTestListener({ limits: { closing_ms: 60_000 } })
    const socket = connect(port, '127.0.0.1')
    const closed = untilClosed(socket)
    socket.write(request({ port, token }, `GET ${PROVIDERS}`).replace('Connection: close\r\n', ''))
    await once(socket, 'data')
    await listener.close()
    await closed
    await using again = await hold('127.0.0.1', port)
    expect(again.listening).toBe(true)
  })

  it('lets an answer that is being made arrive', async () => {
    const reached = Promise.withResolvers<void>()
    const answering = Promise.withResolvers<void>()
    const { listener, port, token } = await openTestListener({
      limits: { closing_ms: 60_000 },
      deps: {
        call: async () => {
          reached.resolve()
          await answering.promise
          return { ok: true, value: [] }
        },
      },
    })
    const reply = sendRaw(port, request({ port, token }, `GET ${PROVIDERS}`).replace('Connection: close\r\n', ''))
    await reached.promise
    const closed = listener.close()
    answering.resolve()
    expect((await reply).status).toBe(200)
    await closed
  })

  it('cuts what still waits when the grace is over', async () => {
    const reached = Promise.withResolvers<void>()
    const call = (): Promise<never> => {
      reached.resolve()
      return never
    }
    const { listener, port, token } = await openTestListener({ limits: { closing_ms: 20 }, deps: { call } })
    const socket = connect(port, '127.0.0.1')
    const closed = untilClosed(socket)
    socket.write(request({ port, token }, `GET ${API_BASE}/changes`))
    await reached.promise
    await listener.close()
    expect(await closed).toBe('')
  })
})
