import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { catalogInUse } from '../../../src/core/catalog/catalog-in-use.ts'
import { placesFrom, type Places } from '../../../src/core/places.ts'
import { tempHome } from '../../support/temp-core.ts'

let temp: ReturnType<typeof tempHome>
let places: Places
beforeEach(() => {
  temp = tempHome()
  mkdirSync(temp.home)
  places = placesFrom({ LATCHKEY_HOME: temp.home })
})
afterEach(() => temp[Symbol.dispose]())

const write = (text: string): void => writeFileSync(places.user_catalog, text)
const namesOf = async (catalog: ReturnType<typeof catalogInUse>): Promise<string[]> =>
  (await catalog.load()).providers.map((provider) => provider.name)

describe('the catalog in use', () => {
  it('is the shipped one, or the one in the Latchkey folder where it has one', async () => {
    expect(await namesOf(catalogInUse(places))).toContain('openai')
    write('providers: { mine: {} }')
    expect(catalogInUse(places).path).toBe(places.user_catalog)
    expect(await namesOf(catalogInUse(places))).toEqual(['mine'])
  })

  it('has a digest that moves with the file and with nothing else', async () => {
    write('providers: { a: {} }')
    const first = await catalogInUse(places).digest()
    expect(await catalogInUse(places).digest()).toBe(first)
    write('providers: { b: {} }')
    expect(await catalogInUse(places).digest()).not.toBe(first)
  })

  it('loads what its digest stands for, although the file is edited in between', async () => {
    write('providers: { a: {} }')
    const catalog = catalogInUse(places)
    const digest = await catalog.digest()
    write('providers: { b: {} }')
    expect(await namesOf(catalog)).toEqual(['a'])
    expect(await catalog.digest()).not.toBe(digest)
    expect(await namesOf(catalog)).toEqual(['b'])
  })

  it('says with line and column what is wrong, again as soon as it is mended', async () => {
    write('providers:\n  a:\n    dialect: x\n')
    const catalog = catalogInUse(places)
    await catalog.digest()
    await expect(catalog.load()).rejects.toMatchObject({ name: 'CatalogError', line: 3, column: 14 })
    write('providers: { a: {} }')
    await catalog.digest()
    expect(await namesOf(catalog)).toEqual(['a'])
  })

  it('says what keeps the file from being read', async () => {
    write(`providers: {} # ${'x'.repeat(1024 * 1024)}`)
    const catalog = catalogInUse(places)
    expect(await catalog.digest()).toBe('unreadable')
    await expect(catalog.load()).rejects.toThrow('longer than 1 MiB')
    rmSync(places.user_catalog)
    mkdirSync(places.user_catalog)
    await catalog.digest()
    await expect(catalog.load()).rejects.toThrow(places.user_catalog)
  })
})
