import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpCall, requestOf } from '../../src/renderer/http-transport.ts'
import { createClient } from '../../src/shared/client.ts'
import { operations, routeOf } from '../../src/shared/contract.ts'
import { appError } from '../../src/shared/errors.ts'
import { defaultSettings } from '../../src/shared/schemas.ts'

interface Seen {
  method: string | undefined
  url: string | undefined
  headers: IncomingMessage['headers']
  body: string
}

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

/** A listener that answers the same to everything and remembers what it was asked. */
async function listener(status: number, answer?: object) {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(answer === undefined ? undefined : JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const { port } = server.address() as AddressInfo
  let refused = 0
  const call = createHttpCall({
    origin: `http://127.0.0.1:${port}`,
    token: () => 'lk_session',
    onUnauthorized: () => (refused += 1),
  })
  return { client: createClient(call), seen, refusals: () => refused, stop: () => server.close() }
}

describe('the HTTP transport', () => {
  it('puts named fields into the path and the rest into a JSON body', async () => {
    const { client, seen } = await listener(200, defaultSettings)
    await client.updateSettings({ theme: 'dark' })
    await client.updateProvider({ provider_id: 7, api_key: 'sk-1' })
    expect(seen[0]).toMatchObject({ method: 'PUT', url: '/api/v1/settings', body: '{"theme":"dark"}' })
    expect(seen[1]).toMatchObject({ method: 'PUT', url: '/api/v1/providers/7', body: '{"api_key":"sk-1"}' })
    expect(seen[1]?.headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer lk_session' })
  })

  it('puts what a GET asks for into its query', async () => {
    const { client, seen } = await listener(200, { revision: '2', jobs: [], lock: 'none' })
    await client.waitForChange({ since: 'a b&c' })
    await client.waitForChange()
    expect(seen.map(({ url }) => url)).toEqual(['/api/v1/changes?since=a+b%26c', '/api/v1/changes'])
    expect(seen[0]?.body).toBe('')
  })

  it('takes 204 for done', async () => {
    const { client, seen } = await listener(204)
    await expect(client.removeApiKey({ provider_id: 3 })).resolves.toBeUndefined()
    expect(seen[0]).toMatchObject({ method: 'DELETE', url: '/api/v1/providers/3/api-key', body: '' })
  })

  it('keeps the code, the sentence and the fields of a refusal', async () => {
    const body = appError('provider_exists', { name: 'acme' }).body
    const { client } = await listener(409, body)
    const refused = client.createProvider({ name: 'acme', display_name: 'Acme' })
    await expect(refused).rejects.toMatchObject({ code: 'provider_exists', body })
  })

  it('tells when the session has ended', async () => {
    const { client, refusals } = await listener(401, appError('unauthorized', undefined).body)
    await expect(client.getStatus()).rejects.toMatchObject({ code: 'unauthorized' })
    expect(refusals()).toBe(1)
  })

  it('refuses what has no route without asking', async () => {
    const { client, seen } = await listener(200, {})
    await expect(client.copyApiKey({ provider_id: 1 })).rejects.toMatchObject({ code: 'unknown_operation' })
    expect(seen).toEqual([])
  })

  it('throws where nobody answers', async () => {
    const { client, stop } = await listener(200, {})
    stop()
    await expect(client.getStatus()).rejects.toThrow(TypeError)
  })

  it('fills every field of every route', () => {
    for (const { route } of Object.values(operations)) {
      if (route === null) continue
      const fields = [...routeOf(route).path.matchAll(/\{(\w+)\}/g)].map(([, field]) => [field ?? '', 5])
      expect(requestOf(route, Object.fromEntries(fields)).url).not.toMatch(/[{}]|undefined/)
    }
  })
})
