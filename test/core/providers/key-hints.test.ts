import { describe, expect, it } from 'vitest'
import { openTempCore } from '../../support/temp-core.ts'
import { dumpVault } from '../../support/vault-dump.ts'

const LONG = 'sk-proj-abcdefghijklmnWq3A'

describe('the hint of a key', () => {
  it('is its last four characters, of a key of 20 and more, and of no shorter one', async () => {
    await using temp = await openTempCore({ door: 'window' })
    const { client } = temp
    await client.updateProvider({ provider_id: 1, api_key: LONG })
    await client.updateProvider({ provider_id: 2, api_key: 'sk-1234567890123456' })
    await client.addKey({ provider_id: 2, api_key: '12345678901234567890' })
    await client.updateProvider({ provider_id: 3, api_key: 'ключ-ключ-ключ-ключ-ключ' })
    const { id } = await client.createProvider({ name: 'own', display_name: 'Own', api_key: `${LONG}-own1` })
    expect(
      (await client.listKeyHints()).map(({ provider_id, is_first, hint }) => [provider_id, is_first, hint]),
    ).toEqual([
      [1, true, 'Wq3A'],
      [2, false, '7890'],
      [id, true, 'own1'],
    ])
  })

  it('goes with its key, and another key has another', async () => {
    await using temp = await openTempCore({ door: 'window' })
    const { client } = temp
    const hints = async () => (await client.listKeyHints()).map(({ hint }) => hint)
    await client.updateProvider({ provider_id: 1, api_key: LONG })
    await client.updateProvider({ provider_id: 1, api_key: `${LONG}-new2` })
    expect(await hints()).toEqual(['new2'])
    await client.removeApiKey({ provider_id: 1 })
    expect(await hints()).toEqual([])
    const { id } = await client.createProvider({ name: 'own', display_name: 'Own', api_key: `${LONG}-own1` })
    await client.deleteProvider({ provider_id: id })
    expect(dumpVault(temp.home)['key_hint']).toEqual([])
  })

  it('is told to the window and through no other door', async () => {
    await using temp = await openTempCore({ door: 'rest' })
    await temp.client.updateProvider({ provider_id: 1, api_key: LONG })
    expect(await temp.call('listKeyHints')).toMatchObject({ ok: false, error: { code: 'not_allowed' } })
    expect(
      JSON.stringify([await temp.client.listProviders(), await temp.client.listKeys({ provider_id: 1 })]),
    ).not.toContain('Wq3A')
  })
})
