import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { swapVault } from '../../../src/core/backup/swap-vault.ts'
import { openVaultForReading } from '../../../src/core/store/sqlite/sqlite-vault-file.ts'
import { openTempCore, tempHome } from '../../support/temp-core.ts'

vi.setConfig({ testTimeout: 120_000 })

const warn = (): void => {}

/** A folder with a vault that has the provider `old`, and a draft beside it with the provider `new`. */
async function folderWithBoth(): Promise<{ home: string; draft: string; vault: string; keep: string } & Disposable> {
  const temp = tempHome()
  const { home } = temp
  const vault = join(home, 'vault.db')
  await made(join(home, 'other'), 'new')
  await made(home, 'old')
  const draft = `${vault}.new-0123456789ab`
  copyFileSync(join(home, 'other', 'vault.db'), draft)
  mkdirSync(join(home, 'backups'), { recursive: true })
  return { home, draft, vault, keep: join(home, 'backups', 'kept.db'), [Symbol.dispose]: () => temp[Symbol.dispose]() }
}

async function made(home: string, name: string): Promise<void> {
  await using temp = await openTempCore({ home })
  await temp.client.createProvider({ name, display_name: name })
}

/** Which of the two a vault is; looked at as the next start would, recovery included. */
async function namesIn(path: string): Promise<string[]> {
  const file = await openVaultForReading(path, { warn })
  try {
    expect(file.integrityProblems()).toEqual([])
    const providers = await file.store.listProviders()
    return providers.map(({ name }) => name).filter((name) => name === 'old' || name === 'new')
  } finally {
    file.close()
  }
}

const sideFiles = (home: string): string[] => readdirSync(home).filter((name) => name.startsWith('vault.db-'))

describe('swapVault', () => {
  it('puts the new vault in place and keeps the one that was there', async () => {
    using folder = await folderWithBoth()
    await swapVault(folder)
    expect(sideFiles(folder.home)).toEqual([])
    expect(await namesIn(folder.vault)).toEqual(['new'])
    expect(await namesIn(folder.keep)).toEqual(['old'])
    expect(existsSync(folder.draft)).toBe(false)
    for (const path of [folder.vault, folder.keep]) expect(statSync(path).mode & 0o777).toBe(0o600)
    await using temp = await openTempCore({ home: folder.home, key: null })
    expect(temp.core.vault.state).not.toBe('closed')
  })

  it('keeps what a killed process had left in the log alone', async () => {
    using folder = await folderWithBoth()
    const script = join(import.meta.dirname, 'leave-in-log.ts')
    const child = spawn(process.execPath, [script, folder.vault], { stdio: 'ignore' })
    await once(child, 'exit')
    expect(child.signalCode).toBe('SIGKILL')
    expect(statSync(`${folder.vault}-wal`).size).toBeGreaterThan(0)

    await swapVault(folder)
    expect(sideFiles(folder.home)).toEqual([])
    expect(await namesIn(folder.vault)).toEqual(['new'])
    const kept = await openVaultForReading(folder.keep, { warn })
    expect((await kept.store.listProviders()).map(({ name }) => name)).toContain('only-in-log')
    kept.close()
  })

  it('puts a vault where none was', async () => {
    using folder = await folderWithBoth()
    const vault = join(folder.home, 'other', 'empty', 'vault.db')
    mkdirSync(join(folder.home, 'other', 'empty'))
    // A log without its vault would be replayed into the new one.
    writeFileSync(`${vault}-wal`, 'left behind')
    await swapVault({ ...folder, vault })
    expect(await namesIn(vault)).toEqual(['new'])
    expect(existsSync(folder.keep)).toBe(false)
  })

  it.each([
    ['no database', (path: string) => writeFileSync(path, 'nonsense'.repeat(1000))],
    ['an empty file', (path: string) => writeFileSync(path, '')],
    [
      'a database whose pages are overwritten',
      (path: string) => {
        const bytes = readFileSync(path)
        bytes.fill(0x5a, 100)
        writeFileSync(path, bytes)
      },
    ],
  ])('replaces what has become %s, and keeps it', async (_, damage) => {
    using folder = await folderWithBoth()
    damage(folder.vault)
    const size = statSync(folder.vault).size
    await swapVault(folder)
    expect(await namesIn(folder.vault)).toEqual(['new'])
    expect(statSync(folder.keep).size).toBe(size)
  })

  it('refuses while another process has the vault open, and changes nothing', async () => {
    using folder = await folderWithBoth()
    const other = await openVaultForReading(folder.vault, { warn })
    await other.store.listProviders()
    await expect(swapVault(folder)).rejects.toMatchObject({ code: 'vault_in_use' })
    expect((await other.store.listProviders()).map(({ name }) => name)).toContain('old')
    other.close()
    expect(existsSync(folder.keep)).toBe(false)
    expect(existsSync(folder.draft)).toBe(true)
    await swapVault(folder)
    expect(await namesIn(folder.vault)).toEqual(['new'])
  })

  it('refuses a draft whose log was not emptied', async () => {
    using folder = await folderWithBoth()
    appendFileSync(`${folder.draft}-wal`, 'frames')
    await expect(swapVault(folder)).rejects.toThrow('its log was not emptied')
    expect(await namesIn(folder.vault)).toEqual(['old'])
  })

  it('never writes over a copy that is kept', async () => {
    using folder = await folderWithBoth()
    writeFileSync(folder.keep, 'an earlier one')
    await expect(swapVault(folder)).rejects.toThrow('is there already')
    expect(readFileSync(folder.keep, 'utf8')).toBe('an earlier one')
    expect(await namesIn(folder.vault)).toEqual(['old'])
  })

  it('leaves the old vault or the new one, whole, killed at any step, and can be done again', async () => {
    using probe = await folderWithBoth()
    const steps: string[] = []
    await swapVault({ ...probe, onStep: (step) => steps.push(step) })
    expect(steps.length).toBeGreaterThanOrEqual(6)
    const outcomes = new Set<string>()
    for (const step of steps.keys()) {
      using folder = await folderWithBoth()
      const script = join(import.meta.dirname, 'killed-swap.ts')
      const child = spawn(process.execPath, [script, folder.draft, folder.vault, folder.keep, String(step)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      await once(child, 'exit')
      expect([step, child.signalCode]).toEqual([step, 'SIGKILL'])
      const [name = ''] = await namesIn(folder.vault)
      outcomes.add(name)
      if (name === 'old') await swapVault({ ...folder, keep: `${folder.keep}.again` })
      expect(await namesIn(folder.vault)).toEqual(['new'])
    }
    expect(outcomes).toEqual(new Set(['old', 'new']))
  })
})
