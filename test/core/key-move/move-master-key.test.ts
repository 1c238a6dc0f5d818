import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { startNodeHelper } from '../../../src/core/crypto/keychain-process.ts'
import { getDecryptedApiKey } from '../../../src/core/providers/provider-service.ts'
import { hasPass, makePassStore } from '../../support/pass-store.ts'
import { hasSecretService, startSecretService, type SecretService } from '../../support/secret-service.ts'
import { openTempCore, tempHome, type TempCore } from '../../support/temp-core.ts'
import { ask } from '../../support/vault-dump.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** A vault with its own key file and one key in it; answers the master key. */
async function vaultAt(home: string): Promise<string> {
  await using temp = await openTempCore({ home, key: null })
  await temp.client.createProvider({ name: 'p', display_name: 'P', api_key: 'sk-p' })
  return readFileSync(join(home, 'master.key'), 'utf8').trim()
}

async function expectOpen({ core }: TempCore, source: string): Promise<void> {
  expect(core.vault.problem).toBeUndefined()
  expect(core.vault.masterKey.source).toBe(source)
  expect(String(await getDecryptedApiKey(core.vault, { name: 'p' }))).toBe('sk-p')
}

/** The files of the folder that hold this text. */
const filesWith = (home: string, text: string): string[] =>
  readdirSync(home).filter((name) => readFileSync(join(home, name)).includes(text))

describe('a move of the master key', () => {
  it('puts it in the new place, wipes the old one, and the vault opens from there', async () => {
    using folder = tempHome()
    const { home } = folder
    const key = await vaultAt(home)
    for (const [to, source, file] of [
      ['env', 'env_file', '.env'],
      ['file', 'file', 'master.key'],
    ] as const) {
      await using temp = await openTempCore({ home, key: null })
      const before = temp.core.vault.masterKey.place
      expect(await temp.client.moveMasterKey({ to })).toEqual({
        source,
        place: join(home, file),
        wiped: [before],
        left: [],
      })
      await expectOpen(temp, source)
      expect(filesWith(home, key)).toEqual([file])
      await using next = await openTempCore({ home, key: null })
      await expectOpen(next, source)
    }
    expect(ask(home, "SELECT group_concat(detail) FROM audit WHERE act = 'master_key.move'")).toBe(
      '{"from":"file","to":"env_file"},{"from":"env_file","to":"file"}',
    )
    expect(existsSync(join(home, 'master-key-move.json'))).toBe(false)
  })

  it('leaves the other lines of .env as they are', async () => {
    using folder = tempHome()
    const { home } = folder
    const key = await vaultAt(home)
    writeFileSync(join(home, '.env'), '# mine\nOTHER=1\nexport ENCRYPTION_KEY=\nLAST="x y"')
    await using temp = await openTempCore({ home, key: null })
    await temp.client.moveMasterKey({ to: 'env' })
    expect(readFileSync(join(home, '.env'), 'utf8')).toBe(`# mine\nOTHER=1\nLAST="x y"\nENCRYPTION_KEY=${key}\n`)
    await temp.client.moveMasterKey({ to: 'file' })
    expect(readFileSync(join(home, '.env'), 'utf8')).toBe('# mine\nOTHER=1\nLAST="x y"\n')
  })

  it('says what its owner has to take away: Latchkey wipes only what it keeps itself', async () => {
    await using temp = await openTempCore()
    const { client, home } = temp
    expect(await client.moveMasterKey({ to: 'file' })).toMatchObject({
      source: 'file',
      wiped: [],
      left: ['ENCRYPTION_KEY in the environment'],
    })
    await client.createProvider({ name: 'p', display_name: 'P', api_key: 'sk-p' })
    await using next = await openTempCore({ home, key: null })
    await expectOpen(next, 'file')
  })

  it('goes to the environment where the key comes from there now', async () => {
    using folder = tempHome()
    const key = await vaultAt(folder.home)
    await using temp = await openTempCore({ home: folder.home, key })
    expect(await temp.client.moveMasterKey({ to: 'env' })).toMatchObject({ source: 'environment', left: [] })
    expect(filesWith(folder.home, key)).toEqual([])
    await expectOpen(temp, 'environment')
  })

  it('sets aside a key file that is not this vault’s', async () => {
    await using temp = await openTempCore()
    const other = generateFernetKey()
    writeFileSync(join(temp.home, 'master.key'), other, { mode: 0o600 })
    await temp.client.moveMasterKey({ to: 'file' })
    expect(readFileSync(join(temp.home, 'master.key'), 'utf8').trim()).toBe(temp.key)
    expect(filesWith(temp.home, other)).toEqual([expect.stringMatching(/^master\.key\.before-move-/)])
  })

  it.each([
    ['a keychain where none answers', { to: 'keychain' as const }, 'master_key_not_moved'],
    ['the place it is in', { to: 'file' as const }, 'not_allowed'],
    ['a command that fails', { to: 'command' as const, command: ['false'] }, 'key_command_failed'],
    [
      'a command that prints another key',
      { to: 'command' as const, command: ['echo', generateFernetKey()] },
      'master_key_not_moved',
    ],
    ['a command that prints no key', { to: 'command' as const, command: ['echo', 'hi'] }, 'encryption_key_malformed'],
    ['no command', { to: 'command' as const }, 'invalid_input'],
  ])('is refused to %s, and everything stays as it was', async (_, destination, code) => {
    using folder = tempHome()
    const key = await vaultAt(folder.home)
    await using temp = await openTempCore({ home: folder.home, key: null })
    await expect(temp.client.moveMasterKey(destination)).rejects.toMatchObject({ code })
    expect(filesWith(folder.home, key)).toEqual(['master.key'])
    expect(existsSync(join(folder.home, 'master-key-move.json'))).toBe(false)
    expect(existsSync(join(folder.home, 'master-key-command.json'))).toBe(false)
    await expectOpen(temp, 'file')
  })

  it('is for the owner in person: no token can ask for it', async () => {
    await using temp = await openTempCore({ door: 'rest' })
    expect(await temp.call('moveMasterKey', { to: 'command', command: ['true'] })).toMatchObject({ ok: false })
  })
})

