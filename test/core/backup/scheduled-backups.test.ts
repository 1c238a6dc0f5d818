import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { actorOf } from '../../../src/core/actor.ts'
import { withPassphrase } from '../../../src/core/backup/backup-key.ts'
import { openRestore } from '../../../src/core/backup/restore.ts'
import { ScheduledBackups } from '../../../src/core/backup/scheduled-backups.ts'
import { createLog } from '../../../src/core/log.ts'
import { placesFrom } from '../../../src/core/places.ts'
import { getDecryptedApiKey } from '../../../src/core/providers/provider-service.ts'
import { examine } from '../../../src/core/doctor.ts'
import { openTempCore, tempHome, type TempCore } from '../../support/temp-core.ts'
import { ask, tamper } from '../../support/vault-dump.ts'

// scrypt takes its time, more so on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const PASSPHRASE = 'correct horse battery staple'
const DAY = 86_400_000
const HOUR = 3_600_000

/** A vault with a key, its master key in master.key, and a backup passphrase. */
const base = tempHome()
beforeAll(async () => {
  await using temp = await openTempCore({ home: base.home, key: null })
  await temp.client.createProvider({ name: 'mine', display_name: 'Mine', api_key: 'sk-mine' })
  await temp.client.setBackupPassphrase({ passphrase: PASSPHRASE })
})
afterAll(() => base[Symbol.dispose]())

