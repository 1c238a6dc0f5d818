// What the lock means to tools and programs that come through the listener, and what locks by itself.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { actorOf } from '../../../src/core/actor.ts'
import { createLog } from '../../../src/core/log.ts'
import { followLock } from '../../../src/core/lock/idle-lock.ts'
import { beginEvents, openUpstream } from '../../support/fake-upstream/open-upstream.ts'
import { tempHome } from '../../support/temp-core.ts'
import { ask } from '../../support/vault-dump.ts'
import { chat, openServing, withToken, type Serving } from '../gateway/open-serving.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const PASSPHRASE = 'correct horse battery staple'

const folder = tempHome()
let serving: Serving
let upstream: Awaited<ReturnType<typeof openUpstream>>
let tool = ''
let admin = ''
beforeAll(async () => {
  upstream = await openUpstream((_req, res) => {
    beginEvents(res)
    res.write('data: 1\n\n')
  })
  serving = await openServing({ home: folder.home, key: null })
  await serving.add({ name: 'up', base_url: upstream.origin, api_key: 'sk-of-the-lock', models: ['m'] })
  tool = (await serving.token()).token
  admin = (JSON.parse(readFileSync(join(folder.home, 'listener.json'), 'utf8')) as { token: string }).token
  await serving.temp.client.setPassphrase({ passphrase: PASSPHRASE })
})
afterAll(async () => {
  await serving[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const rest = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${serving.address}/api/v1${path}`, {
    ...withToken(admin, { method, headers: { 'content-type': 'application/json' } }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

describe('a locked vault behind a listener', () => {
  it('ends what tools have under way, refuses them with 423 in their own words, and decrypts nothing', async () => {
    const { temp } = serving
    const answer = await fetch(`${serving.address}/proxy/up/chat/completions`, chat(tool, 'm'))
    const reader = answer.body?.getReader()
    await reader?.read()
    expect((await rest('POST', '/lock', {})).status).toBe(204)
    const restOfIt = async (): Promise<string> => {
      let text = ''
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
        if (done) return text
        text += Buffer.from(value as Uint8Array).toString()
      }
    }
    // Cut off, or told so within the stream; in any case it has ended.
    await restOfIt().catch(() => undefined)
    const [decrypts, connections] = [temp.core.vault.decryptCount, upstream.connections]
    const message = expect.stringContaining('The vault is locked') as string
    const openai = await fetch(`${serving.address}/v1/chat/completions`, chat(tool, 'up/m'))
    expect([openai.status, openai.headers.get('x-should-retry')]).toEqual([423, 'false'])
    expect(await openai.json()).toMatchObject({ error: { code: 'vault_locked', message } })
    const claude = await fetch(`${serving.address}/v1/messages`, chat(tool, 'up/m'))
    expect(claude.status).toBe(423)
    expect(await claude.json()).toMatchObject({ type: 'error', error: { message } })
    const google = await fetch(`${serving.address}/v1beta/models/m:generateContent`, chat(tool, 'up/m'))
    expect([google.status, await google.json()]).toMatchObject([423, { error: { message } }])
    for (const path of ['/v1/models', '/proxy/up/models']) {
      expect((await fetch(serving.address + path, withToken(tool))).status).toBe(423)
      expect((await fetch(serving.address + path, withToken(admin))).status).toBe(423)
    }
    expect([temp.core.vault.decryptCount, upstream.connections]).toEqual([decrypts, connections])
    await vi.waitFor(() => expect(ask(folder.home, 'SELECT outcome FROM key_use')).toBe('cut'))
  })

  it('answers programs 423, writes nothing, and still says how it is', async () => {
    const before = ask(folder.home, 'SELECT count(*) FROM audit')
    for (const [method, path, body] of [
      ['GET', '/providers'],
      ['GET', '/tokens'],
      ['POST', '/providers', { name: 'x', display_name: 'X' }],
      ['DELETE', '/providers/1/api-key'],
      ['PUT', '/settings', { reads_while_locked: true }],
      ['POST', '/passphrase', { passphrase: 'something else' }],
    ] as const) {
      const response = await rest(method, path, body)
      expect([path, response.status]).toEqual([path, 423])
      expect(await response.json()).toMatchObject({ code: 'vault_locked' })
    }
    expect(await (await rest('GET', '/status')).json()).toMatchObject({ vault: { state: 'locked' } })
    expect(await (await rest('GET', '/changes')).json()).toMatchObject({ lock: 'locked' })
    expect(ask(folder.home, 'SELECT count(*) FROM audit')).toBe(before)
  })

  it('is unlocked over REST by whoever manages it and knows the passphrase, and by no tool', async () => {
    const unlock = (token: string, passphrase: string): Promise<Response> =>
      fetch(`${serving.address}/api/v1/unlock`, {
        ...withToken(token, { method: 'POST', headers: { 'content-type': 'application/json' } }),
        body: JSON.stringify({ passphrase }),
      })
    expect((await unlock(tool, PASSPHRASE)).status).toBe(403)
    expect((await unlock(admin, 'a guess')).status).toBe(403)
    expect(serving.temp.core.vault.state).toBe('locked')
    expect((await unlock(admin, PASSPHRASE)).status).toBe(204)
    expect((await rest('GET', '/providers')).status).toBe(200)
    expect((await fetch(`${serving.address}/v1/models`, withToken(tool))).status).toBe(200)
  })
})

describe('a vault of which nobody asks anything', () => {
  it('locks after the minutes of the settings, and not while it is in use', async () => {
    const { vault } = serving.temp.core
    await serving.temp.client.updateSettings({ lock_after_minutes: 5 })
    let now = 0
    const lock = followLock(vault, createLog({ level: 'silent' }), () => now)
    try {
      await lock.look()
      now = 4 * 60_000
      await lock.look()
      lock.touch()
      now = 8 * 60_000
      await lock.look()
      expect(vault.state).toBe('open')
      // What is written, such as the use of a key, is use as well.
      await vault.withMasterKey((store) => store.record({ act: 'test', provider: null }, actorOf('cli')))
      now = 9 * 60_000
      await lock.look()
      now = 13 * 60_000
      await lock.look()
      expect(vault.state).toBe('open')
      now = 14 * 60_000
      await lock.look()
      expect(vault.state).toBe('locked')
      expect(vault.lock.locked?.reason).toBe('idle')
    } finally {
      lock.stop()
    }
  })
})
