import { describe, expect, it } from 'vitest'
import type { RunWish } from '../../../src/core/run/run-gateway.ts'
import { actorOf } from '../../../src/core/actor.ts'
import { beginEvents, openUpstream, sendJson, type Handle } from '../../support/fake-upstream/open-upstream.ts'
import { openTempCore } from '../../support/temp-core.ts'
import { dumpVault } from '../../support/vault-dump.ts'
import { CANARY } from '../gateway/open-gateway.ts'
import { chat } from '../gateway/open-serving.ts'

const fine: Handle = (_req, res) => sendJson(res, 200, {})
const endless: Handle = (_req, res) => {
  beginEvents(res)
  res.write('data: 1\n\n')
}

async function openWith(handle: Handle) {
  const upstream = await openUpstream(handle)
  const temp = await openTempCore()
  for (const name of ['up', 'other']) {
    const base_url = `${upstream.origin}/v1`
    await temp.client.createProvider({ name, display_name: name, base_url, api_key: CANARY, models: ['m'] })
  }
  return {
    temp,
    upstream,
    /** Opens a run and asks at its address, as its child would. */
    async run(wish: Omit<RunWish, 'env'> = {}) {
      const { env, ...run } = await temp.core.openRun({ env: {}, ...wish })
      const base = env['OPENAI_BASE_URL'] ?? ''
      const token = env['OPENAI_API_KEY'] ?? ''
      const send = (model: string) => fetch(`${base}/chat/completions`, chat(token, model))
      const ask = async (model: string): Promise<[number, unknown]> => {
        const response = await send(model)
        const { error } = (await response.json()) as { error?: { code?: string } }
        return [response.status, error?.code]
      }
      return { ...run, env, base, token, send, ask }
    },
    async [Symbol.asyncDispose]() {
      await temp[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('the gateway of a run', () => {
  it('uses keys for its child, writes down each use, and lets nothing be managed', async () => {
    await using opened = await openWith(fine)
    const run = await opened.run()
    expect(run.providers).toEqual(['up', 'other'])
    expect(await run.ask('up/m')).toEqual([200, undefined])
    expect(opened.upstream.last().headers.authorization).toBe(`Bearer ${CANARY}`)
    expect(dumpVault(opened.temp.home)['key_use']).toMatchObject([{ token_id: null, caller: 'run', provider: 'up' }])
    const managing = await fetch(new URL('/api/v1/providers', run.base), {
      headers: { authorization: `Bearer ${run.token}` },
    })
    expect(managing.status).toBe(403)
    expect(JSON.stringify(run.env)).not.toContain(CANARY)
  })

  it('is open to its own token alone, and no listener knows that one', async () => {
    await using opened = await openWith(fine)
    const run = await opened.run()
    const { token } = await opened.temp.client.createToken({ name: 'other tool' })
    expect((await fetch(`${run.base}/models`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401)
    const { listener } = await opened.temp.core.listener.serve({ port: 0 })
    const elsewhere = { headers: { authorization: `Bearer ${run.token}` } }
    expect((await fetch(`${listener.address}/v1/models`, elsewhere)).status).toBe(401)
  })

  it('ends with the core: port and token are gone', async () => {
    await using opened = await openWith(fine)
    const run = await opened.run()
    await opened.temp.core.close()
    await expect(run.send('up/m')).rejects.toThrow('fetch failed')
  })

  it('holds its child to the providers it was given, and to keys that are there', async () => {
    await using opened = await openWith(fine)
    const run = await opened.run({ providers: ['up'] })
    expect(await run.ask('other/m')).toEqual([403, 'not_allowed'])
    expect(await run.ask('m')).toEqual([200, undefined])
    expect([run.env['UP_API_KEY'], run.env['OTHER_API_KEY']]).toEqual([run.token, undefined])
    await expect(opened.run({ providers: ['opnai'] })).rejects.toMatchObject({ code: 'provider_not_found' })
    await expect(opened.run({ providers: ['openai'] })).rejects.toMatchObject({ code: 'provider_has_no_key' })
  })

  it('counts as the tool it was given, with its limits, and ends what runs when that one is revoked', async () => {
    await using opened = await openWith(endless)
    const { client } = opened.temp
    const { id } = await client.createToken({ name: 'codex', providers: ['up'], requests_per_minute: 1 })
    const run = await opened.run({ tool: 'codex' })
    expect(run.providers).toEqual(['up'])
    expect(await run.ask('other/m')).toEqual([403, 'not_allowed'])
    const streaming = await run.send('up/m')
    expect(await run.ask('up/m')).toEqual([429, 'rate_limited'])
    expect(dumpVault(opened.temp.home)['key_use']).toMatchObject([{ token_id: id, caller: 'codex' }])
    await client.revokeToken({ token_id: id })
    expect(await streaming.text()).toContain('token_revoked')
    expect(await run.ask('up/m')).toEqual([401, 'token_revoked'])
  })

  it('is not opened for a tool that is not there or manages the vault', async () => {
    await using opened = await openWith(fine)
    await opened.temp.client.createToken({ name: 'manager', kind: 'admin' })
    await expect(opened.run({ tool: 'nobody' })).rejects.toMatchObject({ code: 'token_not_found' })
    await expect(opened.run({ tool: 'manager' })).rejects.toMatchObject({ code: 'not_allowed' })
  })
})

describe('exposing keys', () => {
  it('hands over those that were asked for, and writes down each before', async () => {
    await using opened = await openWith(fine)
    const { core, home } = opened.temp
    const wish = { env: {}, providers: ['up'], command: 'old-tool' }
    const exposed = await core.exposeKeys(wish, actorOf('cli'))
    expect(exposed).toEqual({
      env: {
        UP_API_KEY: CANARY,
        UP_BASE_URL: `${opened.upstream.origin}/v1`,
        UP_API_BASE: `${opened.upstream.origin}/v1`,
      },
      providers: ['up'],
    })
    const rows = dumpVault(home)['audit']?.filter(({ act }) => act === 'key.expose')
    expect(rows).toMatchObject([{ provider: 'up', door: 'cli', detail: expect.stringContaining('old-tool') }])
    expect(JSON.stringify(dumpVault(home))).not.toContain(CANARY)
  })

  it('hands over nothing where one of them cannot be opened, or none is there', async () => {
    await using temp = await openTempCore()
    const expose = (providers?: string[]) => temp.core.exposeKeys({ env: {}, providers, command: 'x' }, actorOf('cli'))
    await expect(expose()).rejects.toMatchObject({ code: 'not_allowed' })
    await expect(expose(['openai'])).rejects.toMatchObject({ code: 'provider_has_no_key' })
  })
})
