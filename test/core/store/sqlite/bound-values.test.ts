// What a caller sends never becomes a part of a statement: its text stands in the source, and values are bound to it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openTempCore } from '../../../support/temp-core.ts'
import { dumpVault } from '../../../support/vault-dump.ts'

const CORE = join(import.meta.dirname, '../../../../src/core')
const STATEMENT =
  /`\s*(?:\$\{SELECT\}|(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|CREATE|ALTER|DROP|PRAGMA)\b)[^`]*`|\.pragma\(\s*`[^`]*`/g

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the source of every statement', () => {
  it('puts in nothing but constants and names it has itself', () => {
    const files = readdirSync(CORE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    const statements = files.flatMap((name) => readFileSync(join(CORE, name), 'utf8').match(STATEMENT) ?? [])
    expect(statements.length).toBeGreaterThan(10)
    const put = statements.flatMap((text) =>
      [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, expression = '']) => expression),
    )
    const named = new Set(put.filter((expression) => !/^[A-Z_]+$/.test(expression)))
    // How many migrations there are; one of two columns of a key; one of two tables of a foreign dump; how
    // uses are grouped, and groups parted, of five ways; by which of two columns they are counted against a limit.
    expect([...named].toSorted()).toEqual([
      'GROUPS[by]',
      'GROUPS[part]',
      'Number.MAX_SAFE_INTEGER',
      'column',
      'list.length',
      'table',
      'where',
    ])
  })
})

describe('every statement that runs', () => {
  it('is free of what was sent, which is kept to the letter', async () => {
    const spies = [
      vi.spyOn(Sqlite.prototype, 'prepare'),
      vi.spyOn(Sqlite.prototype, 'exec'),
      vi.spyOn(Sqlite.prototype, 'pragma'),
    ]
    const hostile = (n: number): string => `planted-${n}'); DROP TABLE provider; --"`
    await using temp = await openTempCore()
    const { client } = temp
    const { id } = await client.createProvider({
      name: 'planted',
      display_name: hostile(1),
      base_url: 'https://planted.example',
      api_key: "planted');DROP/**/TABLE/**/provider;--",
      models: [hostile(2)],
    })
    const model = await client.addModel({ provider_id: id, name: hostile(3), display_name: hostile(4) })
    await client.updateProvider({ provider_id: id, display_name: hostile(5) })
    expect(await client.getProvider({ provider_id: id })).toMatchObject({
      display_name: hostile(5),
      models: [{ name: hostile(2) }, { name: hostile(3), display_name: hostile(4) }],
    })
    await client.deleteModel({ model_id: model.id })
    await client.listModelNames()
    await client.waitForChange({ since: hostile(6) })
    await temp.call('getProvider', { provider_id: hostile(7) })
    await client.deleteProvider({ provider_id: id })

    const texts = spies.flatMap((spy) => spy.mock.calls.map(([text]) => text))
    expect(texts.length).toBeGreaterThan(30)
    expect(texts.filter((text) => text.includes('planted'))).toEqual([])
    expect(dumpVault(temp.home)['provider']).toHaveLength(4)
  })
})
