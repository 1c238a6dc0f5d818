import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/core/actor.ts'
import type { Catalog, CatalogProvider } from '../../src/core/catalog/models-yaml.ts'
import { keysOf, type StoredKey } from '../../src/core/store/key-store.ts'
import {
  MasterKeyChanged,
  type NewProviderRow,
  type ProviderChange,
  type SealedKey,
  type Store,
} from '../../src/core/store/store.ts'
import { defaultSettings } from '../../src/shared/schemas.ts'

export interface OpenedStore {
  store: Store
  /** What the audit table says, oldest first. The port itself does not read it. */
  audit(): { act: string; provider: string | null; door: string; os_user: string; pid: number; detail: unknown }[]
  close(): Promise<void>
}

/** The master key of the stores under test; no store ever sees more of it than this id. */
export const MASTER_KEY = { id: 'master-key-1', source: 'environment', place: 'here' }

const noAnchor = (): never => {
  throw new Error('nothing was removed from this trail')
}
const by: Actor = { door: 'cli', os_user: 'tester', pid: 42 }

export function sealed(token: string, master_key_id = MASTER_KEY.id): SealedKey {
  return { api_key_encrypted: token, key_id: `id of ${token}`, binding: `binding of ${token}`, master_key_id }
}

/** A key with a label of its own. */
export const stored = (token: string): StoredKey => ({ ...sealed(token), label: `label of ${token}`, enabled: true })

export function newRow(name: string, more: Partial<NewProviderRow> = {}): NewProviderRow {
  return { name, display_name: name, base_url: null, dialect: 'openai', auth: 'bearer', key: null, ...more }
}

export function catalogOf(...providers: (Partial<CatalogProvider> & { name: string })[]): Catalog {
  return {
    source: 'models.yaml',
    providers: providers.map((provider) => ({
      display_name: provider.name,
      base_url: `https://${provider.name}.example.com/v1`,
      dialect: 'openai',
      auth: 'bearer',
      endpoints: {},
      key_url: null,
      key_prefixes: [],
      env: [],
      models: [],
      ...provider,
    })),
  }
}

export const modelsOf = (...names: string[]): CatalogProvider['models'] =>
  names.map((name) => ({ name, display_name: name }))

