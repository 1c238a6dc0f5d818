// What was deleted is gone: from the file, its log and its index, within a second of the last write.
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openTempCore, tempHome, type TempCore } from '../support/temp-core.ts'
import { ask } from '../support/vault-dump.ts'

let temp: TempCore
let id: number
beforeEach(async () => {
  temp = await openTempCore()
  const { client } = temp
  id = (await client.createProvider({ name: 'p', display_name: 'P', api_key: 'sk-first', models: ['m'] })).id
})
afterEach(() => temp[Symbol.asyncDispose]())

const token = (): string => String(ask(temp.home, 'SELECT api_key_encrypted FROM provider WHERE id = ?', id))

/** The files of the vault in which the text stands. */
function placesOf(text: string): string[] {
  return readdirSync(temp.home)
    .filter((name) => name.startsWith('vault.db'))
    .filter((name) => readFileSync(join(temp.home, name)).includes(text))
}

const ways: [how: string, act: () => Promise<unknown>][] = [
  ['replaced', () => temp.client.updateProvider({ provider_id: id, api_key: 'sk-second' })],
  ['removed', () => temp.client.removeApiKey({ provider_id: id })],
  ['deleted with its provider', () => temp.client.deleteProvider({ provider_id: id })],
]

describe.each(ways)('the token of a key that was %s', (_, act) => {
  it('is in no file of the vault a moment later', async () => {
    const old = token()
    await act()
    await expect.poll(() => placesOf(old), { timeout: 10_000 }).toEqual([])
  })

  it('is in no file of the vault as soon as it is closed', async () => {
    const old = token()
    await act()
    await temp.core.close()
    expect(placesOf(old)).toEqual([])
    expect(readdirSync(temp.home)).toEqual(['audit-head.json', 'vault.db'])
  })

  it('is gone as soon as the last reader has let go of it', async () => {
    const old = token()
    const reader = new Sqlite(join(temp.home, 'vault.db'), { readonly: true })
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM provider').get()
    await act()
    reader.exec('COMMIT')
    reader.close()
    await expect.poll(() => placesOf(old), { timeout: 10_000 }).toEqual([])
  })
})

describe('the log', () => {
  it('is emptied after a moment of many commits, not after each', async () => {
    for (let n = 0; n < 50; n += 1) await temp.client.updateProvider({ provider_id: id, display_name: `P ${n}` })
    await vi.waitFor(() => expect(statSync(join(temp.home, 'vault.db-wal')).size).toBe(0), { timeout: 10_000 })
  })

  it('that a killed process left is emptied by the next start', async () => {
    const { key } = temp
    const old = token()
    using other = tempHome()
    // What lies in the folder at this moment is what a kill leaves.
    cpSync(temp.home, other.home, { recursive: true })
    expect(statSync(join(other.home, 'vault.db-wal')).size).toBeGreaterThan(0)
    await using next = await openTempCore({ home: other.home, key })
    expect(next.core.vault.state).toBe('open')
    await next.client.removeApiKey({ provider_id: id })
    await next.core.close()
    expect(readdirSync(other.home)).toEqual(['audit-head.json', 'vault.db'])
    expect(readFileSync(join(other.home, 'vault.db')).includes(old)).toBe(false)
  })
})
