import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fernet, generateFernetKey, parseFernetKey } from '../../src/core/crypto/fernet.ts'
import { getDecryptedApiKey } from '../../src/core/providers/provider-service.ts'
import { openTempCore, tempHome, type TempCore } from '../support/temp-core.ts'
import { ask, dumpVault, sha256Of, tamper } from '../support/vault-dump.ts'

const key = generateFernetKey()
const NAME = { vault_name: 'vault-home' }

let temp: ReturnType<typeof tempHome>
let home: string
const at = (...names: string[]): string => join(home, ...names)
const open = (options: Parameters<typeof openTempCore>[0] = {}): Promise<TempCore> =>
  openTempCore({ home, key: null, ...options })

/** A vault under `key` from the environment: two keys, a custom provider, a setting. */
beforeEach(async () => {
  temp = tempHome()
  home = temp.home
  await using core = await open({ key })
  for (const name of ['openai', 'xai']) {
    const provider = (await core.client.listProviders()).find((provider) => provider.name === name)
    await core.client.updateProvider({ provider_id: provider?.id ?? 0, api_key: `sk-${name}` })
  }
  await core.client.createProvider({ name: 'own', display_name: 'Own', models: ['m'] })
  await core.client.updateSettings({ theme: 'dark' })
})
afterEach(() => temp[Symbol.dispose]())

