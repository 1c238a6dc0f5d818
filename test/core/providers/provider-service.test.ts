import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { getProviderByName } from '../../../src/core/providers/provider-service.ts'
import { AcmeVault } from '../../support/acme-vault.ts'
import { dumpVault } from '../../support/vault-dump.ts'

let vault: AcmeVault
beforeEach(async () => {
  vault = await AcmeVault.open()
})
afterEach(() => vault[Symbol.asyncDispose]())

describe('createProvider', () => {
  it('stores what is given, with key and models, and answers it without the key', async () => {
    const created = await vault.temp.client.createProvider({
      name: 'new-1.x_y',
      display_name: '  New  ',
      base_url: ' http://localhost:11434/v1 ',
      dialect: 'anthropic',
      api_key: ' sk-secret ',
      models: [' a ', 'b', '', 'a', '   '],
    })
    expect(created).toMatchObject({
      name: 'new-1.x_y',
      display_name: 'New',
      base_url: 'http://localhost:11434/v1',
      dialect: 'anthropic',
      auth: 'x-api-key',
      has_api_key: true,
      key_state: 'stored',
      is_predefined: false,
      key_url: null,
      key_prefixes: [],
    })
    expect(created.models.map(({ name, display_name }) => [name, display_name])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ])
    expect(JSON.stringify(created)).not.toContain('sk-secret')
    expect(await vault.temp.client.getProvider({ provider_id: created.id })).toEqual(created)
  })

  it.each([
    [undefined, 'openai', 'bearer'],
    ['openai', 'openai', 'bearer'],
    ['anthropic', 'anthropic', 'x-api-key'],
    ['google', 'google', 'x-goog-api-key'],
  ] as const)('takes dialect %s as %s, sent as %s', async (dialect, taken, auth) => {
    const input = { name: 'x', display_name: 'X', ...(dialect === undefined ? {} : { dialect }) }
    expect(await vault.temp.client.createProvider(input)).toMatchObject({ dialect: taken, auth })
  })

  it('takes null as not given, in every field that may be left out', async () => {
    const reply = await vault.temp.call('createProvider', {
      name: 'x',
      display_name: 'X',
      base_url: null,
      dialect: null,
      auth: null,
      api_key: null,
      models: null,
    })
    expect(reply).toMatchObject({
      ok: true,
      value: { base_url: null, dialect: 'openai', auth: 'bearer', has_api_key: false, key_state: 'none', models: [] },
    })
  })

  it('refuses a name that is taken, also by one of the catalog', async () => {
    for (const name of ['own', 'acme']) {
      expect(await vault.refused('createProvider', { name, display_name: 'X' })).toMatchObject({
        code: 'provider_exists',
        detail: `Provider with name '${name}' already exists`,
      })
    }
  })

  it.each([
    ['name', undefined],
    ['name', ''],
    ['name', '-x'],
    ['name', '.x'],
    ['name', 'Upper'],
    ['name', 'with space'],
    ['name', 'a/b'],
    ['name', 'ä'],
    ['name', '__proto__'],
    ['name', 'x'.repeat(101)],
    ['name', 7],
    ['display_name', undefined],
    ['display_name', ''],
    ['display_name', '   '],
    ['display_name', 'a\nb'],
    ['display_name', 'a\u0000b'],
    ['display_name', 'x'.repeat(256)],
    ['base_url', ''],
    ['base_url', 'example.com'],
    ['base_url', 'http://example.com'],
    ['dialect', 'morse'],
    ['auth', 'basic'],
    ['api_key', ''],
    ['api_key', '   '],
    ['api_key', 'sk 1'],
    ['api_key', 'sk-\n1'],
    ['api_key', 'x'.repeat(8193)],
    ['api_key', 42],
    ['models', 'm'],
    ['models', [null]],
    ['models', ['a\nb']],
    ['models', ['x'.repeat(256)]],
  ])('refuses %s %j by its field', async (field, value) => {
    const input = { name: 'x', display_name: 'X', [field]: value }
    const error = await vault.refused('createProvider', input)
    expect(error).toMatchObject({ code: 'invalid_input' })
    const { errors } = error as { errors: { path: string }[] }
    expect(errors.map(({ path }) => path.split('.')[0])).toEqual([field])
  })

  it('takes a key of 8,192 characters and a name of 100', async () => {
    const name = 'x'.repeat(100)
    expect(
      await vault.temp.client.createProvider({ name, display_name: 'X', api_key: 'k'.repeat(8192) }),
    ).toMatchObject({
      has_api_key: true,
    })
  })

  it('refuses a field there is none of, by its name, and repeats no value', async () => {
    const error = await vault.refused('createProvider', { name: 'x', display_name: 'X', apikey: 'sk-secret-typo' })
    expect(error).toEqual({
      code: 'invalid_input',
      detail: 'apikey: There is no field of this name here.',
      errors: [{ path: 'apikey', message: 'There is no field of this name here.' }],
    })
    expect(JSON.stringify(error)).not.toContain('sk-secret-typo')
  })

  it('gives one name to one of ten that ask at once', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => vault.temp.call('createProvider', { name: 'race', display_name: 'X' })),
    )
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1)
    expect(replies.flatMap((reply) => (reply.ok ? [] : [reply.error.code]))).toEqual(Array(9).fill('provider_exists'))
  })
})

