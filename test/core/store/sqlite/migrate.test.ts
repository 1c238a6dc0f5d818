import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openForWriting } from '../../../../src/core/store/sqlite/database.ts'
import { migrate } from '../../../../src/core/store/sqlite/migrate.ts'
import { APPLICATION_ID, FORMAT, migrations } from '../../../../src/core/store/sqlite/migrations.ts'
import { createPrivateFile } from '../../../../src/core/private-files.ts'
import { tempHome } from '../../../support/temp-core.ts'

/** The migrations there are, and two that may come: what is proved of the frame holds for those that will. */
const list = [
  ...migrations,
  "ALTER TABLE setting ADD COLUMN note TEXT; INSERT INTO setting (name, value) VALUES ('from', '\"two\"')",
  'CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT; INSERT INTO later VALUES (1)',
]

let temp: ReturnType<typeof tempHome>
let path: string
beforeEach(() => {
  temp = tempHome()
  mkdirSync(temp.home)
  path = join(temp.home, 'vault.db')
  createPrivateFile(path)
})
afterEach(() => temp[Symbol.dispose]())

/** The columns that format 1 gave it. */
const PROVIDER_ONCE = `id, name, display_name, base_url, dialect, auth, api_key_encrypted, key_id, binding, master_key_id,
  is_predefined, catalog_entry, edited, created_at, updated_at`

/** What a file holds in the end: its format and the text of its schema. */
function schemaOf(db: Sqlite.Database): unknown {
  return [
    db.pragma('user_version', { simple: true }),
    db.pragma('application_id', { simple: true }),
    db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all(),
  ]
}

function inFile<T>(act: (db: Sqlite.Database) => T): T {
  const db = openForWriting(path)
  try {
    return act(db)
  } finally {
    db.close()
  }
}

const froms = Array.from({ length: list.length }, (_, from) => from)

describe('migrate', () => {
  it.each(froms)('takes a vault of format %i to the newest, as if it had been made so', (from) => {
    const upgraded = inFile((db) => {
      migrate(db, list.slice(0, from))
      expect(migrate(db, list)).toBe(true)
      return schemaOf(db)
    })
    const fresh = new Sqlite(':memory:')
    migrate(fresh, list)
    expect(upgraded).toEqual(schemaOf(fresh))
    fresh.close()
  })

  it.each(froms.slice(1))('keeps what a vault of format %i holds', (from) => {
    inFile((db) => {
      migrate(db, list.slice(0, from))
      db.exec("INSERT INTO provider (name, display_name, api_key_encrypted) VALUES ('p', 'P', 'token')")
      db.exec(`INSERT INTO token (name, kind, prefix, sha256, created_at)
        VALUES ('listener', 'admin', 'lk_1234', zeroblob(32), '2026-01-01T00:00:00.000Z')`)
      const holds = () => [
        db.prepare(`SELECT ${PROVIDER_ONCE} FROM provider`).all(),
        db.prepare('SELECT id, name, kind, prefix, sha256, created_at FROM token').all(),
      ]
      const before = holds()
      migrate(db, list)
      expect(holds()).toEqual(before)
    })
  })

  it('marks the file as a vault of its format', () => {
    inFile((db) => {
      migrate(db)
      expect(schemaOf(db)).toEqual([FORMAT, APPLICATION_ID, expect.anything()])
    })
  })

  it('writes nothing where nothing is pending, and waits for nobody then', () => {
    inFile((db) => {
      migrate(db)
      const other = new Sqlite(path)
      other.exec('BEGIN IMMEDIATE')
      expect(migrate(db)).toBe(false)
      other.close()
    })
  })

  it('leaves a vault of a later format alone', () => {
    inFile((db) => {
      migrate(db, list)
      const before = schemaOf(db)
      expect(migrate(db)).toBe(false)
      expect(schemaOf(db)).toEqual(before)
    })
  })

  it.each(froms)('changes nothing at all where one of the steps from format %i fails', (from) => {
    inFile((db) => {
      migrate(db, list.slice(0, from))
      const before = schemaOf(db)
      expect(() => migrate(db, [...list, 'INSERT INTO nowhere VALUES (1)'])).toThrow('no such table: nowhere')
      expect(schemaOf(db)).toEqual(before)
    })
  })
})

// One line for each that there is. A vault made before has the old text: a later migration mends, none is edited.
const DIGESTS = [
  '6f436cf39ebf869240499a44f5ca59713c7c5575289de35ad5205d6e9558cd18',
  '61370c82fc797c974b3f06c760c238632ae84d40946e84b48a0c132fa6abcd0c',
  '573bd56209eadcf78597358dcd721d761974382f2c08b3c38ec399f9f3b06dfe',
  '0401068c71d45451ae11be5d975687f4b6311f8a6e958ab121f506e9d1fd818c',
  'd2b28cf35a2cb477ee32e9a723c28beae6dc4427367f8e3932b138f2381ea7ad',
  '1e832dd0fe108e29ebca5099dc7a9a72f7df1e11c6ee87d11dd72dca3d10ddfd',
  '8cb3ed1b6363e768e65aeca189d02973db85a7acfa9d5172b3ff95e8fb3d7b52',
  '5adaf75ab57226995ab12893db0e3184d8d0a4c680841d8c1d97359b81499e28',
  'f31ba71d3e0fceb325086704b0f88db9eef53f78a8a2ae6052712d447b213914',
  'f55b780dea6b33e9da5b3c7002035ac9f76db015509539468226a03114ca6a88',
]

describe('a migration that was shipped', () => {
  it('is what it was', () => {
    expect(migrations.map((sql) => createHash('sha256').update(sql).digest('hex'))).toEqual(DIGESTS)
  })
})