/** What every store has to hold. A new adapter's test is this, and what is special to it. */
export function testStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`the ${name} store`, () => {
    let opened: OpenedStore
    let store: Store
    beforeEach(async () => {
      opened = await open()
      store = opened.store
      await store.recordMasterKey(MASTER_KEY, by)
    })
    afterEach(() => opened.close())

    const insert = (name: string, more: Partial<NewProviderRow> = {}, models: string[] = []) =>
      store.insertProvider(newRow(name, more), models, by)
    const acts = (): string[] => opened.audit().map(({ act }) => act)
    /** Everything a reader can see. */
    const everything = async (): Promise<unknown> => [
      await store.listProviders(),
      await store.readSettings(),
      await store.readVault(),
      await store.tokens.list(),
      opened.audit(),
    ]

    describe('providers', () => {
      it('are listed by id, each with its own models in the order they came', async () => {
        const b = await insert('b', {}, ['z', 'a'])
        const a = await insert('a', {}, ['m'])
        const list = await store.listProviders()
        expect(list).toEqual([b, a])
        expect(list.map(({ models }) => models.map(({ name }) => name))).toEqual([['z', 'a'], ['m']])
        expect(b.id).toBeLessThan(a.id)
      })

      it('are found by id and by name, or not at all', async () => {
        const row = await insert('a', {}, ['m'])
        expect(await store.findProvider({ id: row.id })).toEqual(row)
        expect(await store.findProvider({ name: 'a' })).toEqual(row)
        for (const ref of [{ id: row.id + 1 }, { id: 2 ** 60 }, { name: 'A' }, { name: '' }]) {
          expect(await store.findProvider(ref)).toBeUndefined()
        }
      })

      it('have a stamp that moves with each of their fields, also to and from nothing, and not with their models', async () => {
        const { id } = await insert('a', { display_name: 'A' })
        let last = await store.providerStamp('a')
        const changes: ProviderChange[] = [
          { display_name: 'A\nhttps://x.example' },
          { display_name: 'A', base_url: 'https://x.example' },
          { base_url: null },
          { dialect: 'google' },
          { auth: 'api-key' },
          { key: sealed('t') },
          { key: { ...sealed('t'), key_id: 'other' } },
          { edited: ['auth'] },
        ]
        for (const change of changes) {
          await store.updateProvider(id, 'provider.update', () => change, by)
          const stamp = await store.providerStamp('a')
          expect(stamp, JSON.stringify(change)).not.toBe(last)
          last = stamp
        }
        const keys = [stored('t'), stored('u'), stored('v')]
        const lists = [keys, keys.toReversed(), keys.map((key) => ({ ...key, enabled: false })), [stored('u')], []]
        for (const keys of lists) {
          await store.keys.change(id, 'key.update', () => ({ keys, detail: {} }), by)
          const stamp = await store.providerStamp('a')
          expect(stamp, JSON.stringify(keys)).not.toBe(last)
          last = stamp
        }
        await store.insertModel(id, { name: 'm', display_name: 'm' }, by)
        expect(await store.providerStamp('a')).toBe(last)
        expect(await store.providerStamp('b')).toBeUndefined()
      })

      it('keep every field they were given', async () => {
        const fields = { base_url: 'https://x.example', dialect: 'anthropic', auth: 'x-api-key' } as const
        const row = await insert('a', { ...fields, display_name: 'Ä 💡', key: sealed('token') })
        expect(row).toMatchObject({ ...fields, ...sealed('token'), display_name: 'Ä 💡', is_predefined: false })
        expect(row.created_at).toBe(row.updated_at)
        expect(row.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      })

      it('have a name that is theirs alone', async () => {
        await insert('a')
        const before = await everything()
        await expect(insert('a', { display_name: 'other' }, ['m'])).rejects.toMatchObject({
          code: 'provider_exists',
          message: "Provider with name 'a' already exists",
        })
        expect(await everything()).toEqual(before)
      })

      it('are inserted with all their models or not at all', async () => {
        const before = await everything()
        await expect(insert('a', {}, ['m', 'n', 'm'])).rejects.toMatchObject({ code: 'model_exists' })
        expect(await everything()).toEqual(before)
      })

      it('go with their models, and their name is free again', async () => {
        const row = await insert('a', { key: sealed('token') }, ['m'])
        await store.deleteProvider(row.id, by)
        expect(await store.listProviders()).toEqual([])
        const again = await insert('a')
        expect(again).toMatchObject({ models: [], api_key_encrypted: null })
        expect(again.id).not.toBe(row.id)
      })

      it('of the catalog are not deleted', async () => {
        await store.seed(catalogOf({ name: 'a' }), 'digest', by)
        const [row] = await store.listProviders()
        const before = await everything()
        await expect(store.deleteProvider(row?.id ?? 0, by)).rejects.toMatchObject({ code: 'provider_predefined' })
        expect(await everything()).toEqual(before)
      })

      it('that are not there are said to be so by every act', async () => {
        const before = await everything()
        const missing = { code: 'provider_not_found', message: 'Provider with ID 99 not found' }
        await expect(store.deleteProvider(99, by)).rejects.toMatchObject(missing)
        await expect(store.insertModel(99, { name: 'm', display_name: 'm' }, by)).rejects.toMatchObject(missing)
        await expect(store.bringBackModels(99, [], by)).rejects.toMatchObject(missing)
        await expect(store.updateProvider(99, 'provider.update', () => ({}), by)).rejects.toMatchObject(missing)
        expect(await everything()).toEqual(before)
      })
    })

    describe('an update', () => {
      it('changes what is said and nothing else', async () => {
        const { id, ...before } = await insert('a', { base_url: 'https://x.example', key: sealed('token') }, ['m'])
        const after = await store.updateProvider(id, 'provider.update', () => ({ display_name: 'New' }), by)
        expect(after).toEqual({ ...before, id, display_name: 'New', updated_at: after.updated_at })
        expect(await store.findProvider({ id })).toEqual(after)
      })

      it('sees the row as it is, and leaves all as it was where it throws', async () => {
        const row = await insert('a')
        const before = await everything()
        const update = store.updateProvider(
          row.id,
          'provider.update',
          (seen) => {
            expect(seen).toEqual(row)
            throw new Error('no')
          },
          by,
        )
        await expect(update).rejects.toThrow('no')
        expect(await everything()).toEqual(before)
      })

      it('that changes nothing writes nothing', async () => {
        const { id } = await insert('a', { base_url: 'https://x.example' })
        const before = await everything()
        await store.updateProvider(id, 'provider.update', ({ display_name, edited }) => ({ display_name, edited }), by)
        expect(await everything()).toEqual(before)
      })

      it('that only says whose text a field is leaves updated_at', async () => {
        const before = await insert('a')
        const after = await store.updateProvider(before.id, 'provider.update', () => ({ edited: ['auth'] }), by)
        expect(after).toEqual({ ...before, edited: ['auth'] })
      })

      it('puts a key in, exchanges it and takes it out', async () => {
        const { id } = await insert('a')
        const change = (key: SealedKey | null) => store.updateProvider(id, 'provider.update', () => ({ key }), by)
        expect(await change(sealed('one'))).toMatchObject(sealed('one'))
        expect(await change(sealed('two'))).toMatchObject(sealed('two'))
        expect(await change(null)).toMatchObject({ api_key_encrypted: null, key_id: null, binding: null })
      })

      it('by ten at once loses none', async () => {
        const { id } = await insert('a', { display_name: '0' })
        const add = () =>
          store.updateProvider(
            id,
            'provider.update',
            ({ display_name }) => ({ display_name: `${Number(display_name) + 1}` }),
            by,
          )
        await Promise.all(Array.from({ length: 10 }, add))
        expect(await store.findProvider({ id })).toMatchObject({ display_name: '10' })
      })
    })

    describe('a key sealed under another master key than the vault has now', () => {
      it('is not stored', async () => {
        const { id } = await insert('a')
        const before = await everything()
        const stale = sealed('token', 'another')
        await expect(insert('b', { key: stale })).rejects.toThrow(MasterKeyChanged)
        await expect(
          store.updateProvider(id, 'provider.update', () => ({ display_name: 'x', key: stale }), by),
        ).rejects.toThrow(MasterKeyChanged)
        expect(await everything()).toEqual(before)
      })
    })

    describe('models', () => {
      it('have a name that is theirs alone in their provider', async () => {
        const a = await insert('a', {}, ['m'])
        const b = await insert('b')
        const before = await everything()
        await expect(store.insertModel(a.id, { name: 'm', display_name: 'M' }, by)).rejects.toMatchObject({
          code: 'model_exists',
        })
        expect(await everything()).toEqual(before)
        expect(await store.insertModel(b.id, { name: 'm', display_name: 'M' }, by)).toMatchObject({
          provider_id: b.id,
          name: 'm',
          display_name: 'M',
        })
      })

      it('leave their provider’s updated_at alone', async () => {
        const { id, updated_at } = await insert('a')
        const model = await store.insertModel(id, { name: 'm', display_name: 'm' }, by)
        await store.deleteModel(model.id, by)
        expect(await store.findProvider({ id })).toMatchObject({ updated_at, models: [] })
      })

      it('that are not there are said to be so', async () => {
        await expect(store.deleteModel(7, by)).rejects.toMatchObject({
          code: 'model_not_found',
          message: 'Model with ID 7 not found',
        })
      })

      it('are named provider/model in code point order, of providers with a key', async () => {
        await insert('b', { key: sealed('1') }, ['z', 'B', 'a', 'é', '💡'])
        await insert('a', { key: sealed('2') }, ['vendor/x:free'])
        await insert('c', {}, ['m'])
        expect(await store.listModelNames()).toEqual(['a/vendor/x:free', 'b/B', 'b/a', 'b/z', 'b/é', 'b/💡'])
      })
    })

    describe('settings', () => {
      it('have their defaults until they are set, and keep what they are set to', async () => {
        expect(await store.readSettings()).toEqual(defaultSettings)
        await store.writeSettings({ theme: 'dark', listener_port: 0 }, by)
        await store.writeSettings({ listener_at_start: true }, by)
        expect(await store.readSettings()).toEqual({
          ...defaultSettings,
          theme: 'dark',
          listener_port: 0,
          listener_at_start: true,
        })
      })

      it('that are what they were are not written', async () => {
        await store.writeSettings({ theme: 'dark' }, by)
        const before = await everything()
        await store.writeSettings({ theme: 'dark' }, by)
        await store.writeSettings({}, by)
        expect(await everything()).toEqual(before)
      })
    })

    describe('the master key', () => {
      it('is recorded once', async () => {
        expect(await store.recordMasterKey({ id: 'other', source: 'file', place: 'there' }, by)).toBe(false)
        expect(await store.readVault()).toMatchObject({ master_key_id: MASTER_KEY.id, key_source: 'environment' })
        expect(acts()).toEqual(['vault.create'])
      })

      it('is replaced, and what the new one does not open is dropped; all else stays', async () => {
        const kept = await insert('kept', { key: sealed('1') }, ['m'])
        const lost = await insert('lost', { key: sealed('2'), base_url: 'https://x.example' }, ['m'])
        const none = await insert('none')
        const next = { id: 'next', source: 'file', place: 'there' }
        const dropped = await store.replaceMasterKey(
          MASTER_KEY.id,
          next,
          (_key, { name }) => name === 'kept',
          by,
          noAnchor,
        )
        expect(dropped).toEqual([{ provider: lost, labels: ['Key 1'] }])
        expect(await store.readVault()).toMatchObject({ master_key_id: 'next', key_source: 'file', key_place: 'there' })
        const [first, second, third] = await store.listProviders()
        expect(first).toEqual(kept)
        expect(second).toEqual({
          ...lost,
          api_key_encrypted: null,
          key_id: null,
          binding: null,
          master_key_id: null,
          updated_at: second?.updated_at,
        })
        expect(third).toEqual(none)
      })

      it('is not replaced where it is no longer the one that was lost', async () => {
        await insert('a', { key: sealed('1') })
        const before = await everything()
        const next = { id: 'next', source: 'file', place: 'there' }
        await expect(store.replaceMasterKey('another', next, () => false, by, noAnchor)).rejects.toThrow(
          MasterKeyChanged,
        )
        expect(await everything()).toEqual(before)
      })
    })

    describe('several keys of a provider', () => {
      const [a, b, c] = [stored('a'), stored('b'), stored('c')]
      const put = (id: number, keys: StoredKey[]) =>
        store.keys.change(id, 'key.update', () => ({ keys, detail: { n: keys.length } }), by)

      it('keep their order and what is said of them; the first is the one of the provider itself', async () => {
        const { id } = await insert('p', {}, ['m'])
        for (const keys of [[a, b, c], [c, { ...a, enabled: false }, b], [{ ...b, enabled: false }], []]) {
          const row = await put(id, keys)
          expect(keysOf(row)).toEqual(keys)
          expect(row.api_key_encrypted).toBe(keys[0]?.api_key_encrypted ?? null)
          expect(await store.findProvider({ id })).toEqual(row)
          expect(await store.listProviders()).toEqual([row])
          expect((await store.listProviderHeads()).flatMap(keysOf)).toEqual(keys)
        }
        expect(acts().slice(-4)).toEqual(Array(4).fill('key.update'))
      })

      it('are written down once for each change, and not at all where nothing changes', async () => {
        const { id } = await insert('p')
        const row = await put(id, [a, b])
        const before = await everything()
        expect(await put(id, [a, b])).toEqual(row)
        expect(await everything()).toEqual(before)
        await expect(put(id + 1, [a])).rejects.toMatchObject({ code: 'provider_not_found' })
        const strange = { ...stored('d'), master_key_id: 'another' }
        await expect(put(id, [a, strange])).rejects.toThrow(MasterKeyChanged)
        expect(await everything()).toEqual(before)
      })

      it('move up where the first is removed, and stay where it is exchanged', async () => {
        const { id } = await insert('p')
        await put(id, [a, b, c])
        const removed = await store.updateProvider(id, 'key.remove', () => ({ key: null }), by)
        expect(keysOf(removed)).toEqual([b, c])
        const exchanged = await store.updateProvider(id, 'provider.update', () => ({ key: sealed('d') }), by)
        expect(keysOf(exchanged)).toEqual([{ ...sealed('d'), label: b.label, enabled: true }, c])
      })

      it('are gone with their provider, and what is known of a key with the key', async () => {
        const { id } = await insert('p')
        await put(id, [a, b])
        const told = { state: 'failing', status: 401, at: 5, until: 9 } as const
        const ids = ['a', 'b', 'none'].map((name) => `id of ${name}`)
        await store.keys.noteHealth(ids.map((key_id) => ({ key_id, ...told })))
        const use = {
          token_id: null,
          caller: 'x',
          provider: 'p',
          model: null,
          method: 'POST',
          route: '/',
          attempt: 1,
          costs: true,
        }
        const { at } = await store.tokens.beginUse({ ...use, key_id: ids[1] ?? null }, by)
        const known = async (): Promise<unknown> => [...(await store.keys.facts(ids)).values()]
        const nothing = { health: null, last_used_at: null }
        expect(await known()).toEqual([
          { health: { key_id: ids[0], ...told }, last_used_at: null },
          { health: { key_id: ids[1], ...told }, last_used_at: at },
          nothing,
        ])
        await put(id, [b])
        expect(await known()).toMatchObject([nothing, { health: told }, nothing])
        await store.deleteProvider(id, by)
        expect(await known()).toEqual([nothing, { health: null, last_used_at: at }, nothing])
        expect((await store.listProviderHeads()).flatMap(keysOf)).toEqual([])
      })

      it('are dropped one by one where another master key opens only some', async () => {
        const { id, name } = await insert('p')
        const row = await put(id, [a, b, c])
        const next = { id: 'next', source: 'file', place: 'there' }
        const dropped = await store.replaceMasterKey(
          MASTER_KEY.id,
          next,
          ({ label }) => label === b.label,
          by,
          noAnchor,
        )
        expect(dropped).toEqual([{ provider: row, labels: [a.label, c.label] }])
        expect(keysOf((await store.findProvider({ name })) ?? row)).toEqual([b])
      })
    })

    describe('the audit table', () => {
      it('has one row for each act: who did it, through which door, to which provider', async () => {
        const { id } = await insert('a', { key: sealed('a token') }, ['m'])
        const model = await store.insertModel(id, { name: 'n', display_name: 'n' }, by)
        await store.deleteModel(model.id, by)
        await store.updateProvider(id, 'provider.update', () => ({ display_name: 'A' }), by)
        await store.updateProvider(id, 'key.remove', () => ({ key: null }), by)
        await store.deleteProvider(id, by)
        await store.writeSettings({ theme: 'dark' }, by)
        await store.record({ act: 'listener.on', provider: null }, by)
        const rows = opened.audit().slice(1)
        expect(rows.map(({ act, provider }) => [act, provider])).toEqual([
          ['provider.create', 'a'],
          ['model.add', 'a'],
          ['model.delete', 'a'],
          ['provider.update', 'a'],
          ['key.remove', 'a'],
          ['provider.delete', 'a'],
          ['settings.update', null],
          ['listener.on', null],
        ])
        for (const row of rows) expect(row).toMatchObject({ door: 'cli', os_user: 'tester', pid: 42 })
        expect(rows[3]?.detail).toEqual({ changed: ['display_name'] })
        expect(JSON.stringify(rows)).not.toContain('a token')
      })
    })
  })
}