describe.runIf(hasPass)('a master key that a helper command gives', () => {
  it('opens the vault at every start, read from pass', async () => {
    using folder = tempHome()
    const { home } = folder
    using store = makePassStore()
    store.insert('latchkey', `${await vaultAt(home)}\n`)
    const inPass = { home, key: null, env: { ...store.env, LATCHKEY_HOME: home } }
    {
      await using temp = await openTempCore(inPass)
      const moved = await temp.client.moveMasterKey({ to: 'command', command: ['pass', 'show', 'latchkey'] })
      expect(moved).toMatchObject({ source: 'command', place: 'the command pass', wiped: [join(home, 'master.key')] })
    }
    {
      await using temp = await openTempCore(inPass)
      await expectOpen(temp, 'command')
    }
    store.insert('latchkey', `${generateFernetKey()}\n`)
    await using temp = await openTempCore(inPass)
    expect(temp.core.vault.problem?.message).toBe(
      'Failed to decrypt data: the master key from the command pass does not open this vault',
    )
  })
})

describe.runIf(hasSecretService)('a move into and out of the keychain', () => {
  let session: SecretService
  beforeAll(async () => {
    session = await startSecretService()
  })
  afterAll(() => session[Symbol.asyncDispose]())

  it('leaves one copy of the key, and window and command line open from it', async () => {
    using folder = tempHome()
    const { home } = folder
    const key = await vaultAt(home)
    const inSession = { home, env: session.env, key: null, startKeychain: startNodeHelper }
    {
      await using temp = await openTempCore(inSession)
      const moved = await temp.client.moveMasterKey({ to: 'keychain' })
      expect(moved).toMatchObject({ source: 'keychain', wiped: [join(home, 'master.key')], left: [] })
      expect(filesWith(home, key)).toEqual([])
    }
    await using temp = await openTempCore({ ...inSession, door: 'window' })
    await expectOpen(temp, 'keychain')
    const { place } = temp.core.vault.masterKey
    expect(await temp.client.moveMasterKey({ to: 'file' })).toMatchObject({ source: 'file', wiped: [place] })
    await expectOpen(temp, 'file')
  })
})