/** A copy of it, with or without the passphrase. */
async function openCopy({ passphrase }: { passphrase: boolean }): Promise<TempCore> {
  const folder = tempHome()
  cpSync(base.home, folder.home, { recursive: true })
  const temp = await openTempCore({ home: folder.home, key: null })
  if (!passphrase) await temp.client.removeBackupPassphrase()
  return {
    ...temp,
    async [Symbol.asyncDispose]() {
      await temp[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** The schedule of a process, so many milliseconds from now. */
const schedule = ({ core }: TempCore, later: number): ScheduledBackups =>
  new ScheduledBackups({ vault: core.vault, log: createLog({ level: 'silent' }), now: () => Date.now() + later })

const files = ({ home }: TempCore): string[] => {
  try {
    return readdirSync(join(home, 'backups'))
  } catch {
    return []
  }
}

/** What comes out of a backup on another machine, by its passphrase alone. */
async function restoredKey(path: string): Promise<string> {
  using there = tempHome()
  const places = placesFrom({ LATCHKEY_HOME: there.home })
  const found = await openRestore(path, withPassphrase(PASSPHRASE), { places, given: {}, warn: () => undefined })
  await found.restore('', actorOf('cli'))
  found.discard()
  await using temp = await openTempCore({ home: there.home, key: null })
  return String(await getDecryptedApiKey(temp.core.vault, { name: 'mine' }))
}

describe('scheduled backups', () => {
  it('are made once a day, not of a vault that was just made, and stand in status', async () => {
    await using temp = await openCopy({ passphrase: false })
    await schedule(temp, DAY - HOUR).runWhereDue()
    expect(files(temp)).toEqual([])
    const later = schedule(temp, DAY + HOUR)
    await later.runWhereDue()
    await later.runWhereDue()
    const [name = '', ...more] = files(temp)
    expect([name, more]).toEqual([expect.stringMatching(/^vault-.*-scheduled\.db$/), []])
    const { backup } = await temp.client.getStatus()
    const path = join(temp.home, 'backups', name)
    expect(backup).toMatchObject({ schedule: 'daily', problem: null, last: { path, portable: false } })
    await schedule(temp, 2 * DAY).runWhereDue()
    expect(files(temp)).toHaveLength(1)
    await schedule(temp, 2 * DAY + 2 * HOUR).runWhereDue()
    expect(files(temp)).toHaveLength(2)
  })

  it('are made once a week, or not at all, where that is chosen', async () => {
    await using temp = await openCopy({ passphrase: false })
    await temp.client.updateSettings({ backup_schedule: 'off' })
    await schedule(temp, 400 * DAY).runWhereDue()
    expect((await temp.client.getStatus()).backup?.next_at).toBeNull()
    await temp.client.updateSettings({ backup_schedule: 'weekly' })
    await schedule(temp, 6 * DAY).runWhereDue()
    expect(files(temp)).toEqual([])
    await schedule(temp, 7 * DAY + HOUR).runWhereDue()
    expect(files(temp)).toHaveLength(1)
  })

  it('open with the backup passphrase on another machine, which nobody was asked for, also after a rotation', async () => {
    await using temp = await openCopy({ passphrase: true })
    await schedule(temp, DAY + HOUR).runWhereDue()
    const { keys } = await temp.client.rotateMasterKey()
    expect(keys).toBe(1)
    await schedule(temp, 2 * DAY + 2 * HOUR).runWhereDue()
    const scheduled = (await temp.client.listBackups()).filter(({ reason }) => reason === 'scheduled')
    expect(scheduled.map(({ portable }) => portable)).toEqual([true, true])
    for (const { path } of scheduled) expect(await restoredKey(path)).toBe('sk-mine')
    // What was kept of the passphrase moved with the keys: the old master key is needed by nothing.
    expect(ask(temp.home, 'SELECT master_key_id FROM backup_key')).toBe(temp.core.vault.masterKeyId)
  })

  it('are made by one of two processes', async () => {
    await using temp = await openCopy({ passphrase: true })
    await using other = await openTempCore({ home: temp.home, key: null })
    await Promise.all([schedule(temp, DAY + HOUR).runWhereDue(), schedule(other, DAY + HOUR).runWhereDue()])
    expect(files(temp)).toHaveLength(1)
  })

  it('wait while the vault is locked', async () => {
    await using temp = await openCopy({ passphrase: true })
    await temp.client.setPassphrase({ passphrase: PASSPHRASE })
    await temp.client.lock()
    await schedule(temp, DAY + HOUR).runWhereDue()
    expect([files(temp), ask(temp.home, 'SELECT backup_problem FROM vault')]).toEqual([[], null])
    await temp.client.unlock({ passphrase: PASSPHRASE })
    await schedule(temp, DAY + HOUR).runWhereDue()
    expect(files(temp)).toHaveLength(1)
  })

  it('say why one failed, and are tried again an hour later', async () => {
    await using temp = await openCopy({ passphrase: true })
    const folder = join(temp.home, 'backups')
    // A folder that others may have put there.
    symlinkSync(base.home, folder)
    await schedule(temp, 3 * DAY).runWhereDue()
    rmSync(folder)
    const { backup } = await temp.client.getStatus()
    expect(backup?.problem?.detail).toContain(`${folder} is not safe to keep keys in`)
    await schedule(temp, 3 * DAY + HOUR / 2).runWhereDue()
    expect(files(temp)).toEqual([])
    await schedule(temp, 3 * DAY + 2 * HOUR).runWhereDue()
    expect(files(temp)).toHaveLength(1)
    expect((await temp.client.getStatus()).backup?.problem).toBeNull()
  })

  it('are not made under a key that somebody else put in the place of the passphrase, and doctor says so', async () => {
    await using temp = await openCopy({ passphrase: true })
    // A token of this very master key, whose content whoever may store keys can choose.
    tamper(
      temp.home,
      "UPDATE backup_key SET key_encrypted = (SELECT api_key_encrypted FROM provider WHERE name = 'mine')",
    )
    await schedule(temp, DAY + HOUR).runWhereDue()
    expect(files(temp).filter((name) => name.includes('scheduled'))).toEqual([])
    const { backup } = await temp.client.getStatus()
    expect(backup?.problem?.detail).toContain('The backup passphrase cannot be used')
    const findings = await examine({ env: { LATCHKEY_HOME: temp.home }, cwd: temp.home, fix: false })
    expect(findings).toContainEqual(
      expect.objectContaining({ level: 'wrong', hint: 'Set it again: latchkey backup passphrase set' }),
    )
  })

  it('leave nothing under the name of a backup that is not whole, killed at any step', async () => {
    const script = join(import.meta.dirname, 'killed-schedule.ts')
    const run = (home: string, stop: number) => spawnSync(process.execPath, [script, home, String(stop)])
    for (const passphrase of [true, false]) {
      await using source = await openCopy({ passphrase })
      await source.core.close()
      let stop = 0
      for (; run(source.home, stop).signal === 'SIGKILL'; stop += 1) {
        const left = files(source)
        expect(left.filter((name) => !name.endsWith('.tmp'))).toEqual([])
        // What is left is swept once it is an hour old.
        for (const name of left) utimesSync(join(source.home, 'backups', name), 0, 0)
      }
      expect(stop).toBeGreaterThan(1)
      expect(files(source)).toEqual([expect.stringMatching(/-scheduled\.(db|lkbackup)$/)])
    }
  })
})

describe('a backup passphrase', () => {
  it('is asked for nowhere but to restore, and kept nowhere', async () => {
    await using temp = await openCopy({ passphrase: true })
    const path = join(temp.home, '..', 'mine.lkbackup')
    expect(await temp.client.backUp({ path })).toMatchObject({ path, keys: 1 })
    expect(await restoredKey(path)).toBe('sk-mine')
    for (const name of readdirSync(temp.home, { recursive: true, encoding: 'latin1' })) {
      if (/\.(db|key|lkbackup|db-wal)$/.test(name)) {
        expect(readFileSync(join(temp.home, name)).includes(PASSPHRASE)).toBe(false)
      }
    }
    await temp.client.removeBackupPassphrase()
    await expect(temp.client.removeBackupPassphrase()).rejects.toMatchObject({ code: 'backup_passphrase_not_set' })
    await expect(temp.client.backUp({ path: `${path}2` })).rejects.toMatchObject({ code: 'backup_passphrase_not_set' })
  })

  it('goes with a lost master key, and starting over says so', async () => {
    await using temp = await openCopy({ passphrase: true })
    rmSync(join(temp.home, 'master.key'))
    await temp.client.reopenVault()
    const result = await temp.client.startOver({ vault_name: basename(temp.home) })
    expect(result.backup_passphrase_dropped).toBe(true)
    expect((await temp.client.getStatus()).backup?.passphrase_set_at).toBeNull()
  })

  it('replaces no file that is there, and in the window writes only where a person said', async () => {
    await using temp = await openCopy({ passphrase: true })
    const path = join(temp.home, '..', 'there')
    writeFileSync(path, 'mine')
    await expect(temp.client.backUp({ path })).rejects.toMatchObject({ code: 'backup_exists' })
    await using window = await openTempCore({ home: temp.home, key: null, door: 'window' })
    await expect(window.client.backUp({ path: `${path}2` })).rejects.toMatchObject({ code: 'not_allowed' })
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })
})
