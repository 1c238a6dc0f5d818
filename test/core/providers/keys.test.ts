import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProviderKey } from '../../../src/shared/provider-key-schemas.ts'
import { AcmeVault, ACME_CATALOG } from '../../support/acme-vault.ts'
import { ask, dumpVault, tamper } from '../../support/vault-dump.ts'

let vault: AcmeVault
beforeEach(async () => {
  vault = await AcmeVault.open()
  await vault.update(vault.own, { api_key: 'sk-one' })
})
afterEach(() => vault[Symbol.asyncDispose]())

const ref = (): { provider_id: number } => ({ provider_id: vault.own.id })
const list = (): Promise<ProviderKey[]> => vault.temp.client.listKeys(ref())
const labels = async (): Promise<string[]> => (await list()).map(({ label }) => label)
const add = (api_key: string, more: object = {}): Promise<ProviderKey> =>
  vault.temp.client.addKey({ ...ref(), api_key, ...more })
const idOf = async (label: string): Promise<string> => (await list()).find((key) => key.label === label)?.id ?? ''
const update = async (label: string, patch: object): Promise<ProviderKey> =>
  vault.temp.client.updateKey({ ...ref(), key_id: await idOf(label), ...patch })

describe('the keys of a provider', () => {
  it('are listed in their order, the first being its api_key, with nothing of the keys themselves', async () => {
    expect(await vault.temp.client.listKeys({ provider_id: vault.acme.id })).toEqual([])
    await add('sk-two-canary')
    await add('sk-three-canary', { label: ' Team ', enabled: false })
    const key = { id: expect.stringMatching(/^[0-9a-f]{32}$/), state: 'untested', retry_at: null, last_used_at: null }
    const keys = await list()
    expect(keys).toEqual([
      { ...key, label: 'Key 1', position: 1, enabled: true },
      { ...key, label: 'Key 2', position: 2, enabled: true },
      { ...key, label: 'Team', position: 3, enabled: false },
    ])
    expect(JSON.stringify(keys)).not.toContain('canary')
    expect(keys[0]?.id).toBe(ask(vault.home, 'SELECT key_id FROM provider WHERE id = ?', vault.own.id))
  })

  it('begin with the one that is added where there is none', async () => {
    await vault.temp.client.addKey({ provider_id: vault.acme.id, api_key: 'ak-1', label: 'Mine' })
    expect(await vault.temp.client.getProvider({ provider_id: vault.acme.id })).toMatchObject({
      has_api_key: true,
      key_state: 'stored',
    })
    expect(await vault.temp.client.listKeys({ provider_id: vault.acme.id })).toMatchObject([{ label: 'Mine' }])
  })

  it('are never found in the file as they are, wherever they stand', async () => {
    await add('sk-two')
    await update('Key 2', { position: 1 })
    expect(JSON.stringify(dumpVault(vault.home))).not.toContain('sk-')
  })

  it('can be moved, and each stays the key it was', async () => {
    await add('sk-two')
    await add('sk-three', { position: 1 })
    expect(await labels()).toEqual(['Key 3', 'Key 1', 'Key 2'])
    const ids = new Map((await list()).map(({ label, id }) => [label, id]))
    expect(await update('Key 2', { position: 1 })).toMatchObject({ position: 1, id: ids.get('Key 2') })
    expect(await update('Key 3', { position: 90 })).toMatchObject({ position: 3 })
    expect(new Map((await list()).map(({ label, id }) => [label, id]))).toEqual(
      new Map(['Key 2', 'Key 1', 'Key 3'].map((label) => [label, ids.get(label)])),
    )
    expect((await list()).map(({ state }) => state)).not.toContain('unreadable')
  })

  it('can be named, switched off and exchanged; what is sent back changes nothing', async () => {
    const added = await add('sk-two')
    expect(await update('Key 2', { label: 'Two', enabled: false })).toEqual({ ...added, label: 'Two', enabled: false })
    const before = dumpVault(vault.home)
    const { id, ...same } = await update('Two', {})
    await vault.temp.client.updateKey({ ...ref(), key_id: id ?? '', ...same })
    await vault.temp.call('updateKey', { ...ref(), key_id: id, ...same, id })
    expect(dumpVault(vault.home)).toEqual(before)
    const exchanged = await update('Two', { api_key: 'sk-other' })
    expect(exchanged).toMatchObject({ label: 'Two', enabled: false, position: 2 })
    expect(exchanged.id).not.toBe(added.id)
  })

  it('are removed one by one, and the next takes the place of the first', async () => {
    await add('sk-two')
    await add('sk-three')
    const [, second, third] = await list()
    await vault.temp.client.removeApiKey(ref())
    expect(await list()).toEqual([
      { ...second, position: 1 },
      { ...third, position: 2 },
    ])
    await vault.temp.client.removeKey({ ...ref(), key_id: third?.id ?? '' })
    await vault.temp.client.removeKey({ ...ref(), key_id: 'first' })
    expect(await list()).toEqual([])
    expect(await vault.temp.client.getProvider(ref())).toMatchObject({ has_api_key: false, key_state: 'none' })
  })

  it('have labels of their own, whatever the case', async () => {
    await add('sk-two', { label: 'Team' })
    const taken = { code: 'key_label_exists', detail: "Provider 'own' already has a key with the label 'TEAM'" }
    expect(await vault.refused('addKey', { ...ref(), api_key: 'sk-3', label: 'TEAM' })).toMatchObject(taken)
    expect(await vault.refused('updateKey', { ...ref(), key_id: 'first', label: 'TEAM' })).toMatchObject(taken)
    expect(await update('Team', { label: 'TEAM' })).toMatchObject({ label: 'TEAM' })
    await update('TEAM', { label: 'Key 3' })
    expect(await add('sk-3')).toMatchObject({ label: 'Key 4' })
  })

  it('are refused where there is no such key or provider, or what is sent is no key', async () => {
    const nobody = { provider_id: 4711 }
    for (const [operation, input, code] of [
      ['listKeys', nobody, 'provider_not_found'],
      ['addKey', { ...nobody, api_key: 'x' }, 'provider_not_found'],
      ['updateKey', { ...nobody, key_id: 'first', enabled: false }, 'provider_not_found'],
      ['updateKey', { ...ref(), key_id: '0'.repeat(32), enabled: false }, 'key_not_found'],
      ['removeKey', { ...ref(), key_id: 'second' }, 'key_not_found'],
      ['removeKey', { provider_id: vault.acme.id, key_id: 'first' }, 'key_not_found'],
      ['addKey', { ...ref(), api_key: 'two words' }, 'invalid_input'],
      ['addKey', { ...ref(), api_key: 'a,b', position: 0 }, 'invalid_input'],
      ['updateKey', { ...ref(), key_id: 'first', label: 'a\nb' }, 'invalid_input'],
    ] as const) {
      expect([operation, await vault.refused(operation, input)]).toMatchObject([operation, { code }])
    }
  })

  it('stay with the address they were entered for: it changes only once there is one key', async () => {
    await add('sk-two')
    const elsewhere = { base_url: 'https://evil.example/v1' }
    const refusal = {
      code: 'further_keys_stay',
      detail: "Provider 'own' has a further key that was entered for https://own.example, and goes nowhere else",
    }
    expect(await vault.refusedUpdate(vault.own, elsewhere)).toMatchObject(refusal)
    expect(await vault.refusedUpdate(vault.own, { ...elsewhere, api_key: 'sk-1' })).toMatchObject(refusal)
    expect(await vault.update(vault.own, { base_url: 'https://own.example/v2' })).toMatchObject({ key_state: 'stored' })
    await vault.temp.client.removeKey({ ...ref(), key_id: await idOf('Key 2') })
    expect(await vault.update(vault.own, { ...elsewhere, api_key: 'sk-1' })).toMatchObject({ key_state: 'stored' })
  })

  it('of the catalog stay where they are when its address moves or is given back', async () => {
    const acme = { provider_id: vault.acme.id }
    for (const api_key of ['ak-1', 'ak-2']) await vault.temp.client.addKey({ ...acme, api_key })
    await vault.startWith(ACME_CATALOG.replace('api.acme.example', 'moved.example'))
    expect(await vault.temp.client.getProvider(acme)).toMatchObject({ base_url: 'https://api.acme.example/v1' })
    expect(await vault.refused('resetProvider', { ...acme, api_key: 'ak-3' })).toMatchObject({
      code: 'further_keys_stay',
    })
    expect(await vault.temp.client.listKeys(acme)).toMatchObject([{ state: 'untested' }, { state: 'untested' }])
  })

  it('are unreadable where their row was moved to another provider or address, and count as such', async () => {
    await add('sk-two')
    await vault.temp.client.addKey({ provider_id: vault.acme.id, api_key: 'ak-1' })
    tamper(vault.home, 'UPDATE provider_key SET provider_id = ?', vault.acme.id)
    expect(await vault.temp.client.listKeys({ provider_id: vault.acme.id })).toMatchObject([
      { state: 'untested' },
      { state: 'unreadable' },
    ])
    expect(await vault.temp.client.getStatus()).toMatchObject({ vault: { keys: 3, unreadable_keys: 1 } })
  })

  it('that another program wrote stay unreadable wherever they are moved, until they are exchanged', async () => {
    await add('sk-two')
    tamper(
      vault.home,
      'UPDATE provider SET key_id = NULL, binding = NULL, master_key_id = NULL WHERE id = ?',
      vault.own.id,
    )
    expect((await list())[0]).toMatchObject({ id: null, state: 'unreadable' })
    await vault.temp.client.updateKey({ ...ref(), key_id: 'first', position: 2 })
    expect(await list()).toMatchObject([
      { label: 'Key 2', state: 'untested' },
      { label: 'Key 1', state: 'unreadable', id: expect.any(String) },
    ])
    expect(await update('Key 1', { api_key: 'sk-one' })).toMatchObject({ state: 'untested', position: 2 })
  })

  it('leave what was done to them in the audit, and no key', async () => {
    await add('sk-two-canary', { label: 'Team' })
    await update('Team', { enabled: false, position: 1 })
    await update('Team', { api_key: 'sk-other-canary' })
    await vault.temp.client.removeKey({ ...ref(), key_id: await idOf('Team') })
    const { events } = await vault.temp.client.listAudit({ provider: 'own', limit: 4 })
    expect(events.map(({ act, detail }) => [act, detail['label'], detail['changed']])).toEqual([
      ['key.remove', 'Team', undefined],
      ['key.update', 'Team', ['api_key']],
      ['key.update', 'Team', ['enabled', 'position']],
      ['key.add', 'Team', undefined],
    ])
    expect(JSON.stringify(events)).not.toContain('canary')
  })
})
