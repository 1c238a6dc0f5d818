import { describe, expect, it } from 'vitest'
import { looksLikeToken } from '../../../src/core/http/token.ts'
import type { Sent } from '../../../src/shared/contract.ts'
import { noLimits } from '../../../src/shared/limit-schemas.ts'
import { findSecret } from '../../cli/forms-of.ts'
import { openTempCore } from '../../support/temp-core.ts'
import { dumpVault, tamper } from '../../support/vault-dump.ts'

describe('createToken', () => {
  it('shows the token this once; afterwards only its beginning is known', async () => {
    await using temp = await openTempCore()
    const { token, ...shown } = await temp.client.createToken({ name: ' codex ' })
    expect(looksLikeToken(token)).toBe(true)
    expect(shown).toEqual({
      id: 1,
      name: 'codex',
      kind: 'tool',
      prefix: token.slice(0, 7),
      providers: null,
      models: null,
      ...noLimits,
      spent: { day: 0, month: 0, estimated: 0, unpriced: 0 },
      expires_at: null,
      created_at: shown.created_at,
      last_used_at: null,
      revoked_at: null,
    })
    expect(await temp.client.listTokens()).toEqual([shown])
    expect(findSecret(token.slice(8, 51), {}, [temp.home])).toEqual([])
  })

  it('keeps what the token may use, how often and how long', async () => {
    await using temp = await openTempCore()
    const before = Date.now()
    const { token: _, ...made } = await temp.client.createToken({
      name: 'a',
      providers: ['openai', 'xai', 'openai'],
      models: ['openai/gpt-6-sol'],
      expires_in_days: 7,
      requests_per_minute: 60,
      tokens_per_minute: 9_000,
      spend_per_day: 5,
      spend_per_month: 25.5,
    })
    expect(made).toMatchObject({
      providers: ['openai', 'xai'],
      models: ['openai/gpt-6-sol'],
      requests_per_minute: 60,
      tokens_per_minute: 9_000,
      spend_per_day: 5,
      spend_per_month: 25.5,
    })
    const days = (Date.parse(made.expires_at ?? '') - before) / 86_400_000
    expect(days).toBeGreaterThanOrEqual(7)
    expect(days).toBeLessThan(7.01)
    expect(await temp.client.listTokens()).toEqual([made])
  })

  it.each<[Sent<'createToken'>, string]>([
    [{ name: ' ' }, 'Write a name'],
    [{ name: 'a\nb' }, 'printable characters only'],
    [{ name: 'run' }, 'Latchkey itself uses this name'],
    [{ name: 'a', providers: [] }, 'at least one provider'],
    [{ name: 'a', models: ['gpt-6-sol'] }, 'provider/model'],
    [{ name: 'a', requests_per_minute: 0 }, 'at least one request'],
    [{ name: 'a', spend_per_day: 0 }, 'at least $0.01'],
    [{ name: 'a', tokens_per_minute: 1.5 }, 'a number, whole if not in US dollars'],
    [{ name: 'a', kind: 'admin', spend_per_month: 5 }, 'could lift them itself'],
    [{ name: 'a', kind: 'admin', providers: ['openai'] }, 'could lift them itself'],
  ])('refuses %j by its field', async (input, sentence) => {
    await using temp = await openTempCore()
    const reply = await temp.call('createToken', input)
    expect(reply).toMatchObject({ ok: false, error: { code: 'invalid_input' } })
    expect(JSON.stringify(reply)).toContain(sentence)
    expect(await temp.client.listTokens()).toEqual([])
  })

  it('refuses a name that is taken and a provider that is not there, and changes nothing', async () => {
    await using temp = await openTempCore()
    await temp.client.createToken({ name: 'a' })
    const before = dumpVault(temp.home)
    const refused = async (input: Sent<'createToken'>): Promise<unknown> => {
      const reply = await temp.call('createToken', input)
      return reply.ok ? 'made' : reply.error.detail
    }
    expect(await refused({ name: 'a' })).toBe("Token with name 'a' already exists")
    expect(await refused({ name: 'b', providers: ['opnai'] })).toBe("Provider with name 'opnai' not found")
    expect(await refused({ name: 'b', models: ['opnai/m'] })).toBe("Provider with name 'opnai' not found")
    expect(dumpVault(temp.home)).toEqual(before)
  })
})

