import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPrivateFile } from '../../../../src/core/private-files.ts'
import { openForReading, openForWriting, type Database } from '../../../../src/core/store/sqlite/database.ts'
import { tempHome } from '../../../support/temp-core.ts'

let temp: ReturnType<typeof tempHome>
let path: string
const opened: Database[] = []
beforeEach(() => {
  temp = tempHome()
  mkdirSync(temp.home)
  path = join(temp.home, 'vault.db')
  createPrivateFile(path)
})
afterEach(() => {
  for (const db of opened.splice(0)) db.close()
  temp[Symbol.dispose]()
})

function open(how: typeof openForReading): Database {
  const db = how(path)
  opened.push(db)
  return db
}
const pragma = (db: Database, name: string): unknown => db.pragma(name, { simple: true })

describe('a vault that is open for writing', () => {
  it('has every pragma that its promises rest on', () => {
    const db = open(openForWriting)
    db.exec('CREATE TABLE t (a)')
    expect(Object.fromEntries(PRAGMAS.map((name) => [name, pragma(db, name)]))).toEqual({
      journal_mode: 'wal',
      // FULL: the driver's build goes down to NORMAL with the first write.
      synchronous: 2,
      foreign_keys: 1,
      secure_delete: 1,
      trusted_schema: 0,
      busy_timeout: 0,
    })
  })

  it.runIf(process.platform !== 'win32')('keeps its log and index as private as itself', () => {
    const umask = process.umask(0)
    try {
      open(openForWriting).exec('CREATE TABLE t (a)')
    } finally {
      process.umask(umask)
    }
    const modes = readdirSync(temp.home).map((name) => [
      name,
      (statSync(join(temp.home, name)).mode & 0o777).toString(8),
    ])
    expect(modes.toSorted(([a = ''], [b = '']) => a.localeCompare(b))).toEqual([
      ['vault.db', '600'],
      ['vault.db-shm', '600'],
      ['vault.db-wal', '600'],
    ])
  })

  it('does not make a file that is not there', () => {
    path = join(temp.home, 'other.db')
    expect(() => openForWriting(path)).toThrow('unable to open database file')
    expect(readdirSync(temp.home)).toEqual(['vault.db'])
  })
})

describe('a vault that is open for reading', () => {
  it('refuses every write', () => {
    open(openForWriting).exec('CREATE TABLE t (a)')
    const db = open(openForReading)
    expect(() => db.exec('INSERT INTO t VALUES (1)')).toThrow(expect.objectContaining({ code: 'SQLITE_READONLY' }))
    expect(() => db.pragma('user_version = 7')).toThrow('attempt to write a readonly database')
    expect([pragma(db, 'trusted_schema'), pragma(db, 'busy_timeout')]).toEqual([0, 0])
  })

  it('makes no file that is not there', () => {
    path = join(temp.home, 'other.db')
    expect(() => openForReading(path)).toThrow('unable to open database file')
    expect(readdirSync(temp.home)).toEqual(['vault.db'])
  })
})

const PRAGMAS = ['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete', 'trusted_schema', 'busy_timeout']
