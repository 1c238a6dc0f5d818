import { describe, expect, it } from 'vitest'
import { noLimits } from '../../../src/shared/limit-schemas.ts'
import { openTempCore } from '../../support/temp-core.ts'

describe('updateProviderLimits', () => {
  it('changes what is given, lifts what is null, and answers what holds', async () => {
    await using temp = await openTempCore()
    const { client } = temp
    const spent = { day: 0, month: 0 }
    expect(await client.getProviderLimits({ provider_id: 1 })).toEqual({ ...noLimits, spent })
    await client.updateProviderLimits({ provider_id: 1, spend_per_day: 5, requests_per_minute: 60 })
    const after = { ...noLimits, spend_per_day: 7.5, requests_per_minute: 60, spent }
    expect(await client.updateProviderLimits({ provider_id: 1, spend_per_day: 7.5 })).toEqual(after)
    expect(await client.getProviderLimits({ provider_id: 1 })).toEqual(after)
    expect(await client.updateProviderLimits({ provider_id: 1, spend_per_day: null })).toMatchObject({
      spend_per_day: null,
      requests_per_minute: 60,
    })
    // What was answered may be sent back.
    expect(await temp.call('updateProviderLimits', { provider_id: 1, ...after })).toEqual({ ok: true, value: after })
    const acts = (await client.listAudit({})).events.map(({ act, provider, detail }) => [act, provider, detail])
    expect(acts).toContainEqual(['provider.limits', 'openai', { spend_per_day: null }])
  })

  it('says what is wrong, and changes nothing', async () => {
    await using temp = await openTempCore()
    for (const [input, code] of [
      [{ provider_id: 99, spend_per_day: 5 }, 'provider_not_found'],
      [{ provider_id: 1, spend_per_day: 0 }, 'invalid_input'],
      [{ provider_id: 1, spend_per_week: 5 }, 'invalid_input'],
    ] as const) {
      expect(await temp.call('updateProviderLimits', input)).toMatchObject({ ok: false, error: { code } })
    }
    expect(await temp.client.getProviderLimits({ provider_id: 1 })).toMatchObject(noLimits)
  })

  it('is forgotten with its provider', async () => {
    await using temp = await openTempCore()
    const make = async () => (await temp.client.createProvider({ name: 'own', display_name: 'Own' })).id
    const first = await make()
    await temp.client.updateProviderLimits({ provider_id: first, spend_per_day: 5 })
    await temp.client.deleteProvider({ provider_id: first })
    expect(await temp.client.getProviderLimits({ provider_id: await make() })).toMatchObject(noLimits)
  })
})

describe('pauseTools', () => {
  it('says since when, once, and is seen in the status of every process', async () => {
    await using temp = await openTempCore()
    await using other = await openTempCore({ home: temp.home, key: temp.key })
    expect(await temp.client.getStatus()).toMatchObject({ tools_paused_at: null })
    const { paused_at } = await temp.client.pauseTools({ paused: true })
    expect(await temp.client.pauseTools({ paused: true })).toEqual({ paused_at })
    expect(await other.client.getStatus()).toMatchObject({ tools_paused_at: paused_at })
    expect(await other.client.pauseTools({ paused: false })).toEqual({ paused_at: null })
    const acts = (await temp.client.listAudit({})).events.map(({ act }) => act)
    expect(acts.slice(0, 2)).toEqual(['tools.resume', 'tools.pause'])
  })
})
