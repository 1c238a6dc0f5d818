import { describe, expect, it, vi } from 'vitest'
import type { Desktop } from '../../../src/core/desktop.ts'
import { openTempCore } from '../../support/temp-core.ts'
import { tamper } from '../../support/vault-dump.ts'
import { chat, openServing, withToken, type Serving } from '../gateway/open-serving.ts'

/** The refusals of a kind, the oldest first, once all are on the disk. */
async function refused({ temp }: Pick<Serving, 'temp'>, kind: string) {
  await temp.core.vault.trail.refusals.settle()
  const { events } = await temp.client.listAudit({ act: `refused.${kind}` })
  return events.toReversed().map(({ door, caller, provider, detail }) => ({ door, caller, provider, detail }))
}

describe('what the listener refuses', () => {
  it('is an event: a token that is none, a web page, what a token may not', async () => {
    await using serving = await openServing()
    const { address, temp } = serving
    await serving.add({ name: 'up', base_url: 'http://127.0.0.1:1/v1', api_key: 'sk-1' })
    const { id, token } = await serving.token({ name: 'codex', providers: ['openai'] })
    const list = `${address}/api/v1/providers`
    expect((await fetch(list, withToken('not-a-token-of-this-vault'))).status).toBe(401)
    expect((await fetch(list, withToken(token, { headers: { origin: 'https://evil.example' } }))).status).toBe(403)
    expect((await fetch(`${address}/v1/chat/completions`, chat(token, 'up/m'))).status).toBe(403)
    await temp.client.revokeToken({ token_id: id })
    expect((await fetch(list, withToken(token))).status).toBe(401)
    const nobody = { door: 'rest', caller: null, provider: null }
    expect(await refused(serving, 'token')).toEqual([
      { ...nobody, detail: { why: 'unauthorized' } },
      { ...nobody, caller: 'codex', detail: { why: 'token_revoked' } },
    ])
    expect(await refused(serving, 'origin')).toEqual([{ ...nobody, detail: { why: 'origin_not_allowed' } }])
    expect(await refused(serving, 'scope')).toEqual([{ ...nobody, caller: 'codex', detail: { why: 'not_allowed' } }])
    expect(await temp.client.getStatus()).toMatchObject({ refusals_to_see: false })
  })

  it('fills no disk: seven rows of a kind in ten minutes, and from the sixth on it is marked until seen', async () => {
    await using serving = await openServing()
    const { address, temp } = serving
    const knock = async (times: number): Promise<void> => {
      for (let n = 0; n < times; n += 1) await fetch(`${address}/api/v1/providers`, withToken('x'.repeat(30)))
    }
    await knock(5)
    await vi.waitFor(async () => expect((await temp.client.listAudit({ act: 'refused' })).events).toHaveLength(5))
    expect(await temp.client.getStatus()).toMatchObject({ refusals_to_see: false })
    await knock(45)
    await vi.waitFor(async () => expect(await temp.client.getStatus()).toMatchObject({ refusals_to_see: true }))
    const rows = await refused(serving, 'token')
    expect(rows).toHaveLength(7)
    expect(rows.at(-2)?.detail).toEqual({ why: 'unauthorized', more_follow: true })
    expect(rows.at(-1)?.detail).toEqual({ count: 44 })
    await temp.client.seeRefusals()
    await temp.client.seeRefusals()
    expect(await temp.client.getStatus()).toMatchObject({ refusals_to_see: false })
    expect((await temp.client.listAudit({ act: 'audit.seen' })).events).toHaveLength(1)
    expect(await temp.client.verifyAudit()).toMatchObject({ intact: true })
  })
})

describe('a key that is asked for', () => {
  it('and not released, because its row is not as it was stored, is an event', async () => {
    await using serving = await openServing()
    const { temp, address } = serving
    await serving.add({ name: 'up', base_url: 'http://127.0.0.1:1/v1', api_key: 'sk-1' })
    const { token } = await serving.token({ name: 'codex' })
    tamper(temp.home, "UPDATE provider SET base_url = 'http://127.0.0.1:2/v1' WHERE name = 'up'")
    expect((await fetch(`${address}/v1/chat/completions`, chat(token, 'up/m'))).status).toBe(403)
    const { id = 0 } = (await temp.client.listProviders()).find(({ name }) => name === 'up') ?? {}
    expect(await temp.call('testProvider', { provider_id: id })).toMatchObject({ error: { code: 'key_unreadable' } })
    expect(await refused(serving, 'key')).toMatchObject([
      { door: 'rest', caller: 'codex', detail: { why: 'key_unreadable' } },
      { door: 'cli', provider: 'up', detail: { for: 'key.test' } },
    ])
  })

  it('to be copied is an event before it is copied, and where that cannot be written nothing is copied', async () => {
    const copied: string[] = []
    const desktop: Desktop = {
      copyConcealed: async (secret) => void copied.push(secret.toString()),
      openExternal: async () => undefined,
      chooseFile: async () => null,
      choosePlace: async () => null,
      saveFile: async () => null,
      print: async () => false,
      hideWindow: async () => undefined,
      setStartAtLogin: async () => undefined,
    }
    await using temp = await openTempCore({ desktop, door: 'window' })
    await temp.client.updateProvider({ provider_id: 1, api_key: 'sk-1' })
    await temp.client.copyApiKey({ provider_id: 1 })
    expect(copied).toEqual(['sk-1'])
    const { events } = await temp.client.listAudit({ act: 'key.copy' })
    expect(events).toMatchObject([{ door: 'window', provider: 'openai', detail: { key_id: expect.any(String) } }])
    tamper(temp.home, "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END")
    expect(await temp.call('copyApiKey', { provider_id: 1 })).toMatchObject({ ok: false })
    expect(copied).toEqual(['sk-1'])
  })
})
