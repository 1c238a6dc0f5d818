import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { actorOf } from '../../../src/core/actor.ts'
import { backUp } from '../../../src/core/backup/back-up.ts'
import type { BackupKey, Unlock } from '../../../src/core/backup/backup-key.ts'
import { openRestore, type Restore } from '../../../src/core/backup/restore.ts'
import { placeKey } from '../../../src/core/backup/restored-key.ts'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import type { KeySource } from '../../../src/core/crypto/key-source.ts'
import type { GivenKeys } from '../../../src/core/crypto/key-sources.ts'
import { KeyRing } from '../../../src/core/crypto/master-key.ts'
import { newScryptParams } from '../../../src/core/crypto/passphrase-key.ts'
import { WrappingKey } from '../../../src/core/crypto/wrapped-key.ts'
import { AppLock } from '../../../src/core/lock/app-lock.ts'
import { UnlockTries } from '../../../src/core/lock/unlock-tries.ts'
import { placesFrom } from '../../../src/core/places.ts'
import { getDecryptedApiKey } from '../../../src/core/providers/provider-service.ts'
import { openVaultForReading } from '../../../src/core/store/sqlite/sqlite-vault-file.ts'
import { toFirstFormat } from '../../support/first-format.ts'
import { openTempCore, tempHome } from '../../support/temp-core.ts'
import { ask, integrityOf } from '../../support/vault-dump.ts'
import { isFileStep } from './file-step.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const by = actorOf('cli')
const warn = (): void => {}
/** A key as scrypt might have made it, without its third of a second. */
const secret: BackupKey = { key: randomBytes(32), params: newScryptParams() }
const unlock: Unlock = async () => Buffer.from(secret.key)

const PASSPHRASE = 'correct horse battery staple'
const wrapping = await WrappingKey.create(PASSPHRASE)

const folder = tempHome()
const original = join(folder.home, 'original')
const backup = join(folder.home, 'made.lkbackup')

/** A vault with the key file that Latchkey makes, and one provider with a key. */
async function vaultAt(home: string, name: string, api_key: string): Promise<void> {
  await using temp = await openTempCore({ home, key: null })
  await temp.client.createProvider({ name, display_name: name, base_url: `https://${name}.test`, api_key })
}

beforeAll(async () => {
  mkdirSync(folder.home, { recursive: true })
  await vaultAt(original, 'kept', 'k-kept')
  await using temp = await openTempCore({ home: original, key: null })
  await temp.client.makeListenerToken()
  await backUp(temp.core.vault, backup, secret, { by, warn })
})
afterAll(() => folder[Symbol.dispose]())

const open = (home: string, given: GivenKeys = {}, path = backup, onStep?: (step: string) => void): Promise<Restore> =>
  openRestore(path, unlock, { places: placesFrom({ LATCHKEY_HOME: home }), given, warn, onStep })

/** The keys that a start without any key given releases, by provider. */
async function releasedBy(home: string, key: string | null = null): Promise<Record<string, string>> {
  await using temp = await openTempCore({ home, key })
  expect(temp.core.vault.problem).toBeUndefined()
  const keyed = (await temp.client.listProvidersWithKeys()).map(({ name }) => name)
  const released = keyed.map(async (name) => [name, String(await getDecryptedApiKey(temp.core.vault, { name }))])
  return Object.fromEntries(await Promise.all(released)) as Record<string, string>
}

/** Everything in a folder but what SQLite leaves empty. */
const stateOf = (home: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/-(wal|shm)$/.test(entry.name))
      .map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name)).toString('base64')]),
  )

const masterKeyOf = (home: string): string => readFileSync(join(home, 'master.key'), 'utf8').trim()

describe('a backup of the vault', () => {
  it('is written down before it is made, and never over anything', async () => {
    expect(ask(original, "SELECT count(*) FROM audit WHERE act = 'vault.backup'")).toBe(1)
    await using temp = await openTempCore({ home: original, key: null })
    const before = readFileSync(backup)
    await expect(backUp(temp.core.vault, backup, secret, { by, warn })).rejects.toMatchObject({ code: 'backup_exists' })
    expect(readFileSync(backup)).toEqual(before)
  })

  it('says where it cannot be written', async () => {
    await using temp = await openTempCore()
    const path = join(temp.home, 'nowhere', 'x.lkbackup')
    await expect(backUp(temp.core.vault, path, secret, { by, warn })).rejects.toThrow(
      `The backup cannot be written to ${path}: its folder does not exist`,
    )
  })

  it('is not made while the vault is read-only', async () => {
    await using temp = await openTempCore()
    await temp.core.vault.reopen({ environment: generateFernetKey() })
    const path = join(temp.home, 'x.lkbackup')
    await expect(backUp(temp.core.vault, path, secret, { by, warn })).rejects.toMatchObject({
      code: 'encryption_key_wrong',
    })
    expect(existsSync(path)).toBe(false)
  })
})