describe('updateToken', () => {
  it('renames, narrows, and lifts a limit only where that is said', async () => {
    await using temp = await openTempCore()
    const { id } = await temp.client.createToken({ name: 'a', providers: ['openai'], requests_per_minute: 5 })
    const ref = { token_id: id }
    expect(await temp.client.updateToken({ ...ref, name: 'b', models: ['openai/m'] })).toMatchObject({
      name: 'b',
      providers: ['openai'],
      models: ['openai/m'],
      requests_per_minute: 5,
    })
    const lifted = { ...ref, providers: 'all', models: 'all', requests_per_minute: 'unlimited' } as const
    const after = await temp.client.updateToken(lifted)
    expect(after).toMatchObject({ name: 'b', providers: null, models: null, requests_per_minute: null })
    expect(await temp.call('updateToken', { ...ref, ...after })).toEqual({ ok: true, value: after })
  })

  it('gives a token of kind admin no limits', async () => {
    await using temp = await openTempCore()
    const { id } = await temp.client.createToken({ name: 'a', kind: 'admin' })
    const reply = await temp.call('updateToken', { token_id: id, providers: ['openai'] })
    expect(reply).toMatchObject({ ok: false, error: { code: 'not_allowed' } })
    expect(await temp.client.updateToken({ token_id: id, name: 'b' })).toMatchObject({ name: 'b', kind: 'admin' })
  })
})

describe('revokeToken', () => {
  it('takes a token off the list and frees its name; a second time there is none', async () => {
    await using temp = await openTempCore()
    const { id } = await temp.client.createToken({ name: 'a' })
    await temp.client.revokeToken({ token_id: id })
    expect(await temp.client.listTokens()).toEqual([])
    expect(await temp.client.listTokens({ include: 'revoked' })).toMatchObject([{ id, revoked_at: expect.any(String) }])
    const reply = await temp.call('revokeToken', { token_id: id })
    expect(reply).toMatchObject({ ok: false, error: { code: 'token_not_found', detail: 'Token with ID 1 not found' } })
    expect(await temp.client.createToken({ name: 'a' })).toMatchObject({ id: 2 })
  })
})

describe('printToken', () => {
  it('makes a token that is in no list and ends in 12 hours; of it too only a hash is kept', async () => {
    await using temp = await openTempCore()
    const { id, token: _, ...made } = await temp.client.createToken({ name: 'a' })
    const before = Date.now()
    const { token, expires_at } = await temp.client.printToken({ token_id: id })
    expect(looksLikeToken(token)).toBe(true)
    const hours = (Date.parse(expires_at) - before) / 3_600_000
    expect([hours >= 12, hours < 12.1]).toEqual([true, true])
    expect(await temp.client.listTokens()).toEqual([{ id, ...made }])
    expect(findSecret(token.slice(8, 51), {}, [temp.home])).toEqual([])
  })

  it('prints none of kind admin, expired or revoked, and is for the command line alone', async () => {
    await using temp = await openTempCore()
    const admin = await temp.client.createToken({ name: 'admin', kind: 'admin' })
    const expired = await temp.client.createToken({ name: 'expired', expires_in_days: 1 })
    tamper(temp.home, "UPDATE token SET expires_at = '2026-01-01T00:00:00.000Z' WHERE id = ?", expired.id)
    const revoked = await temp.client.createToken({ name: 'revoked' })
    await temp.client.revokeToken({ token_id: revoked.id })
    const before = dumpVault(temp.home)
    for (const [token_id, code] of [
      [admin.id, 'not_allowed'],
      [expired.id, 'token_expired'],
      [revoked.id, 'token_not_found'],
    ] as const) {
      expect(await temp.call('printToken', { token_id })).toMatchObject({ ok: false, error: { code } })
    }
    expect(dumpVault(temp.home)).toEqual(before)
    await using window = await openTempCore({ door: 'window' })
    expect(await window.call('printToken', { token_id: 1 })).toMatchObject({ error: { code: 'not_allowed' } })
  })
})
