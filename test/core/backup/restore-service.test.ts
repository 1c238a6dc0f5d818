import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Desktop } from '../../../src/core/desktop.ts'
import { getDecryptedApiKey } from '../../../src/core/providers/provider-service.ts'
import { openTempCore, tempHome, type TempCore } from '../../support/temp-core.ts'

// scrypt takes its time, more so on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const PASSPHRASE = 'correct horse battery staple'

let folder: ReturnType<typeof tempHome>
let window: TempCore
/** What the person chooses in the dialog of the system. */
let chosen: string | null
beforeEach(async () => {
  folder = tempHome()
  chosen = null
  window = await openWindow(folder.home)
  await window.client.createProvider({
    name: 'mine',
    display_name: 'Mine',
    base_url: 'https://mine.example/v1',
    api_key: 'sk-first',
  })
})
afterEach(async () => {
  await window[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

function openWindow(home: string): Promise<TempCore> {
  const desktop: Desktop = {
    copyConcealed: async () => undefined,
    openExternal: async () => undefined,
    chooseFile: async () => chosen,
    choosePlace: async () => chosen,
    saveFile: async () => null,
    print: async () => false,
    hideWindow: async () => undefined,
    setStartAtLogin: async () => undefined,
  }
  return openTempCore({ home, key: null, door: 'window', desktop })
}

const keyOf = async ({ core }: TempCore): Promise<string> =>
  String(await getDecryptedApiKey(core.vault, { name: 'mine' }))

async function changeAddress(): Promise<void> {
  const mine = (await window.client.listProviders()).find(({ name }) => name === 'mine')
  await window.client.updateProvider({
    provider_id: mine?.id ?? 0,
    base_url: 'https://other.example/v1',
    api_key: 'sk-second',
  })
}

describe('a restore in the window', () => {
  it('shows what differs, puts the backup in place of the open vault, and keeps what was there', async () => {
    chosen = join(folder.home, '..', 'mine.lkbackup')
    const written = await window.client.backUp({ passphrase: PASSPHRASE })
    expect(written).toMatchObject({ path: chosen, keys: 1 })
    await window.client.createToken({ name: 'codex', kind: 'tool' })
    await changeAddress()
    await window.client.createProvider({ name: 'later', display_name: 'Later' })

    expect(await window.client.chooseBackup()).toEqual({ path: chosen, portable: true })
    const found = await window.client.openBackup({ path: chosen, passphrase: PASSPHRASE })
    expect(found).toMatchObject({
      made_at: written?.made_at,
      keys: 1,
      vault_name: basename(folder.home),
      differences: {
        added: [],
        removed: ['later'],
        changed: [{ name: 'mine', origin: { vault: 'https://other.example', backup: 'https://mine.example' } }],
      },
    })
    // Nothing has happened yet.
    expect(await keyOf(window)).toBe('sk-second')
    const restored = await window.client.restoreBackup({ restore_id: found.restore_id, vault_name: found.vault_name })
    expect(await keyOf(window)).toBe('sk-first')
    expect((await window.client.listProviders()).map(({ name }) => name)).not.toContain('later')
    expect(existsSync(restored.kept ?? '')).toBe(true)
    expect((await window.client.getStatus()).vault.state).toBe('open')
    // It can be written, too, and restored again from what was kept.
    await changeAddress()
    const back = await window.client.openBackup({ path: restored.kept ?? '' })
    const again = await window.client.restoreBackup({ restore_id: back.restore_id, vault_name: back.vault_name })
    expect(again.tokens_revoked).toBe(1)
    expect((await window.client.listProviders()).map(({ name }) => name)).toContain('later')
  })

  it('says what is wrong with a file or a passphrase, and the vault stays as it is and open', async () => {
    chosen = join(folder.home, '..', 'mine.lkbackup')
    await window.client.backUp({ passphrase: PASSPHRASE })
    await changeAddress()
    await window.client.chooseBackup()
    for (const passphrase of [undefined, 'another passphrase']) {
      const opening = window.client.openBackup({ path: chosen, ...(passphrase === undefined ? {} : { passphrase }) })
      await expect(opening).rejects.toMatchObject({
        code: passphrase === undefined ? 'invalid_input' : 'backup_unreadable',
      })
    }
    const found = await window.client.openBackup({ path: chosen, passphrase: PASSPHRASE })
    const wrong = window.client.restoreBackup({ restore_id: found.restore_id, vault_name: 'another' })
    await expect(wrong).rejects.toMatchObject({ code: 'confirmation_wrong' })
    // Another process has it open: the same backup can be tried again once that is closed.
    const sure = { restore_id: found.restore_id, vault_name: found.vault_name }
    const other = await openTempCore({ home: folder.home, key: null })
    await expect(window.client.restoreBackup(sure)).rejects.toMatchObject({ code: 'vault_in_use' })
    await other[Symbol.asyncDispose]()
    expect(await keyOf(window)).toBe('sk-second')
    await window.client.restoreBackup(sure)
    expect(await keyOf(window)).toBe('sk-first')
    await expect(window.client.restoreBackup(sure)).rejects.toMatchObject({ code: 'restore_over' })
  })

  it('puts a backup in the place of a vault that is damaged, and opens it', async () => {
    chosen = join(folder.home, '..', 'mine.lkbackup')
    await window.client.backUp({ passphrase: PASSPHRASE })
    await window.core.close()
    writeFileSync(join(folder.home, 'vault.db'), 'nonsense'.repeat(1000))
    window = await openWindow(folder.home)
    expect((await window.client.getStatus()).vault.problem?.code).toBe('database_damaged')
    await window.client.chooseBackup()
    const found = await window.client.openBackup({ path: chosen, passphrase: PASSPHRASE })
    expect([found.differences, found.problem?.detail]).toEqual([null, expect.stringContaining('is damaged')])
    await window.client.restoreBackup({ restore_id: found.restore_id, vault_name: found.vault_name })
    expect(await keyOf(window)).toBe('sk-first')
  })

  it('is a way back where the master key is lost: the backup brings its own', async () => {
    chosen = join(folder.home, '..', 'mine.lkbackup')
    await window.client.backUp({ passphrase: PASSPHRASE })
    rmSync(join(folder.home, 'master.key'))
    await window.client.reopenVault()
    expect((await window.client.getStatus()).vault.state).toBe('read_only')
    await window.client.chooseBackup()
    const found = await window.client.openBackup({ path: chosen, passphrase: PASSPHRASE })
    await window.client.restoreBackup({ restore_id: found.restore_id, vault_name: found.vault_name })
    expect(await keyOf(window)).toBe('sk-first')
  })

  it('waits for what has begun on the vault, and refuses what begins meanwhile', async () => {
    chosen = join(folder.home, '..', 'mine.lkbackup')
    await window.client.backUp({ passphrase: PASSPHRASE })
    await changeAddress()
    let end = (): void => undefined
    const begun = window.core.vault.during(() => new Promise<void>((resolve) => (end = resolve)))
    let meanwhile: unknown
    const replaced = window.core.vault.replaceFile(async () => 'replaced')
    await vi.waitUntil(() => window.core.vault.state === 'closed')
    await window.client.listProviders().catch((cause: unknown) => (meanwhile = cause))
    expect(meanwhile).toMatchObject({ code: 'vault_busy' })
    end()
    await begun
    expect(await replaced).toBe('replaced')
    expect(await keyOf(window)).toBe('sk-second')
  })

  it('reads no file that nobody pointed at, and leaves nothing of one that was closed', async () => {
    const path = join(folder.home, '..', 'mine.lkbackup')
    chosen = path
    await window.client.backUp({ passphrase: PASSPHRASE })
    await expect(window.client.openBackup({ path, passphrase: PASSPHRASE })).rejects.toMatchObject({
      code: 'not_allowed',
    })
    chosen = join(folder.home, 'vault.db')
    await expect(window.client.chooseBackup()).rejects.toMatchObject({ code: 'import_unreadable' })
    chosen = path
    await window.client.chooseBackup()
    const { restore_id } = await window.client.openBackup({ path, passphrase: PASSPHRASE })
    expect(readdirSync(join(folder.home, 'backups'))).toHaveLength(1)
    await window.client.endRestore({ restore_id })
    expect(readdirSync(join(folder.home, 'backups'))).toEqual([])
    expect(readFileSync(path, 'latin1').slice(0, 8)).toBe('LKBACKUP')
  })
})
