import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AcmeVault, ACME_CATALOG } from '../../support/acme-vault.ts'

let vault: AcmeVault
beforeEach(async () => {
  vault = await AcmeVault.open()
})
afterEach(() => vault[Symbol.asyncDispose]())

describe('what the catalog says of a provider', () => {
  it('is told with what differs, by the person’s own hand', async () => {
    await vault.update(vault.acme, { display_name: 'Mine', dialect: 'google' })
    await vault.temp.client.deleteModel({ model_id: vault.acme.models[1]?.id ?? 0 })
    expect(await vault.temp.client.getCatalogEntry({ provider_id: vault.acme.id })).toEqual({
      display_name: 'Acme',
      base_url: 'https://api.acme.example/v1',
      dialect: 'openai',
      auth: 'bearer',
      differs: ['display_name', 'dialect'],
      offered_base_url: null,
      deleted_models: ['two'],
    })
  })

  it('is told with an address on offer, which a reset takes with the key', async () => {
    await vault.update(vault.acme, { api_key: 'ak-1' })
    await vault.startWith(ACME_CATALOG.replace('api.acme.example', 'new.acme.example'))
    const offered = 'https://new.acme.example/v1'
    expect(await vault.temp.client.getCatalogEntry({ provider_id: vault.acme.id })).toMatchObject({
      offered_base_url: offered,
      differs: ['base_url'],
    })
    expect(await vault.refused('resetProvider', { provider_id: vault.acme.id })).toMatchObject({
      code: 'key_reentry_required',
    })
    expect(await vault.temp.client.resetProvider({ provider_id: vault.acme.id, api_key: 'ak-2' })).toMatchObject({
      base_url: offered,
      key_state: 'stored',
    })
    expect(await vault.temp.client.getCatalogEntry({ provider_id: vault.acme.id })).toMatchObject({
      offered_base_url: null,
    })
  })

  it('stays on offer where a client sends back what it got', async () => {
    const keyed = await vault.update(vault.acme, { api_key: 'ak-1' })
    await vault.startWith(ACME_CATALOG.replace('api.acme.example', 'new.acme.example'))
    await vault.update(vault.acme, keyed)
    expect(await vault.temp.client.getCatalogEntry({ provider_id: vault.acme.id })).toMatchObject({
      offered_base_url: 'https://new.acme.example/v1',
    })
  })

  it('comes back by a reset, in every field, and keeps key and models', async () => {
    const mine = { display_name: 'Mine', dialect: 'google', auth: 'api-key', base_url: 'https://api.acme.example/v9' }
    await vault.update(vault.acme, { ...mine, api_key: 'ak-1' })
    expect(await vault.temp.client.resetProvider({ provider_id: vault.acme.id })).toMatchObject({
      display_name: 'Acme',
      dialect: 'openai',
      auth: 'bearer',
      base_url: 'https://api.acme.example/v1',
      key_state: 'stored',
    })
    expect(await vault.temp.client.getCatalogEntry({ provider_id: vault.acme.id })).toMatchObject({ differs: [] })
  })

  it('brings deleted models back', async () => {
    for (const { id } of vault.acme.models) await vault.temp.client.deleteModel({ model_id: id })
    await vault.startWith(ACME_CATALOG)
    expect(await vault.temp.client.listModels({ provider_id: vault.acme.id })).toEqual([])
    const { models } = await vault.temp.client.bringBackModels({ provider_id: vault.acme.id })
    expect(models.map(({ name }) => name)).toEqual(['one', 'two'])
  })

  it('is nothing for a custom provider, also one that bears a name of the catalog', async () => {
    const foreign = await vault.temp.client.createProvider({ name: 'later', display_name: 'Mine' })
    await vault.startWith(`${ACME_CATALOG}  later: { models: [theirs] }\n`)
    for (const operation of ['getCatalogEntry', 'resetProvider', 'bringBackModels'] as const) {
      for (const { id } of [vault.own, foreign]) {
        expect(await vault.refused(operation, { provider_id: id })).toMatchObject({ code: 'not_allowed' })
      }
    }
  })
})
