import { describe, expect, it } from 'vitest'
import { actorOf } from '../../../../src/core/actor.ts'
import { openSqlite } from '../../../support/open-sqlite.ts'
import { newRow, testStore } from '../../../support/store-suite.ts'
import { ask, tamper } from '../../../support/vault-dump.ts'

testStore('sqlite', openSqlite)

describe('a row that another program wrote', () => {
  it('is a complete custom provider with the columns of the origin system alone', async () => {
    const { home, store, close } = await openSqlite()
    tamper(home, "INSERT INTO provider (name, display_name, api_key_encrypted) VALUES ('p', 'P', '')")
    tamper(home, "INSERT INTO model (provider_id, name, display_name) VALUES (1, 'm', 'M')")
    expect(await store.listProviders()).toMatchObject([
      {
        name: 'p',
        base_url: null,
        dialect: 'openai',
        auth: 'bearer',
        // An empty token is no key, as the origin system has it.
        api_key_encrypted: null,
        is_predefined: false,
        edited: [],
        models: [{ name: 'm' }],
      },
    ])
    expect(await store.listModelNames()).toEqual([])
    await close()
  })

  it.each([
    ['2026-01-02 03:04:05', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02 03:04:05.678901', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T03:04:05.678901+00:00', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['2026-02-30T03:04:05.000Z', '2026-03-02T03:04:05.000Z'],
    ['2026-13-01T03:04:05.000Z', '1970-01-01T00:00:00.000Z'],
    ['+12026-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z'],
    ['nonsense', '1970-01-01T00:00:00.000Z'],
  ])('has its time %j read as UTC', async (written, read) => {
    const { home, store, close } = await openSqlite()
    tamper(home, "INSERT INTO provider (name, display_name, created_at) VALUES ('p', 'P', ?)", written)
    expect(await store.findProvider({ name: 'p' })).toMatchObject({ created_at: read })
    await close()
  })

  it.each(["dialect = 'morse'", "auth = ''", "edited = '[1]'", "edited = '{'", "catalog_entry = '{}'"])(
    'that no act could have written is said to be damage, by its name: %s',
    async (change) => {
      const { home, store, close } = await openSqlite()
      await store.insertProvider(newRow('p'), [], actorOf('cli'))
      tamper(home, `UPDATE provider SET ${change}`)
      await expect(store.listProviders()).rejects.toMatchObject({
        code: 'database_damaged',
        message: expect.stringContaining('the row of its provider "p" cannot be read'),
      })
      await close()
    },
  )
})

describe('a setting', () => {
  it('that another version knows and this one does not counts as not set', async () => {
    const { home, store, close } = await openSqlite()
    const before = await store.readSettings()
    tamper(home, `INSERT INTO setting (name, value) VALUES ('theme', '"mauve"'), ('future', '1')`)
    expect(await store.readSettings()).toEqual(before)
    await close()
  })

  it('that is no JSON is said to be damage', async () => {
    const { home, store, close } = await openSqlite()
    tamper(home, `INSERT INTO setting (name, value) VALUES ('theme', 'dark')`)
    await expect(store.readSettings()).rejects.toMatchObject({ code: 'database_damaged' })
    await close()
  })
})

describe('the id of a deleted row', () => {
  it('is never given again, so that nothing kept elsewhere points to another', async () => {
    const { home, store, close } = await openSqlite()
    const by = actorOf('cli')
    const { id } = await store.insertProvider(newRow('a'), ['m'], by)
    await store.deleteProvider(id, by)
    const again = await store.insertProvider(newRow('a'), ['m'], by)
    expect(again.id).toBeGreaterThan(id)
    expect(ask(home, 'SELECT count(*) FROM model')).toBe(1)
    await close()
  })
})
