import { createServer, type IncomingHttpHeaders } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { version } from '../../../src/core/version.ts'
import { openTempCore } from '../../support/temp-core.ts'

interface Asked {
  method: string | undefined
  url: string | undefined
  headers: IncomingHttpHeaders
}

/** A place that tells of releases, on this machine. */
async function openPlace(answer: { status: number; body: string }) {
  const asked: Asked[] = []
  const server = createServer(({ method, url, headers }, res) => {
    asked.push({ method, url, headers })
    res.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    releasePlace: `http://127.0.0.1:${(server.address() as AddressInfo).port}/releases/latest`,
    asked,
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const release = (tag_name: string): string => JSON.stringify({ tag_name, html_url: `https://one.example/${tag_name}` })

describe('the look for a newer version', () => {
  it('is off until the owner switches it on', async () => {
    await using place = await openPlace({ status: 200, body: release('v99.0.0') })
    await using temp = await openTempCore({ releasePlace: place.releasePlace })
    expect(await temp.client.getSettings()).toMatchObject({ update_check: false })
    await temp.core.updates.checkWhereDue()
    expect(place.asked).toEqual([])

    await temp.client.updateSettings({ update_check: true })
    const before = temp.core.revision()
    await temp.core.updates.checkWhereDue()
    expect(place.asked).toHaveLength(1)
    expect((await temp.client.getStatus()).updates.known).toMatchObject({ latest: '99.0.0', is_newer: true })
    expect(temp.core.revision()).not.toBe(before)
  })

  it('asks once a day and not more', async () => {
    await using place = await openPlace({ status: 200, body: release('v99.0.0') })
    await using temp = await openTempCore({ releasePlace: place.releasePlace })
    await temp.client.updateSettings({ update_check: true })
    await temp.core.updates.checkWhereDue()
    await temp.core.updates.checkWhereDue()
    expect(place.asked).toHaveLength(1)
  })

  it('sends the question and nothing that tells a machine, a vault or a version', async () => {
    await using place = await openPlace({ status: 200, body: release(`v${version}`) })
    await using temp = await openTempCore({ releasePlace: place.releasePlace })
    expect(await temp.client.checkForUpdate()).toEqual({
      version,
      latest: version,
      is_newer: false,
      page: `https://one.example/v${version}`,
    })
    const [{ method, url, headers } = { method: '', url: '', headers: {} }] = place.asked
    expect({ method, url }).toEqual({ method: 'GET', url: '/releases/latest' })
    const { host: _host, connection: _connection, ...told } = headers
    expect(told).toEqual({ 'user-agent': 'latchkey', accept: 'application/vnd.github+json' })
  })

  it('says that it was not told, whatever came instead', async () => {
    await using place = await openPlace({ status: 404, body: '{}' })
    await using temp = await openTempCore({ releasePlace: place.releasePlace })
    const failed = { ok: false, error: { code: 'update_check_failed' } }
    for (const [status, body] of [
      [404, '{}'],
      [200, 'not JSON'],
      [200, release('newest')],
      [200, JSON.stringify({ tag_name: 'v1.0.0', html_url: 'javascript:alert(1)' })],
    ] as const) {
      Object.assign(place.answer, { status, body })
      expect(await temp.call('checkForUpdate')).toMatchObject(failed)
    }
    expect((await temp.client.getStatus()).updates.known).toBeNull()
  })

  it('cannot be made by a build that was not made for a release, which says so', async () => {
    await using temp = await openTempCore()
    expect((await temp.client.getStatus()).updates).toEqual({ host: null, known: null })
    expect(await temp.call('checkForUpdate')).toMatchObject({ ok: false, error: { code: 'no_release_place' } })
  })
})
