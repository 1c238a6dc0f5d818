import { setImmediate as nextRound } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { ProviderBook } from '../../../src/core/gateway/provider-book.ts'
import { openTempCore } from '../../support/temp-core.ts'
import { CANARY } from './open-gateway.ts'

it('keeps the rows of providers, and never answers one that has been changed', async () => {
  await using temp = await openTempCore()
  const { vault, places } = temp.core
  const book = new ProviderBook(() => vault.standing())
  const find = async () => (await book.find(vault.reader(), 'up'))?.row
  expect(await find()).toBeUndefined()
  const { id } = await temp.client.createProvider({ name: 'up', display_name: 'Up' })
  const first = await find()
  expect(await find()).toBe(first)
  const changes = [
    { base_url: 'http://127.0.0.1:1' },
    { dialect: 'google' as const },
    { auth: 'api-key' as const },
    { api_key: CANARY },
  ]
  let last = first
  for (const change of changes) {
    await temp.client.updateProvider({ provider_id: id, ...change })
    const now = await find()
    expect(now).not.toBe(last)
    expect(now).toEqual(await vault.reader().findProvider({ id }))
    last = now
  }
  // Another program changes no time of change.
  const other = new Database(places.vault)
  other.prepare("UPDATE provider SET binding = 'x' WHERE id = ?").run(id)
  other.close()
  // What others do is looked at once a round of the event loop; another process's commit never falls within one.
  await nextRound()
  expect((await find())?.binding).toBe('x')
  await temp.client.deleteProvider({ provider_id: id })
  expect(await find()).toBeUndefined()
})
