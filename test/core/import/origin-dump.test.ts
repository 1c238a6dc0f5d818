import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readOriginDump } from '../../../src/core/import/origin-dump.ts'
import { rowsOfCsv } from '../../../src/core/import/csv-rows.ts'
import { rowsOfDump } from '../../../src/core/import/sql-tables.ts'
import { openInMemory } from '../../../src/core/store/sqlite/database.ts'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-dump-'))
afterAll(() => rmSync(folder, { recursive: true }))

// Made by pg_dump 15 and psql's \copy out of one database with the origin's own tables. Another table holds text that
// looks like rows of `provider`.
const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', 'origin', name)
const whole = await readOriginDump([fixture('copy.sql')])

describe("the origin's tables", () => {
  it('are read whole, with quotes, backslashes, tabs and other scripts as they were', () => {
    expect(whole.providers.map(({ id, name, display_name, base_url }) => [id, name, display_name, base_url])).toEqual([
      [1, 'openai', 'OpenAI', ''],
      [2, 'anthropic', 'anthropic', ''],
      [3, 'xai', 'xAI', ''],
      [4, 'google', 'Google', ''],
      [5, 'My Company LLM', 'My "Company"; LLM\\nTab\there', 'https://llm.example.com/v1'],
      [6, 'my-company-llm', "O'Brien's", 'https://llm2.example.com/v1'],
      [7, 'plain-http', 'Plain', 'http://api.example.com/v1'],
      [8, 'lost', 'Lost key', 'https://lost.example.com'],
      [9, 'spaces', 'Spaces', 'https://spaces.example.com'],
      [10, '日本', '日本語 プロバイダー', 'https://jp.example.com/v1'],
    ])
    expect(whole.models.map(({ provider_id, name }) => [provider_id, name.slice(0, 12)])).toEqual([
      [1, 'gpt-4o'],
      [1, 'gpt-4o-mini'],
      [5, 'a/b:c'],
      [5, 'xxxxxxxxxxxx'],
      [10, 'モデル'],
    ])
  })

  it.each([
    ['INSERT statements', ['inserts.sql']],
    ['INSERT statements of several rows with their columns', ['column-inserts.sql']],
    ['CSV', ['provider.csv', 'model.csv']],
    ['CSV in the other order', ['model.csv', 'provider.csv']],
  ])('are the same from %s', async (_, names) => {
    expect(await readOriginDump(names.map(fixture))).toEqual(whole)
  })

  it('are the same from an SQLite file', async () => {
    const db = openInMemory()
    db.exec(`CREATE TABLE provider (id INTEGER PRIMARY KEY, name TEXT, display_name TEXT, base_url TEXT, api_key_encrypted TEXT);
      CREATE TABLE model (id INTEGER PRIMARY KEY, provider_id INTEGER, name TEXT, display_name TEXT)`)
    for (const { id, name, display_name, base_url, api_key_encrypted } of whole.providers) {
      db.prepare('INSERT INTO provider VALUES (?, ?, ?, ?, ?)').run(
        id,
        name,
        display_name,
        base_url || null,
        api_key_encrypted,
      )
    }
    for (const { id, provider_id, name, display_name } of whole.models) {
      db.prepare('INSERT INTO model VALUES (?, ?, ?, ?)').run(id, provider_id, name, display_name)
    }
    const path = join(folder, 'origin.db')
    writeFileSync(path, db.serialize())
    db.close()
    expect(await readOriginDump([path])).toEqual(whole)
  })

  it.each([
    ["pg_dump's own format", 'PGDMP\u0001', 'it is in a format of its own'],
    ['no such table', 'CREATE TABLE x (id integer);\n', "it has no rows of a table 'provider'"],
    ['a table cut off', readFileSync(fixture('copy.sql'), 'utf8').replace(/^\\\.$[^]*/m, ''), 'cut off'],
    ['a statement cut off', "INSERT INTO provider VALUES (1, 'openai", 'cut off'],
    ['rows of something else', 'id,api_key_encrypted\nx,y\n', 'its rows are not those'],
    ['a row too short', 'COPY provider (id, name) FROM stdin;\n1\n\\.\n', 'does not have the columns'],
  ])('are refused in a sentence where there is %s, without a word of what is in them', async (_, text, what) => {
    const path = join(folder, 'broken.sql')
    writeFileSync(path, text)
    const error = await readOriginDump([path]).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'import_unreadable' })
    expect(String(error)).toContain(what)
    expect(String(error)).not.toContain('gAAAA')
    await expect(readOriginDump([join(folder, 'none')])).rejects.toThrow('it does not exist')
  })
})

describe('rowsOfDump', () => {
  const rows = (sql: string) => rowsOfDump(sql, ['provider']).get('provider')

  it('reads strings in every spelling of PostgreSQL', () => {
    const sql = `INSERT INTO provider (a, b, c, d) VALUES ('it''s; -- no comment', E'a\\'b\\n\\x41\\101', NULL, -1.5);`
    expect(rows(sql)).toEqual([{ a: "it's; -- no comment", b: "a'b\nAA", c: null, d: '-1.5' }])
  })

  it("takes nothing out of comments, functions, other tables and other schemas' texts", () => {
    const row = "INSERT INTO provider (a) VALUES ('no');"
    expect(
      rows(`-- ${row}\n/* ${row} */\nCREATE FUNCTION f() AS $x$ ${row} $x$;\nINSERT INTO other VALUES ('${row.replaceAll("'", "''")}');
        COPY other (a) FROM stdin;\n${row}\n\\.\nCREATE TABLE "provider" (a text, CONSTRAINT x CHECK (a <> ''));
        INSERT INTO public."provider" VALUES ('yes');`),
    ).toEqual([{ a: 'yes' }])
  })

  it('reads an empty table, and COPY that begins the text', () => {
    expect(rows('COPY provider (a) FROM stdin;\n\\.\n')).toEqual([])
    expect(rows('COPY provider (a, b) FROM stdin;\r\n\\N\ta\\tb\\\\c\r\n\\.\r\n')).toEqual([{ a: null, b: 'a\tb\\c' }])
  })

  it('is done with a text of a megabyte at once', () => {
    const text = "''".repeat(500_000)
    expect(rows(`INSERT INTO provider (a) VALUES ('${text}');`)?.[0]?.['a']).toHaveLength(500_000)
  })
})

describe('rowsOfCsv', () => {
  it('reads quotes, commas and line ends inside fields', () => {
    expect(rowsOfCsv('\ufeffa,b\r\n"x, ""y""\nz",\n,2\n')).toEqual([
      { a: 'x, "y"\nz', b: '' },
      { a: '', b: '2' },
    ])
  })

  it.each(['a,b\n1\n', 'a\n"x"y\n', 'a\n"x\n'])('refuses %j', (text) => {
    expect(() => rowsOfCsv(text)).toThrow(/it is not valid CSV|does not have the columns/)
  })
})