describe('restoring', () => {
  it('makes a vault where none is, with its master key', async () => {
    using temp = tempHome()
    const found = await open(temp.home)
    expect([found.replaces.vault, found.differences, found.facts?.latchkey]).toEqual([false, null, expect.any(String)])
    const restored = await found.restore('', by)
    found.discard()
    expect(restored).toEqual({
      kept: null,
      tokens_revoked: 1,
      master_key: { source: 'file', place: join(temp.home, 'master.key'), kept: null },
    })
    expect(await releasedBy(temp.home)).toEqual({ kept: 'k-kept' })
    expect(masterKeyOf(temp.home)).toBe(masterKeyOf(original))
    expect(ask(temp.home, "SELECT count(*) FROM audit WHERE act = 'vault.restore'")).toBe(1)
    expect(readdirSync(join(temp.home, 'backups'))).toEqual([])
    for (const name of ['vault.db', 'master.key']) expect(statSync(join(temp.home, name)).mode & 0o777).toBe(0o600)
  })

  it('replaces the vault after its name was typed, and keeps it with the key that opens it', async () => {
    using temp = tempHome()
    await vaultAt(temp.home, 'other', 'k-other')
    const keyBefore = masterKeyOf(temp.home)
    const found = await open(temp.home)
    expect(found.differences).toMatchObject({ added: ['kept'], removed: ['other'], changed: [] })
    await expect(found.restore('anything', by)).rejects.toMatchObject({ code: 'confirmation_wrong' })
    const { kept, master_key } = await found.restore('vault-home', by)
    found.discard()
    expect(await releasedBy(temp.home)).toEqual({ kept: 'k-kept' })
    expect(masterKeyOf(temp.home)).toBe(masterKeyOf(original))

    using again = tempHome()
    mkdirSync(again.home, { mode: 0o700 })
    cpSync(kept ?? '', join(again.home, 'vault.db'))
    cpSync(master_key.kept ?? '', join(again.home, 'master.key'))
    expect(masterKeyOf(again.home)).toBe(keyBefore)
    expect(await releasedBy(again.home)).toEqual({ other: 'k-other' })
  })

  it('brings every token back revoked', async () => {
    using temp = tempHome()
    const found = await open(temp.home)
    expect((await found.restore('', by)).tokens_revoked).toBe(1)
    expect(ask(temp.home, 'SELECT count(*) FROM token WHERE revoked_at IS NULL')).toBe(0)
    expect(ask(original, 'SELECT count(*) FROM token WHERE revoked_at IS NULL')).toBe(1)
  })

  it('leaves the key where it is when it opens the backup already', async () => {
    using temp = tempHome()
    const key = join(temp.home, 'elsewhere.key')
    mkdirSync(temp.home, { mode: 0o700 })
    writeFileSync(key, masterKeyOf(original), { mode: 0o600 })
    const found = await open(temp.home, { key_file: key })
    const { master_key } = await found.restore('', by)
    expect(master_key).toEqual({ source: 'key_file', place: key, kept: null })
    expect(existsSync(join(temp.home, 'master.key'))).toBe(false)
    // Recorded, so that the next start finds it without being told.
    expect(await releasedBy(temp.home)).toEqual({ kept: 'k-kept' })
  })

  it('changes nothing where another key is given, and says what helps', async () => {
    using temp = tempHome()
    await vaultAt(temp.home, 'other', 'k-other')
    const before = stateOf(temp.home)
    const refused = await open(temp.home, { environment: generateFernetKey() }).catch((cause: unknown) => cause)
    expect(refused).toMatchObject({
      code: 'encryption_key_wrong',
      body: { hint: expect.stringContaining('ENCRYPTION_KEY in the environment goes before it') as string },
    })
    expect(stateOf(temp.home)).toEqual(before)
  })

  it('changes nothing where the vault cannot be replaced, its master key neither', async () => {
    using temp = tempHome()
    await vaultAt(temp.home, 'other', 'k-other')
    const before = stateOf(temp.home)
    const found = await open(temp.home, {}, backup, (step) => {
      if (step.startsWith('settle ')) throw new Error('it is in use')
    })
    await expect(found.restore('vault-home', by)).rejects.toThrow('it is in use')
    found.discard()
    expect(stateOf(temp.home)).toEqual(before)
    expect(await releasedBy(temp.home)).toEqual({ other: 'k-other' })
  })

  it('changes nothing where the owner does not go on', async () => {
    using temp = tempHome()
    await vaultAt(temp.home, 'other', 'k-other')
    const before = stateOf(temp.home)
    const found = await open(temp.home)
    found.discard()
    expect(stateOf(temp.home)).toEqual(before)
  })

  it('replaces a vault that is damaged, and keeps it byte by byte', async () => {
    using temp = tempHome()
    await vaultAt(temp.home, 'other', 'k-other')
    writeFileSync(join(temp.home, 'vault.db'), 'nonsense'.repeat(1000))
    const found = await open(temp.home)
    expect(found.replaces.problem?.code).toBe('database_damaged')
    const { kept } = await found.restore('vault-home', by)
    expect(readFileSync(kept ?? '', 'utf8')).toBe('nonsense'.repeat(1000))
    expect(await releasedBy(temp.home)).toEqual({ kept: 'k-kept' })
  })

  it('takes a copy that Latchkey made by itself, too, without a passphrase', async () => {
    using temp = tempHome()
    await vaultAt(temp.home, 'other', 'k-other')
    const first = await open(temp.home)
    const { kept, master_key } = await first.restore('vault-home', by)
    const given = { key_file: master_key.kept ?? '' }
    // Under the key of today it does not open, and is not put in place.
    await expect(open(temp.home, {}, kept ?? '')).rejects.toMatchObject({ code: 'encryption_key_wrong' })
    const found = await openRestore(kept ?? '', () => Promise.reject(new Error('asked for a passphrase')), {
      places: placesFrom({ LATCHKEY_HOME: temp.home }),
      given,
      warn,
    })
    expect(found.differences).toMatchObject({ added: ['other'], removed: ['kept'] })
    await found.restore('vault-home', by)
    found.discard()
    expect(await releasedBy(temp.home)).toEqual({ other: 'k-other' })
  })

  it('refuses a copy that is damaged, and anything else', async () => {
    using temp = tempHome()
    mkdirSync(temp.home, { mode: 0o700 })
    const bytes = readFileSync(join(original, 'vault.db'))
    bytes.fill(0x5a, 4096, 8192)
    const path = join(temp.home, 'copy.db')
    for (const content of [bytes, bytes.subarray(0, 5000), Buffer.from('nothing of ours')]) {
      writeFileSync(path, content)
      await expect(open(temp.home, {}, path)).rejects.toMatchObject({
        code: expect.stringMatching(/^(database_damaged|backup_unreadable)$/) as string,
      })
    }
    expect(readdirSync(join(temp.home, 'backups'))).toEqual([])
  })

  it('brings a backup of an earlier format to this one', async () => {
    using temp = tempHome()
    await vaultAt(temp.home, 'old', 'k-old')
    toFirstFormat(temp.home)
    using elsewhere = tempHome()
    const found = await open(elsewhere.home, { environment: masterKeyOf(temp.home) }, join(temp.home, 'vault.db'))
    await found.restore('', by)
    found.discard()
    expect(await releasedBy(elsewhere.home, masterKeyOf(temp.home))).toEqual({ old: 'k-old' })
    expect(ask(elsewhere.home, 'PRAGMA user_version')).toBe(ask(original, 'PRAGMA user_version'))
  })

  it('keeps the passphrase over the very key of the backup, which a copy needs no more than that for', async () => {
    using temp = tempHome()
    cpSync(original, temp.home, { recursive: true })
    const wrapped = wrapping.wrap(masterKeyOf(original))
    writeFileSync(join(temp.home, 'master.key'), wrapped)
    const found = await open(temp.home)
    const { master_key } = await found.restore('vault-home', by)
    found.discard()
    expect(master_key).toMatchObject({ source: 'file', kept: null })
    expect(masterKeyOf(temp.home)).toBe(wrapped)
  })

  it('lets no other key take the place of a wrapped one before the vault is there', async () => {
    using temp = tempHome()
    await vaultAt(temp.home, 'other', 'k-other')
    const path = join(temp.home, 'master.key')
    const before = masterKeyOf(temp.home)
    const wrapped = wrapping.wrap(before)
    writeFileSync(path, wrapped)
    const brought = Buffer.from(masterKeyOf(original))
    const placed = placeKey(path, brought, { folder: temp.home, stamp: 'now', warn })
    const lock = new AppLock(new UnlockTries(join(temp.home, 'unlock-tries.json')))
    const source: KeySource = { name: 'file', place: path, read: async () => masterKeyOf(temp.home) }
    const idOf = (key: string): string => KeyRing.parse(key).currentId
    // Killed here, the vault after opens by its own key, and the one before by its passphrase.
    expect(await lock.over(source, idOf(String(brought))).read()).toBe(String(brought))
    await expect(lock.over(source, idOf(before)).read()).rejects.toMatchObject({ code: 'vault_locked' })
    await lock.unlock(PASSPHRASE)
    expect(await lock.over(source, idOf(before)).read()).toBe(before)
    expect(readFileSync(placed.kept ?? '', 'utf8')).toBe(wrapped)
    placed.finish()
    expect(masterKeyOf(temp.home)).toBe(String(brought))
  })

  it('leaves the vault before or the one after, with a key that opens it, killed at any step', async () => {
    using probe = tempHome()
    await vaultAt(probe.home, 'other', 'k-other')
    const source = join(folder.home, 'killed')
    cpSync(probe.home, source, { recursive: true })
    const steps: string[] = []
    const whole = await open(probe.home, {}, backup, (step) => void (isFileStep(step) && steps.push(step)))
    await whole.restore('vault-home', by)
    // The key set aside, the ring, the vault kept and replaced, the key alone.
    expect(steps.length).toBeGreaterThan(12)

    const outcomes = new Set<string>()
    const kill = async (step: number): Promise<void> => {
      using temp = tempHome()
      cpSync(source, temp.home, { recursive: true })
      const script = join(import.meta.dirname, 'killed-restore.ts')
      const child = spawn(process.execPath, [script, temp.home, backup, String(step)], {
        env: { ...process.env, TEST_BACKUP_KEY: secret.key.toString('hex') },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      await once(child, 'exit')
      expect([step, child.signalCode]).toEqual([step, 'SIGKILL'])
      const released = await releasedBy(temp.home)
      expect([{ other: 'k-other' }, { kept: 'k-kept' }]).toContainEqual(released)
      expect(integrityOf(temp.home)).toEqual(['ok', []])
      outcomes.add(JSON.stringify(released))
      // Done again, it comes to its end, and the key file holds one key.
      const again = await open(temp.home)
      await again.restore('vault-home', by)
      again.discard()
      expect(await releasedBy(temp.home)).toEqual({ kept: 'k-kept' })
      expect(masterKeyOf(temp.home)).toBe(masterKeyOf(original))
    }
    for (let first = 0; first < steps.length; first += 3) {
      await Promise.all([first, first + 1, first + 2].filter((step) => step < steps.length).map(kill))
    }
    expect(outcomes.size).toBe(2)
  })
})

describe('a vault of an earlier format', () => {
  it('is copied into backups/ before it is brought to this one, and only then', async () => {
    using temp = tempHome()
    await vaultAt(temp.home, 'old', 'k-old')
    expect(existsSync(join(temp.home, 'backups'))).toBe(false)
    toFirstFormat(temp.home)
    expect(await releasedBy(temp.home)).toEqual({ old: 'k-old' })
    const names = readdirSync(join(temp.home, 'backups'))
    expect(names).toEqual([expect.stringMatching(/^vault-.*-migration\.db$/)])
    const copy = await openVaultForReading(join(temp.home, 'backups', names[0] ?? ''), { warn })
    expect(copy.isOlder).toBe(true)
    copy.close()
    await releasedBy(temp.home)
    expect(readdirSync(join(temp.home, 'backups')).filter((name) => name.endsWith('.db'))).toEqual(names)
  })
})
