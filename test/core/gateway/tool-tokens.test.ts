import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { beginEvents, openUpstream, sendJson, type Handle } from '../../support/fake-upstream/open-upstream.ts'
import { openTempCore, tempHome } from '../../support/temp-core.ts'
import { dumpVault, tamper } from '../../support/vault-dump.ts'
import { findSecret } from '../../cli/forms-of.ts'
import { CANARY } from './open-gateway.ts'
import { chat, openServing, withToken } from './open-serving.ts'

const fine: Handle = (_req, res) => sendJson(res, 200, {})
/** A stream that has begun and does not end by itself. */
const endless: Handle = (_req, res) => {
  beginEvents(res)
  res.write('data: 1\n\n')
}

async function openWith(handle: Handle, options: Parameters<typeof openServing>[0] = {}) {
  const upstream = await openUpstream(handle)
  const serving = await openServing(options)
  for (const name of ['up', 'other']) {
    await serving.add({ name, base_url: upstream.origin, api_key: CANARY, models: ['m', 'n'] })
  }
  return {
    ...serving,
    upstream,
    async ask(path: string, init: RequestInit): Promise<[number, unknown]> {
      const response = await fetch(serving.address + path, init)
      const body = (await response.json()) as { error?: { code?: string } }
      return [response.status, body.error?.code]
    },
    async [Symbol.asyncDispose]() {
      await serving[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

/** Opens a stream and answers when its first event is here. */
async function stream(address: string, token: string): Promise<ReadableStreamDefaultReader> {
  const response = await fetch(`${address}/proxy/up/chat/completions`, chat(token, 'm'))
  const reader = response.body?.getReader()
  if (reader === undefined) throw new Error('no body')
  await reader.read()
  return reader
}

/** What the last event of a stream says of why it ends. */
async function lastCode(reader: ReadableStreamDefaultReader): Promise<unknown> {
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    text += new TextDecoder().decode(value as Uint8Array)
  }
  const [, json = '{}'] = /event: error\ndata: (.*)\n\n$/.exec(text) ?? []
  return (JSON.parse(json) as { error?: { code?: string } }).error?.code
}

describe('a token', () => {
  it('of kind tool uses keys and manages nothing', async () => {
    await using opened = await openWith(fine)
    const { token } = await opened.token()
    expect(await opened.ask('/v1/chat/completions', chat(token, 'up/m'))).toEqual([200, undefined])
    expect(opened.upstream.last().headers.authorization).toBe(`Bearer ${CANARY}`)
    for (const [method, path] of [
      ['GET', '/api/v1/providers'],
      ['POST', '/api/v1/tokens'],
      ['GET', '/api/v1/openapi.json'],
      ['GET', '/nowhere'],
    ] as const) {
      const response = await fetch(opened.address + path, withToken(token, { method }))
      expect([path, response.status]).toEqual([path, 403])
      expect(await response.json()).toMatchObject({ code: 'not_allowed' })
    }
  })

  it('of kind admin manages, and may use every key', async () => {
    await using opened = await openWith(fine)
    const { token } = await opened.token({ kind: 'admin' })
    expect((await fetch(`${opened.address}/api/v1/providers`, withToken(token))).status).toBe(200)
    expect(await opened.ask('/v1/chat/completions', chat(token, 'up/m'))).toEqual([200, undefined])
  })

  it('for provider A is refused on provider B, and B gets no byte', async () => {
    await using opened = await openWith(fine)
    const { token } = await opened.token({ providers: ['up'] })
    const before = opened.temp.core.vault.decryptCount
    expect(await opened.ask('/proxy/other/chat/completions', chat(token, 'm'))).toEqual([403, 'not_allowed'])
    expect(await opened.ask('/v1/chat/completions', chat(token, 'other/m'))).toEqual([403, 'not_allowed'])
    expect([opened.upstream.connections, opened.temp.core.vault.decryptCount - before]).toEqual([0, 0])
    // A bare name that two have means the one this token may use.
    expect(await opened.ask('/v1/chat/completions', chat(token, 'm'))).toEqual([200, undefined])
    const list = (await (await fetch(`${opened.address}/v1/models`, withToken(token))).json()) as {
      data: { id: string }[]
    }
    expect(list.data.map(({ id }) => id)).toEqual(['up/m', 'up/n'])
  })

  it('for certain models is refused for others, and where the request names none', async () => {
    await using opened = await openWith(fine)
    const { token } = await opened.token({ models: ['up/m'] })
    for (const [path, model, expected] of [
      ['/proxy/up/chat/completions', 'm', [200, undefined]],
      ['/v1/chat/completions', 'up/m', [200, undefined]],
      ['/proxy/up/chat/completions', 'n', [403, 'not_allowed']],
      ['/v1/chat/completions', 'up/n', [403, 'not_allowed']],
      ['/v1/chat/completions', 'other/m', [403, 'not_allowed']],
      ['/proxy/up/audio/transcriptions', 'm', [403, 'not_allowed']],
    ] as const) {
      expect([path, model, await opened.ask(path, chat(token, model))]).toEqual([path, model, expected])
    }
    expect(opened.upstream.seen).toHaveLength(2)
  })

  it('for every model of one provider and certain ones of another is held to both', async () => {
    await using opened = await openWith(fine)
    const { token } = await opened.token({ models: ['up/*', 'other/m'] })
    for (const [path, model, expected] of [
      ['/proxy/up/chat/completions', 'm', [200, undefined]],
      ['/v1/chat/completions', 'up/of-tomorrow', [200, undefined]],
      ['/proxy/other/chat/completions', 'm', [200, undefined]],
      ['/proxy/other/chat/completions', 'n', [403, 'not_allowed']],
      ['/v1/chat/completions', 'other/n', [403, 'not_allowed']],
    ] as const) {
      expect([path, model, await opened.ask(path, chat(token, model))]).toEqual([path, model, expected])
    }
    const list = (await (await fetch(`${opened.address}/v1/models`, withToken(token))).json()) as {
      data: { id: string }[]
    }
    expect(list.data.map(({ id }) => id)).toEqual(['up/m', 'up/n', 'other/m'])
  })

  it('may make so many requests a minute of fifty at once, and after a restart no more', async () => {
    using folder = tempHome()
    const key = generateFernetKey()
    let token = ''
    {
      await using opened = await openWith(fine, { home: folder.home, key })
      ;({ token } = await opened.token({ requests_per_minute: 5 }))
      const asks = Array.from({ length: 50 }, () => opened.ask('/proxy/up/chat/completions', chat(token, 'm')))
      const statuses = (await Promise.all(asks)).map(([status]) => status)
      expect(statuses.filter((status) => status === 200)).toHaveLength(5)
      expect(statuses.filter((status) => status === 429)).toHaveLength(45)
      expect(opened.upstream.seen).toHaveLength(5)
    }
    await using again = await openServing({ home: folder.home, key })
    const response = await fetch(`${again.address}/proxy/up/chat/completions`, chat(token, 'm'))
    expect([response.status, response.headers.get('x-should-retry')]).toEqual([429, 'false'])
    expect(await response.json()).toMatchObject({ error: { code: 'rate_limited', type: 'rate_limit_error' } })
  })

  it('that has expired is 401 and says so, in a stream too', async () => {
    await using opened = await openWith(endless)
    const { id, token } = await opened.token({ expires_in_days: 1 })
    const reader = await stream(opened.address, token)
    tamper(opened.temp.home, "UPDATE token SET expires_at = '2026-01-01T00:00:00.000Z' WHERE id = ?", id)
    expect(await lastCode(reader)).toBe('token_expired')
    expect(await opened.upstream.last().cut).toBe(true)
    expect(await opened.ask('/v1/models', withToken(token))).toEqual([401, 'token_expired'])
  })
})

describe('a revoked token', () => {
  it('is 401 at the next request on an open connection, and its stream is cut', async () => {
    await using opened = await openWith(endless)
    const { id, token } = await opened.token()
    const { token: other } = await opened.token()
    const reader = await stream(opened.address, token)
    const untouched = await stream(opened.address, other)
    await opened.temp.client.revokeToken({ token_id: id })
    expect(await lastCode(reader)).toBe('token_revoked')
    expect(await opened.upstream.seen[0]?.cut).toBe(true)
    expect(await opened.ask('/v1/chat/completions', chat(token, 'up/m'))).toEqual([401, 'token_revoked'])
    expect(opened.upstream.seen).toHaveLength(2)
    await untouched.cancel()
  })

  it('ends also where another process has revoked it', async () => {
    using folder = tempHome()
    const options = { home: folder.home, key: generateFernetKey() }
    await using opened = await openWith(endless, options)
    const { id, token } = await opened.token()
    const reader = await stream(opened.address, token)
    {
      await using elsewhere = await openTempCore(options)
      await elsewhere.client.revokeToken({ token_id: id })
    }
    expect(await lastCode(reader)).toBe('token_revoked')
    expect(await opened.ask('/v1/models', withToken(token))).toEqual([401, 'token_revoked'])
  })

  it('is not missed where the change has not been seen yet: the use itself is refused', async () => {
    await using opened = await openWith(fine)
    const { id, token } = await opened.token()
    tamper(opened.temp.home, "UPDATE token SET revoked_at = '2026-01-01T00:00:00.000Z' WHERE id = ?", id)
    expect(await opened.ask('/v1/chat/completions', chat(token, 'up/m'))).toEqual([401, 'token_revoked'])
    expect(opened.upstream.connections).toBe(0)
  })
})

describe('a printed token', () => {
  it('may what its parent may, counts as it, and ends with it, in a stream too', async () => {
    await using opened = await openWith(endless)
    const { id } = await opened.token({ name: 'claude', providers: ['up'], requests_per_minute: 1 })
    const { token } = await opened.temp.client.printToken({ token_id: id })
    expect(await opened.ask('/proxy/other/chat/completions', chat(token, 'm'))).toEqual([403, 'not_allowed'])
    const reader = await stream(opened.address, token)
    expect(await opened.ask('/v1/chat/completions', chat(token, 'up/m'))).toEqual([429, 'rate_limited'])
    expect(dumpVault(opened.temp.home)['key_use']).toMatchObject([{ token_id: id, caller: 'claude' }])
    await opened.temp.client.revokeToken({ token_id: id })
    expect(await lastCode(reader)).toBe('token_revoked')
    expect(await opened.ask('/v1/chat/completions', chat(token, 'up/m'))).toEqual([401, 'token_revoked'])
  })

  it('is 401 after its 12 hours, and its stream is cut', async () => {
    await using opened = await openWith(endless)
    const { id, token: own } = await opened.token()
    const { token } = await opened.temp.client.printToken({ token_id: id })
    const reader = await stream(opened.address, token)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 12 * 3_600_000 })
    onTestFinished(() => void vi.useRealTimers())
    expect(await lastCode(reader)).toBe('token_expired')
    expect(await opened.ask('/v1/models', withToken(token))).toEqual([401, 'token_expired'])
    expect((await fetch(`${opened.address}/v1/models`, withToken(own))).status).toBe(200)
  })
})

describe('a use', () => {
  it('is in the vault with its end and no trace of key, token or prompt, and moves the last use', async () => {
    await using opened = await openWith(fine)
    const { id, token } = await opened.token({ name: 'codex' })
    await opened.ask('/v1/chat/completions', chat(token, 'up/m'))
    const use = {
      token_id: id,
      caller: 'codex',
      provider: 'up',
      model: 'm',
      route: '/chat/completions',
      attempt: 1,
      status: 200,
      outcome: 'complete',
      first_byte_ms: expect.any(Number),
      total_ms: expect.any(Number),
    }
    await vi.waitFor(() => expect(dumpVault(opened.temp.home)['key_use']).toMatchObject([use]))
    expect(await opened.temp.client.listTokens()).toMatchObject([{ name: 'codex', last_used_at: expect.any(String) }])
    const { home } = opened.temp
    expect(findSecret(CANARY, {}, [home])).toEqual([])
    expect(findSecret(token, {}, [home])).toEqual([])
  })

  it('that runs when Latchkey closes is written down with its end', async () => {
    using folder = tempHome()
    {
      await using opened = await openWith(endless, { home: folder.home, key: generateFernetKey() })
      const { token } = await opened.token()
      await stream(opened.address, token)
    }
    expect(dumpVault(folder.home)['key_use']).toMatchObject([{ status: 200, outcome: expect.any(String) }])
  })
})

describe('a vault without its master key', () => {
  it('is 423 for a tool, and nothing is decrypted', async () => {
    using folder = tempHome()
    let token = ''
    {
      await using opened = await openWith(fine, { home: folder.home, key: generateFernetKey() })
      ;({ token } = await opened.token())
    }
    await using serving = await openServing({ home: folder.home, key: generateFernetKey() })
    const response = await fetch(`${serving.address}/proxy/up/chat/completions`, chat(token, 'm'))
    expect([response.status, response.headers.get('x-should-retry')]).toEqual([423, 'false'])
    expect(await response.json()).toMatchObject({ error: { code: 'encryption_key_wrong' } })
    expect(serving.temp.core.vault.decryptCount).toBe(0)
  })
})

describe('tools that are switched off', () => {
  it('are refused in their own words, and what runs for them is ended', async () => {
    await using opened = await openWith(endless)
    const { token } = await opened.token()
    const reader = await stream(opened.address, token)
    await opened.temp.client.setListener({ on: false })
    expect(await lastCode(reader)).toBe('tools_not_allowed')
    expect(await opened.ask('/v1/models', withToken(token))).toEqual([403, 'tools_not_allowed'])
  })
})
