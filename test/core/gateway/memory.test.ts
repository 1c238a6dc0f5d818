import { get, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { createGzip } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { forkGateway } from '../../support/fork-gateway.ts'
import { openUpstream } from '../../support/fake-upstream/open-upstream.ts'
import { CANARY } from './open-gateway.ts'

const MIB = 1_048_576
const PIECE = Buffer.alloc(65_536, 'x')

/** Opens an answer through a gateway in its own process and says how much its memory grew by `then`. */
async function grown(
  origin: string,
  then: (res: IncomingMessage, settled: () => Promise<void>) => Promise<void>,
): Promise<number> {
  await using gateway = await forkGateway()
  await gateway.add({ name: 'up', display_name: 'up', base_url: origin, api_key: CANARY })
  const open = async (path: string) => {
    const req = get(`${gateway.address}/proxy/up${path}`, { headers: { authorization: `Bearer ${gateway.token}` } })
    const [res] = (await once(req, 'response')) as [IncomingMessage]
    return res
  }
  // What the first request takes stays.
  await (await open('/models/small')).resume().toArray()
  const before = await gateway.memory()
  let peak = before.rss
  const settled = async (): Promise<void> => {
    peak = Math.max(peak, (await gateway.memory()).rss)
  }
  await then(await open('/models/large'), settled)
  await settled()
  return (peak - before.rss) / MIB
}

describe('memory', () => {
  it('stays as it is before a reader that takes nothing of 1 GB, and the provider has to wait', async () => {
    let written = 0
    const stalled = Promise.withResolvers<void>()
    await using upstream = await openUpstream((req, res) => {
      if (req.url?.endsWith('small') === true) {
        res.end('{}')
        return
      }
      const more = (): void => {
        while (written < 1_000 * MIB && res.write(PIECE)) written += PIECE.length
        if (written < 1_000 * MIB) {
          res.once('drain', more)
          setTimeout(() => stalled.resolve(), 500)
        }
      }
      more()
    })
    const growth = await grown(upstream.origin, async (res, settled) => {
      res.pause()
      await stalled.promise
      await settled()
      expect(written).toBeLessThan(64 * MIB)
      res.destroy()
    })
    expect(growth).toBeLessThan(64)
    expect(await upstream.last().cut).toBe(true)
  }, 60_000)

  it('stays as it is while 200 KB decode to 200 MB, which are looked at and not kept', async () => {
    await using upstream = await openUpstream((req, res) => {
      if (req.url?.endsWith('small') === true) {
        res.end('{}')
        return
      }
      res.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' })
      const gzip = createGzip({ level: 9 })
      gzip.pipe(res)
      const zeros = Buffer.alloc(MIB)
      let left = 200
      const more = (): void => {
        left -= 1
        if (left === 0) gzip.end(zeros)
        else gzip.write(zeros, more)
      }
      more()
    })
    let received = 0
    const growth = await grown(upstream.origin, async (res, settled) => {
      for await (const chunk of res) {
        received += (chunk as Buffer).length
        await settled()
      }
    })
    expect(received).toBeGreaterThan(150_000)
    expect(received).toBeLessThan(400_000)
    expect(growth).toBeLessThan(64)
  }, 120_000)
})
