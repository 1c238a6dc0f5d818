import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copyName, keepLocalCopy, rotateCopies } from '../../../src/core/backup/local-copies.ts'
import { openVaultForReading } from '../../../src/core/store/sqlite/sqlite-vault-file.ts'
import { openTempCore } from '../../support/temp-core.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-copies-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const day = (n: number): Date => new Date(Date.UTC(2026, 0, n, 12))

describe('automatic copies', () => {
  it('stay for the last fourteen times, whatever they were made for', () => {
    const names = Array.from({ length: 20 }, (_, n) =>
      copyName(n % 2 === 0 ? 'restore' : 'rotation', n % 3 === 0 ? 'lkbackup' : 'db', day(n + 1)),
    )
    for (const name of names.toReversed()) writeFileSync(join(folder, name), '')
    expect(rotateCopies(folder)).toEqual(names.slice(0, 6))
    expect(readdirSync(folder).sort()).toEqual(names.slice(6))
    expect(rotateCopies(folder)).toEqual([])
  })

  it('are kept apart from those of the schedule, which push none of them out', () => {
    const before = copyName('restore', 'db', day(1))
    const scheduled = Array.from({ length: 16 }, (_, n) => copyName('scheduled', 'lkbackup', day(n + 2)))
    for (const name of [before, ...scheduled]) writeFileSync(join(folder, name), '')
    expect(rotateCopies(folder)).toEqual(scheduled.slice(0, 2))
    expect(readdirSync(folder).sort()).toEqual([before, ...scheduled.slice(2)])
  })

  it('push out nothing that Latchkey did not make by itself', () => {
    const others = [
      'before-start-over-2020-01-01T00-00-00-000Z.db',
      'vault.db',
      'vault-old.db',
      'vault-2020-01-01T00-00-00-000Z-mine.db',
      'x-vault-2020-01-01T00-00-00-000Z-scheduled.db',
      'vault-2020-01-01T00-00-00-000Z-scheduled.db.bak',
    ]
    for (const name of others) writeFileSync(join(folder, name), '')
    for (let n = 1; n <= 16; n++) writeFileSync(join(folder, copyName('scheduled', 'db', day(n))), '')
    expect(rotateCopies(folder)).toHaveLength(2)
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(others))
  })

  it('are vaults that open, private, and rotated as they are made', async () => {
    await using temp = await openTempCore()
    await temp.client.createProvider({ name: 'mine', display_name: 'Mine' })
    const vault = await openVaultForReading(join(temp.home, 'vault.db'), { warn: () => {} })
    const backups = join(folder, 'backups')
    const paths: string[] = []
    for (let n = 1; n <= 15; n++) {
      paths.push(await keepLocalCopy(vault, backups, 'migration', { warn: () => {}, now: day(n) }))
    }
    vault.close()
    expect(readdirSync(backups).map((name) => join(backups, name))).toEqual(paths.slice(1))
    const last = paths.at(-1) ?? ''
    expect([statSync(backups).mode & 0o777, statSync(last).mode & 0o777]).toEqual([0o700, 0o600])
    const copy = await openVaultForReading(last, { warn: () => {} })
    expect((await copy.store.listProviders()).map(({ name }) => name)).toContain('mine')
    copy.close()
  })
})