describe('starting over', () => {
  it('keeps providers, models and settings, drops the keys, and lists which to enter again', async () => {
    await using core = await open()
    const before = await core.client.listProviders()
    const { keys_to_enter_again } = await core.client.startOver(NAME)
    expect(keys_to_enter_again).toEqual([
      { name: 'openai', display_name: 'OpenAI', key_url: expect.stringMatching(/^https:/), labels: ['Key 1'] },
      { name: 'xai', display_name: expect.any(String), key_url: expect.stringMatching(/^https:/), labels: ['Key 1'] },
    ])
    const after = await core.client.listProviders()
    expect(after.map(({ has_api_key }) => has_api_key)).not.toContain(true)
    expect(after).toEqual(
      before.map((provider, at) => ({
        ...provider,
        has_api_key: false,
        key_state: 'none',
        updated_at: after[at]?.updated_at,
      })),
    )
    expect(await core.client.getSettings()).toMatchObject({ theme: 'dark' })
  })

  it('leaves a vault that opens with the new key, now and at the next start', async () => {
    {
      await using core = await open()
      await core.client.startOver(NAME)
      expect(await core.client.getStatus()).toMatchObject({
        vault: { state: 'open', problem: null },
        master_key: { source: 'file', place: at('master.key') },
      })
      await core.client.createProvider({ name: 'new', display_name: 'New', api_key: 'sk-new' })
    }
    await using core = await open()
    expect((await getDecryptedApiKey(core.core.vault, { name: 'new' })).toString()).toBe('sk-new')
  })

  it('keeps a whole copy of the file, which the old key opens', async () => {
    let copy: string
    {
      await using core = await open()
      copy = (await core.client.startOver(NAME)).copy
      expect(copy).toMatch(/backups.before-start-over-[\dTZ-]+\.db$/)
      expect(readdirSync(at('backups')).map((name) => at('backups', name))).toEqual([copy])
      expect(statSync(copy).mode & 0o777).toBe(0o600)
    }
    using other = tempHome()
    mkdirSync(other.home, { mode: 0o700 })
    renameSync(copy, join(other.home, 'vault.db'))
    await using again = await openTempCore({ home: other.home, key })
    expect((await getDecryptedApiKey(again.core.vault, { name: 'xai' })).toString()).toBe('sk-xai')
  })

  it('asks for the vault’s name, exactly', async () => {
    await using core = await open()
    for (const vault_name of ['', 'Vault-Home', 'vault-home ', home]) {
      expect(await core.call('startOver', { vault_name })).toMatchObject({
        ok: false,
        error: {
          code: 'confirmation_wrong',
          detail: "The typed name is not the vault's name, 'vault-home'",
        },
      })
    }
    expect(existsSync(at('backups'))).toBe(false)
    expect(existsSync(at('master.key'))).toBe(false)
  })

  it('is refused where the vault opens', async () => {
    await using core = await open({ key })
    expect(await core.call('startOver', NAME)).toMatchObject({ ok: false, error: { code: 'not_allowed' } })
    expect(ask(home, "SELECT count(*) FROM provider WHERE api_key_encrypted <> ''")).toBe(2)
  })

  it('is refused where the right key still lies where it was recorded, hidden by a wrong one', async () => {
    using other = tempHome()
    home = other.home
    await (await open())[Symbol.asyncDispose]()
    await using core = await open({ key: generateFernetKey() })
    const before = await core.client.getStatus()
    expect(before.vault.problem?.code).toBe('encryption_key_wrong')
    expect(await core.call('startOver', { vault_name: 'vault-home' })).toMatchObject({
      ok: false,
      error: { code: 'not_allowed', detail: expect.stringContaining(`${at('master.key')} opens this vault`) },
    })
    expect(existsSync(at('backups'))).toBe(false)
  })

  it('is refused where the vault itself is damaged', async () => {
    writeFileSync(at('vault.db'), 'x'.repeat(5000))
    await using core = await open()
    const before = sha256Of(at('vault.db'))
    expect(await core.call('startOver', NAME)).toMatchObject({ ok: false, error: { code: 'database_damaged' } })
    expect(sha256Of(at('vault.db'))).toBe(before)
  })

  it('makes the key that is given the vault’s, and keeps what it opens', async () => {
    const given = generateFernetKey()
    const token = new Fernet(parseFernetKey(given)).encrypt(Buffer.from('sk-by-python'))
    tamper(
      home,
      'UPDATE provider SET api_key_encrypted = ?, key_id = NULL, binding = NULL, master_key_id = NULL WHERE id = 1',
      token,
    )
    await using core = await open({ key: given })
    const { keys_to_enter_again } = await core.client.startOver(NAME)
    expect(keys_to_enter_again.map(({ name }) => name)).toEqual(['xai'])
    expect(existsSync(at('master.key'))).toBe(false)
    expect(core.core.vault.state).toBe('open')
    await core.client.adoptKey({ provider_id: 1 })
    expect((await getDecryptedApiKey(core.core.vault, { id: 1 })).toString()).toBe('sk-by-python')
  })

  it('says first that a key that is given is malformed, and does nothing', async () => {
    await using core = await open({ key: 'nonsense' })
    expect(await core.call('startOver', NAME)).toMatchObject({ ok: false, error: { code: 'encryption_key_malformed' } })
    expect(existsSync(at('backups'))).toBe(false)
  })

  it('sets a key file aside that does not open the vault: it may open a copy', async () => {
    writeFileSync(at('master.key'), 'another key', { mode: 0o600 })
    await using core = await open()
    await core.client.startOver(NAME)
    const aside = readdirSync(at()).filter((name) => name.startsWith('master.key.before-start-over-'))
    expect(aside.map((name) => readFileSync(at(name), 'utf8'))).toEqual(['another key'])
  })

  it('done twice at the same time is done once', async () => {
    await using core = await open()
    const replies = await Promise.all([core.call('startOver', NAME), core.call('startOver', NAME)])
    expect(replies.map(({ ok }) => ok)).toEqual([true, false])
    expect(dumpVault(home)['audit']?.filter(({ act }) => act === 'vault.start_over')).toHaveLength(1)
    expect(core.core.vault.state).toBe('open')
  })

  it('leaves the vault as it was where the copy cannot be made', async () => {
    await using core = await open()
    writeFileSync(at('backups'), '')
    expect(await core.call('startOver', NAME)).toMatchObject({ ok: false, error: { code: 'folder_unsafe' } })
    expect(ask(home, "SELECT count(*) FROM provider WHERE api_key_encrypted <> ''")).toBe(2)
    expect(existsSync(at('master.key'))).toBe(false)
    rmSync(at('backups'))
    await core.client.startOver(NAME)
  })
})
