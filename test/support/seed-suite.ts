import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/core/actor.ts'
import type { Catalog } from '../../src/core/catalog/models-yaml.ts'
import type { ProviderChange, ProviderRow, Store } from '../../src/core/store/store.ts'
import { catalogOf, MASTER_KEY, modelsOf, newRow, sealed, type OpenedStore } from './store-suite.ts'

const by: Actor = { door: 'start', os_user: 'tester', pid: 42 }

/** The rules of the merge, for every store. */
export function testSeeding(name: string, open: () => Promise<OpenedStore>): void {
  describe(`merging the catalog into the ${name} store`, () => {
    let opened: OpenedStore
    let store: Store
    beforeEach(async () => {
      opened = await open()
      store = opened.store
      await store.recordMasterKey(MASTER_KEY, by)
    })
    afterEach(() => opened.close())

    let merges = 0
    const seed = (catalog: Catalog, digest = `digest ${++merges}`) => store.seed(catalog, digest, by)
    const find = async (name: string): Promise<ProviderRow> => {
      const row = await store.findProvider({ name })
      if (row === undefined) throw new Error(`${name} is not there`)
      return row
    }
    const change = async (name: string, change: ProviderChange) => {
      const { id } = await find(name)
      return store.updateProvider(id, 'provider.update', () => change, by)
    }
    const deleteModel = async (provider: string, model: string) => {
      const { models } = await find(provider)
      await store.deleteModel(models.find(({ name }) => name === model)?.id ?? 0, by)
    }
    const modelNames = async (name: string) => (await find(name)).models.map((model) => model.name)
    const everything = async () => [await store.listProviders(), await store.readVault(), opened.audit()]

    describe('what is missing', () => {
      it('is added: providers in the catalog’s order, with their models', async () => {
        const outcome = await seed(catalogOf({ name: 'b', models: modelsOf('z', 'a') }, { name: 'a' }))
        expect(outcome).toMatchObject({ providers_added: 2, models_added: 2, changed: true })
        expect((await store.listProviders()).map(({ name }) => name)).toEqual(['b', 'a'])
        expect(await modelNames('b')).toEqual(['z', 'a'])
        expect(await find('b')).toMatchObject({ is_predefined: true, edited: [], api_key_encrypted: null })
      })

      it('is added later too, beside what the person added', async () => {
        await seed(catalogOf({ name: 'a', models: modelsOf('m') }))
        await store.insertProvider(newRow('own'), ['m'], by)
        await store.insertModel((await find('a')).id, { name: 'mine', display_name: 'Mine' }, by)
        await seed(catalogOf({ name: 'a', models: modelsOf('m', 'n') }, { name: 'b' }))
        expect((await store.listProviders()).map(({ name }) => name)).toEqual(['a', 'own', 'b'])
        expect(await modelNames('a')).toEqual(['m', 'mine', 'n'])
      })
    })

    describe('what differs', () => {
      it('is refreshed where nobody edited it, field by field', async () => {
        await seed(catalogOf({ name: 'a', models: [{ name: 'm', display_name: 'Old' }] }))
        await change('a', { display_name: 'Mine', edited: ['display_name'] })
        await seed(
          catalogOf({
            name: 'a',
            display_name: 'Theirs',
            base_url: 'https://a.example.com/v2',
            dialect: 'anthropic',
            auth: 'x-api-key',
            key_url: 'https://a.example.com/keys',
            models: [{ name: 'm', display_name: 'New' }],
          }),
        )
        expect(await find('a')).toMatchObject({
          display_name: 'Mine',
          base_url: 'https://a.example.com/v2',
          dialect: 'anthropic',
          auth: 'x-api-key',
          edited: ['display_name'],
          catalog: { display_name: 'Theirs', key_url: 'https://a.example.com/keys' },
          models: [{ name: 'm', display_name: 'New' }],
        })
      })

      it('stays the person’s in each field they edited', async () => {
        await seed(catalogOf({ name: 'a' }))
        const mine = {
          display_name: 'Mine',
          base_url: 'https://mine.example.com',
          dialect: 'google',
          auth: 'api-key',
        } as const
        await change('a', { ...mine, edited: ['display_name', 'base_url', 'dialect', 'auth'] })
        await seed(catalogOf({ name: 'a', display_name: 'Theirs', base_url: 'https://theirs.example.com' }))
        expect(await find('a')).toMatchObject(mine)
      })

      it('leaves a model that the person added as they named it', async () => {
        await seed(catalogOf({ name: 'a' }))
        await store.insertModel((await find('a')).id, { name: 'm', display_name: 'Mine' }, by)
        await seed(catalogOf({ name: 'a', models: [{ name: 'm', display_name: 'Theirs' }] }))
        expect((await find('a')).models).toMatchObject([{ name: 'm', display_name: 'Mine' }])
      })

      it('is nothing to a custom provider of the same name', async () => {
        const own = await store.insertProvider(newRow('a', { base_url: 'https://own.example' }), ['mine'], by)
        await seed(catalogOf({ name: 'a', models: modelsOf('m') }))
        await seed(catalogOf({ name: 'b' }))
        expect(await find('a')).toEqual(own)
      })
    })

    describe('an address of another origin', () => {
      const elsewhere = {
        name: 'a',
        display_name: 'Moved',
        base_url: 'https://new.example.com/v1',
        dialect: 'anthropic',
        auth: 'x-api-key',
      } as const

      it('is not applied to a provider with a key, and what belongs to it neither: it is offered', async () => {
        await seed(catalogOf({ name: 'a' }))
        await change('a', { key: sealed('token') })
        expect(await seed(catalogOf(elsewhere))).toMatchObject({ offered: 1 })
        expect(await find('a')).toMatchObject({
          ...sealed('token'),
          display_name: 'Moved',
          base_url: 'https://a.example.com/v1',
          dialect: 'openai',
          auth: 'bearer',
          edited: [],
          catalog: { base_url: elsewhere.base_url },
        })
      })

      it('is applied where there is no key', async () => {
        await seed(catalogOf({ name: 'a' }))
        expect(await seed(catalogOf(elsewhere))).toMatchObject({ offered: 0 })
        expect(await find('a')).toMatchObject(elsewhere)
      })

      it('is applied at the next start after the key is gone, although the catalog is the same', async () => {
        await seed(catalogOf({ name: 'a' }))
        await change('a', { key: sealed('token') })
        await seed(catalogOf(elsewhere), 'moved')
        expect((await store.readVault()).catalog_digest).not.toBe('moved')
        await change('a', { key: null })
        await seed(catalogOf(elsewhere), 'moved')
        expect(await find('a')).toMatchObject(elsewhere)
        expect((await store.readVault()).catalog_digest).toBe('moved')
      })

      it('is applied with a key where only the path differs', async () => {
        await seed(catalogOf({ name: 'a' }))
        await change('a', { key: sealed('token') })
        await seed(catalogOf({ name: 'a', base_url: 'https://a.example.com/v2' }))
        expect(await find('a')).toMatchObject({ ...sealed('token'), base_url: 'https://a.example.com/v2' })
      })

      it('counts as another where there was none', async () => {
        await seed(catalogOf({ name: 'a', base_url: null }))
        await change('a', { key: sealed('token') })
        await seed(catalogOf({ name: 'a' }))
        expect(await find('a')).toMatchObject({ base_url: null })
      })
    })

    describe('what the person deleted', () => {
      it('stays deleted: a model', async () => {
        const catalog = catalogOf({ name: 'a', models: modelsOf('m', 'n') })
        await seed(catalog)
        await deleteModel('a', 'm')
        await seed(catalog)
        expect(await modelNames('a')).toEqual(['n'])
      })

      it('stays deleted: a provider that had left the catalog and comes back to it', async () => {
        await seed(catalogOf({ name: 'a' }, { name: 'b' }))
        await seed(catalogOf({ name: 'b' }))
        await store.deleteProvider((await find('a')).id, by)
        await seed(catalogOf({ name: 'a' }, { name: 'b' }))
        expect(await store.findProvider({ name: 'a' })).toBeUndefined()
      })

      it('is the person’s own when they add it again', async () => {
        const catalog = catalogOf({ name: 'a', models: modelsOf('m') })
        await seed(catalog)
        await deleteModel('a', 'm')
        await store.insertModel((await find('a')).id, { name: 'm', display_name: 'Mine' }, by)
        await seed(catalog)
        expect((await find('a')).models).toMatchObject([{ name: 'm', display_name: 'Mine' }])
        expect(await store.listDeletedModels('a')).toEqual([])
      })

      it('is brought back by hand: the models of the catalog, and no others', async () => {
        const catalog = catalogOf({ name: 'a', models: modelsOf('m', 'n') })
        await seed(catalog)
        await store.insertModel((await find('a')).id, { name: 'mine', display_name: 'Mine' }, by)
        for (const model of ['m', 'mine']) await deleteModel('a', model)
        expect(await store.listDeletedModels('a')).toEqual(['m', 'mine'])
        const { models } = await store.bringBackModels((await find('a')).id, modelsOf('m', 'n'), by)
        expect(models.map(({ name }) => name).sort()).toEqual(['m', 'n'])
        expect(await store.listDeletedModels('a')).toEqual([])
        expect(opened.audit().at(-1)).toMatchObject({ act: 'model.bring_back', provider: 'a' })
      })

      it('has nothing brought back, and nothing written, where nothing is deleted', async () => {
        await seed(catalogOf({ name: 'a', models: modelsOf('m') }))
        const before = await everything()
        await store.bringBackModels((await find('a')).id, modelsOf('m'), by)
        expect(await everything()).toEqual(before)
      })
    })

    describe('what leaves the catalog', () => {
      it('stays with its key and its models, and becomes deletable', async () => {
        await seed(catalogOf({ name: 'a', models: modelsOf('m') }))
        await change('a', { key: sealed('token') })
        await seed(catalogOf({ name: 'b' }))
        expect(await find('a')).toMatchObject({ ...sealed('token'), is_predefined: false, models: [{ name: 'm' }] })
        await store.deleteProvider((await find('a')).id, by)
        expect((await store.listProviders()).map(({ name }) => name)).toEqual(['b'])
      })

      it('stays too where it is a model', async () => {
        await seed(catalogOf({ name: 'a', models: modelsOf('m', 'n') }))
        await seed(catalogOf({ name: 'a', models: modelsOf('n') }))
        expect(await modelNames('a')).toEqual(['m', 'n'])
      })

      it('is predefined again when it comes back, with what was edited meanwhile', async () => {
        await seed(catalogOf({ name: 'a' }))
        await seed(catalogOf({ name: 'b' }))
        await change('a', { display_name: 'Mine', edited: ['display_name'] })
        await seed(catalogOf({ name: 'a', display_name: 'Theirs' }, { name: 'b' }))
        expect(await find('a')).toMatchObject({ is_predefined: true, display_name: 'Mine' })
      })
    })

    describe('a second merge', () => {
      it('of the same catalog changes nothing, not even a time', async () => {
        const catalog = catalogOf({ name: 'a', key_prefixes: ['k-'], endpoints: {}, models: modelsOf('m') })
        await seed(catalog, 'same')
        const before = await everything()
        expect(await seed(catalog, 'same')).toEqual({ providers_added: 0, models_added: 0, offered: 0, changed: false })
        expect(await everything()).toEqual(before)
      })

      it('of the same catalog changes nothing while an address is on offer', async () => {
        await seed(catalogOf({ name: 'a' }))
        await change('a', { key: sealed('token') })
        const moved = catalogOf({ name: 'a', base_url: 'https://new.example.com/v1' })
        await seed(moved, 'moved')
        const before = await everything()
        await seed(moved, 'moved')
        expect(await everything()).toEqual(before)
      })

      it('leaves updated_at where only models were added', async () => {
        await seed(catalogOf({ name: 'a' }, { name: 'b', models: modelsOf('m') }))
        const before = await find('b')
        await seed(catalogOf({ name: 'a', display_name: 'New' }, { name: 'b', models: modelsOf('m', 'n') }))
        expect(await modelNames('b')).toEqual(['m', 'n'])
        expect((await find('b')).updated_at).toBe(before.updated_at)
      })

      it('is one row of the audit table, and none where nothing changed', async () => {
        await seed(catalogOf({ name: 'a', models: modelsOf('m') }), 'same')
        await seed(catalogOf({ name: 'a', models: modelsOf('m') }), 'same')
        expect(opened.audit().filter(({ act }) => act === 'catalog.merge')).toMatchObject([
          { door: 'start', detail: { providers_added: 1, models_added: 1, offered: 0 } },
        ])
      })
    })
  })
}
