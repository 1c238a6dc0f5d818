import { cpSync, mkdirSync, writeFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { FORMAT } from '../../src/core/store/sqlite/migrations.ts'
import { flipAtRandom } from '../support/flip-at-random.ts'
import { openTempCore, tempHome } from '../support/temp-core.ts'
import { sha256Of, tamper } from '../support/vault-dump.ts'

const key = generateFernetKey()

let source: ReturnType<typeof tempHome>
let temp: ReturnType<typeof tempHome>
let home: string
const vault = (): string => join(home, 'vault.db')

beforeAll(async () => {
  source = tempHome()
  mkdirSync(source.home, { mode: 0o700 })
  writeFileSync(join(source.home, 'models.yaml'), 'providers: { a: { models: [m, n] }, b: { models: [m] } }')
  await using core = await openTempCore({ home: source.home, key })
  await core.client.createProvider({ name: 'own', display_name: 'Own', api_key: 'sk-own', models: ['m'] })
  await core.client.updateSettings({ theme: 'dark' })
  await core.client.makeListenerToken()
})
afterAll(() => source[Symbol.dispose]())

beforeEach(() => {
  temp = tempHome()
  home = temp.home
  cpSync(source.home, home, { recursive: true })
})
afterEach(() => temp[Symbol.dispose]())

/** What opening says of the vault, which it must leave as it is. */
async function opened(): Promise<unknown> {
  const before = sha256Of(vault())
  let error: unknown
  {
    await using core = await openTempCore({ home, key })
    expect(core.core.vault.state).toBe('closed')
    error = core.core.vault.problem?.body
    // Every operation says so, and `status` still answers.
    expect(await core.call('listProviders')).toEqual({ ok: false, error })
    expect(await core.call('createProvider', { name: 'x', display_name: 'X' })).toEqual({ ok: false, error })
    expect((await core.client.getStatus()).vault).toMatchObject({ state: 'closed', problem: error })
  }
  expect(sha256Of(vault())).toBe(before)
  return error
}

describe('a vault file that is not sound', () => {
  const damaged = (what: string): unknown => ({
    code: 'database_damaged',
    detail: `The vault ${vault()} is damaged: ${what}`,
    hint: 'It has not been changed. Put back a backup: latchkey restore PATH, with one of your own or of: latchkey backup --list',
  })

  it('is said to be empty', async () => {
    writeFileSync(vault(), '')
    expect(await opened()).toEqual(damaged('it is empty'))
  })

  it('is said to be cut short', async () => {
    truncateSync(vault(), 100)
    expect(await opened()).toEqual(damaged('it is cut short'))
  })

  it('is said to be no database', async () => {
    writeFileSync(vault(), 'providers and keys, written down by hand\n'.repeat(100))
    expect(await opened()).toEqual(damaged('it is not an SQLite database'))
  })

  it.each([4096, 8192, 20_000])('is said to be damaged where only %i bytes of it are there', async (length) => {
    truncateSync(vault(), length)
    expect(await opened()).toMatchObject({ code: 'database_damaged' })
  })

  it.each([
    ['DROP TABLE audit', "its table 'audit' is missing"],
    ['ALTER TABLE model ADD COLUMN note TEXT', "its table 'model' is not as Latchkey made it"],
    ['PRAGMA user_version = 0', 'the number of its format is wrong'],
    ['PRAGMA user_version = -1', 'the number of its format is wrong'],
    ['DELETE FROM vault', 'the row that names its master key is missing'],
    ["UPDATE provider SET edited = 'x' WHERE name = 'own'", 'the row of its provider "own" cannot be read'],
    ["UPDATE setting SET value = 'x'", 'its setting "theme" cannot be read'],
    ["UPDATE token SET kind = 'root'", 'it has access tokens that cannot be read'],
    ["PRAGMA foreign_keys = OFF; DELETE FROM provider WHERE name = 'own'", 'it has models that belong to no provider'],
  ])('is said to be so after %s', async (sql, what) => {
    tamper(home, sql)
    expect(await opened()).toEqual(damaged(what))
  })

  it('is said to be so where an index does not fit its table', async () => {
    const db = new Sqlite(vault())
    db.unsafeMode()
    db.pragma('writable_schema = ON')
    db.exec(
      "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_model_1') WHERE name = 'sqlite_autoindex_provider_1'",
    )
    db.close()
    expect(await opened()).toMatchObject({ code: 'database_damaged' })
  })
})

describe('a database that Latchkey did not make', () => {
  const foreign = (what: string): unknown => ({
    code: 'database_foreign',
    detail: `${vault()} is not a vault that Latchkey made: ${what}`,
    hint: 'It has not been changed. Move it away, or set LATCHKEY_HOME to another folder.',
  })

  it.each([
    ['PRAGMA application_id = 7', 'it lacks the mark of a vault'],
    ['CREATE TRIGGER t AFTER UPDATE ON provider BEGIN DELETE FROM audit; END', "it has a trigger named 't'"],
    ['CREATE VIEW v AS SELECT 1', "it has a view named 'v'"],
    ['CREATE VIRTUAL TABLE f USING fts5(x)', "it has a table named 'f'"],
  ])('is refused as it is: %s', async (sql, what) => {
    tamper(home, sql)
    expect(await opened()).toEqual(foreign(what))
  })

  it('may have tables and indexes of its own beside ours', async () => {
    tamper(home, 'CREATE TABLE users (id INTEGER PRIMARY KEY); CREATE INDEX i ON audit (at)')
    await using core = await openTempCore({ home, key })
    expect(core.core.vault.state).toBe('open')
  })
})

describe('a vault of a newer Latchkey', () => {
  it('is refused unchanged, in words', async () => {
    tamper(home, 'PRAGMA user_version = 99; CREATE TABLE something_new (id INTEGER)')
    expect(await opened()).toEqual({
      code: 'database_too_new',
      detail: `This vault was written by a newer Latchkey (format 99; this one reads up to ${FORMAT}). It has not been opened or changed`,
      hint: 'Start the newer version of Latchkey.',
    })
  })
})

describe('a vault with bytes changed or cut off at random', () => {
  it('ends no process, is never written where it is refused, and answers in sentences: 200 times', async () => {
    await flipAtRandom(200)
  }, 120_000)
})