describe('removeApiKey', () => {
  it('removes the key and keeps the provider, and is done where there is none', async () => {
    await vault.update(vault.own, { api_key: 'sk-1' })
    await vault.temp.client.removeApiKey({ provider_id: vault.own.id })
    expect(await vault.temp.client.getProvider({ provider_id: vault.own.id })).toMatchObject({
      has_api_key: false,
      models: [{}],
    })
    const before = dumpVault(vault.home)
    await vault.temp.client.removeApiKey({ provider_id: vault.own.id })
    expect(dumpVault(vault.home)).toEqual(before)
    expect(await vault.refused('removeApiKey', { provider_id: 99 })).toMatchObject({ code: 'provider_not_found' })
  })
})

describe('deleteProvider', () => {
  it('deletes a custom provider and its models, for good', async () => {
    await vault.temp.client.deleteProvider({ provider_id: vault.own.id })
    expect(await vault.refused('getProvider', { provider_id: vault.own.id })).toMatchObject({
      code: 'provider_not_found',
    })
    expect(await vault.refused('deleteProvider', { provider_id: vault.own.id })).toMatchObject({
      code: 'provider_not_found',
    })
  })

  it('refuses a predefined one', async () => {
    expect(await vault.refused('deleteProvider', { provider_id: vault.acme.id })).toMatchObject({
      code: 'provider_predefined',
      detail: "Provider 'acme' is predefined and cannot be deleted",
    })
  })

  it('leaves nothing for one of the same name that is made later', async () => {
    await vault.update(vault.own, { api_key: 'sk-1' })
    await vault.temp.client.deleteProvider({ provider_id: vault.own.id })
    const again = await vault.temp.client.createProvider({ name: 'own', display_name: 'Own' })
    expect(again).toMatchObject({ has_api_key: false, models: [], base_url: null })
    expect(again.id).not.toBe(vault.own.id)
  })
})

describe('the lists', () => {
  it('are by id, with keys only, and by model name', async () => {
    const names = (await vault.temp.client.listProviders()).map(({ name }) => name)
    expect(names).toEqual(['acme', 'bare', 'own'])
    await vault.update(vault.own, { api_key: 'sk-1' })
    expect((await vault.temp.client.listProvidersWithKeys()).map(({ name }) => name)).toEqual(['own'])
    await vault.update(vault.acme, { api_key: 'ak-1' })
    expect(await vault.temp.client.listModelNames()).toEqual(['acme/one', 'acme/two', 'own/m'])
    expect((await vault.temp.client.listModels({ provider_id: vault.acme.id })).map(({ name }) => name)).toEqual([
      'one',
      'two',
    ])
  })

  it('name a provider that is not there', async () => {
    for (const operation of ['getProvider', 'listModels', 'getCatalogEntry'] as const) {
      expect(await vault.refused(operation, { provider_id: 99 })).toMatchObject({ code: 'provider_not_found' })
    }
    await expect(getProviderByName(vault.temp.core.vault, 'none')).rejects.toThrow(
      "Provider with name 'none' not found",
    )
    expect(await getProviderByName(vault.temp.core.vault, 'own')).toMatchObject({ id: vault.own.id })
  })

  it.each([1.5, '1', Number.NaN, {}, [], true])('refuse %j as an id', async (provider_id) => {
    expect(await vault.refused('getProvider', { provider_id })).toMatchObject({
      code: 'invalid_input',
      errors: [{ path: 'provider_id', message: 'The id must be an integer.' }],
    })
  })

  it('know no provider of a number beyond all', async () => {
    for (const provider_id of [0, -1, 2 ** 53, 1e300]) {
      expect(await vault.refused('getProvider', { provider_id })).toMatchObject({ code: 'provider_not_found' })
    }
  })
})

describe('models', () => {
  it('are added and deleted', async () => {
    const model = await vault.temp.client.addModel({
      provider_id: vault.own.id,
      name: ' vendor/x:free ',
      display_name: ' X ',
    })
    expect(model).toMatchObject({ provider_id: vault.own.id, name: 'vendor/x:free', display_name: 'X' })
    await vault.temp.client.deleteModel({ model_id: model.id })
    expect(await vault.refused('deleteModel', { model_id: model.id })).toMatchObject({ code: 'model_not_found' })
  })

  it('have a name that is theirs alone', async () => {
    expect(await vault.refused('addModel', { provider_id: vault.own.id, name: 'm', display_name: 'M' })).toMatchObject({
      code: 'model_exists',
      detail: "Model with name 'm' already exists for this provider",
    })
  })

  it.each([
    [{ name: '', display_name: 'X' }, 'name'],
    [{ name: 'x' }, 'display_name'],
    [{ name: 'a\u001b[31m', display_name: 'X' }, 'name'],
    [{ name: 'x', display_name: 'X', price: 1 }, 'price'],
  ])('are refused by their field: %j', async (fields, path) => {
    expect(await vault.refused('addModel', { provider_id: vault.own.id, ...fields })).toMatchObject({
      errors: [{ path }],
    })
  })
})
