import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { outputOnlyFields } from '../../../src/shared/schemas.ts'
import { AcmeVault, ACME_CATALOG } from '../../support/acme-vault.ts'
import { dumpVault } from '../../support/vault-dump.ts'

let vault: AcmeVault
beforeEach(async () => {
  vault = await AcmeVault.open()
})
afterEach(() => vault[Symbol.asyncDispose]())

describe('updateProvider', () => {
  it('changes the fields given and no others', async () => {
    expect(await vault.update(vault.own, { display_name: 'New' })).toEqual({
      ...vault.own,
      display_name: 'New',
      updated_at: expect.any(String),
    })
    const changed = await vault.update(vault.own, { dialect: 'google', auth: 'api-key' })
    expect(changed).toMatchObject({
      display_name: 'New',
      dialect: 'google',
      auth: 'api-key',
      base_url: vault.own.base_url,
    })
  })

  it('stores key, display name and address together, on a custom and on a predefined provider', async () => {
    for (const provider of [vault.own, vault.acme]) {
      const patch = { api_key: 'sk-1', display_name: 'Both', base_url: 'https://other.example/v2' }
      expect(await vault.update(provider, patch)).toMatchObject({
        display_name: 'Both',
        base_url: 'https://other.example/v2',
        has_api_key: true,
        key_state: 'stored',
      })
    }
  })

  it('takes null as not given', async () => {
    const fields = ['name', 'display_name', 'base_url', 'dialect', 'auth', 'api_key']
    const reply = await vault.temp.call('updateProvider', {
      provider_id: vault.own.id,
      ...Object.fromEntries(fields.map((field) => [field, null])),
    })
    expect(reply).toEqual({ ok: true, value: vault.own })
  })

  it('takes back what it gave, and changes nothing by it', async () => {
    await vault.update(vault.acme, { api_key: 'ak-1' })
    for (const provider of await vault.temp.client.listProviders()) {
      const before = dumpVault(vault.home)
      expect(await vault.temp.call('updateProvider', { provider_id: provider.id, ...provider })).toEqual({
        ok: true,
        value: provider,
      })
      expect(dumpVault(vault.home)).toEqual(before)
    }
  })

  it.each([...outputOnlyFields])('passes over %s, whatever is sent in it', async (field) => {
    expect(await vault.temp.call('updateProvider', { provider_id: vault.own.id, [field]: { any: 'thing' } })).toEqual({
      ok: true,
      value: vault.own,
    })
  })

  it('refuses another name, and a field there is none of', async () => {
    expect(await vault.refusedUpdate(vault.own, { name: 'other' })).toMatchObject({
      code: 'invalid_input',
      errors: [{ path: 'name', message: 'A name cannot be changed.' }],
    })
    expect(await vault.refusedUpdate(vault.own, { apikey: 'x' })).toMatchObject({ errors: [{ path: 'apikey' }] })
  })

  it('refuses an empty key: removing is an operation of its own', async () => {
    await vault.update(vault.own, { api_key: 'sk-1' })
    for (const api_key of ['', '  ']) {
      expect(await vault.refusedUpdate(vault.own, { api_key })).toMatchObject({
        code: 'invalid_input',
        errors: [{ path: 'api_key', message: 'A key cannot be empty. Removing a key is an act of its own.' }],
      })
    }
  })

  it('says each field that is wrong, and changes none', async () => {
    const error = await vault.refusedUpdate(vault.own, {
      base_url: 'x',
      dialect: 'x',
      api_key: '',
      display_name: 'Fine',
    })
    expect((error as { errors: { path: string }[] }).errors.map(({ path }) => path).sort()).toEqual([
      'api_key',
      'base_url',
      'dialect',
    ])
  })

  it('says that there is no such provider', async () => {
    expect(await vault.refused('updateProvider', { provider_id: 4711, display_name: 'X' })).toMatchObject({
      code: 'provider_not_found',
      detail: 'Provider with ID 4711 not found',
    })
  })

  describe('with an empty text', () => {
    it('clears the address of a custom provider', async () => {
      expect(await vault.update(vault.own, { base_url: '' })).toMatchObject({ base_url: null })
    })

    it('refuses an empty display name of a custom provider', async () => {
      expect(await vault.refusedUpdate(vault.own, { display_name: '  ' })).toMatchObject({
        errors: [{ path: 'display_name' }],
      })
    })

    it('goes back to the catalog’s on a predefined provider', async () => {
      await vault.update(vault.acme, { display_name: 'Mine', base_url: 'https://mine.example' })
      expect(await vault.update(vault.acme, { display_name: '', base_url: '' })).toMatchObject({
        display_name: 'Acme',
        base_url: 'https://api.acme.example/v1',
      })
      expect(dumpVault(vault.home)['provider']?.[0]).toMatchObject({ edited: '[]' })
    })

    it('follows the catalog again, also where the person’s text was the same by chance', async () => {
      await vault.update(vault.acme, { display_name: 'Acme II' })
      await vault.startWith(ACME_CATALOG.replace('display_name: Acme', 'display_name: Acme II'))
      await vault.update(vault.acme, { display_name: '' })
      await vault.startWith(ACME_CATALOG.replace('display_name: Acme', 'display_name: Acme III'))
      expect((await vault.temp.client.getProvider({ provider_id: vault.acme.id })).display_name).toBe('Acme III')
    })
  })

  describe('an address of another origin', () => {
    const needed = { code: 'key_reentry_required', hint: 'Send the key in the same request as the new address.' }

    it.each([
      ['host', 'https://evil.example/v1'],
      ['port', 'https://own.example:8443/v1'],
      ['scheme', 'http://localhost/v1'],
      ['no address', ''],
    ])('needs the key in the same request where a key is stored: another %s', async (_, base_url) => {
      await vault.update(vault.own, { api_key: 'sk-1' })
      expect(await vault.refusedUpdate(vault.own, { base_url, display_name: 'X' })).toMatchObject({
        ...needed,
        detail: expect.stringContaining('it was entered for https://own.example and goes nowhere else'),
      })
      expect(await vault.update(vault.own, { base_url, api_key: 'sk-2' })).toMatchObject({ key_state: 'stored' })
    })

    it('counts as one where there was none', async () => {
      await vault.update(vault.own, { base_url: '', api_key: 'sk-1' })
      expect(await vault.refusedUpdate(vault.own, { base_url: 'https://own.example' })).toMatchObject({
        ...needed,
        detail: expect.stringContaining('it was entered when there was no address'),
      })
    })

    it('holds for a predefined provider as well', async () => {
      await vault.update(vault.acme, { api_key: 'ak-1' })
      expect(await vault.refusedUpdate(vault.acme, { base_url: 'https://evil.example/v1' })).toMatchObject(needed)
    })

    it('is free where no key is stored', async () => {
      expect(await vault.update(vault.own, { base_url: 'https://elsewhere.example' })).toMatchObject({
        base_url: 'https://elsewhere.example',
      })
    })

    it.each(['https://own.example/v2', 'https://own.example', 'https://own.example:443/x', 'HTTPS://OWN.EXAMPLE/v1'])(
      'is not what only the path or the spelling makes: %s',
      async (base_url) => {
        await vault.update(vault.own, { api_key: 'sk-1' })
        expect(await vault.update(vault.own, { base_url })).toMatchObject({ base_url, key_state: 'stored' })
      },
    )
  })

  it('moves updated_at with the provider’s own fields and key, and with nothing else', async () => {
    const moved = async (act: () => Promise<unknown>): Promise<boolean> => {
      const before = await vault.temp.client.getProvider({ provider_id: vault.own.id })
      // A clock of milliseconds could stand still in between.
      while (new Date().toISOString() <= before.updated_at) await new Promise((resolve) => setImmediate(resolve))
      await act()
      return (await vault.temp.client.getProvider({ provider_id: vault.own.id })).updated_at > before.updated_at
    }
    expect(await moved(() => vault.update(vault.own, { display_name: 'X' }))).toBe(true)
    expect(await moved(() => vault.update(vault.own, { api_key: 'sk-1' }))).toBe(true)
    expect(await moved(() => vault.update(vault.own, { api_key: 'sk-1' }))).toBe(true)
    expect(await moved(() => vault.temp.client.removeApiKey({ provider_id: vault.own.id }))).toBe(true)
    expect(await moved(() => vault.temp.client.removeApiKey({ provider_id: vault.own.id }))).toBe(false)
    expect(await moved(() => vault.update(vault.own, { display_name: 'X' }))).toBe(false)
    const addModel = () => vault.temp.client.addModel({ provider_id: vault.own.id, name: 'n', display_name: 'N' })
    expect(await moved(addModel)).toBe(false)
    expect(await moved(() => vault.temp.client.deleteModel({ model_id: vault.own.models[0]?.id ?? 0 }))).toBe(false)
    expect(await moved(() => vault.startWith(ACME_CATALOG))).toBe(false)
  })
})
