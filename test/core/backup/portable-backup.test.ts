import { randomBytes } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newBackupKey, withPassphrase, type BackupKey, type Unlock } from '../../../src/core/backup/backup-key.ts'
import { openBackup } from '../../../src/core/backup/open-backup.ts'
import { writeBackup } from '../../../src/core/backup/write-backup.ts'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { getDecryptedApiKey } from '../../../src/core/providers/provider-service.ts'
import { openVaultForReading } from '../../../src/core/store/sqlite/sqlite-vault-file.ts'
import type { VaultFile } from '../../../src/core/store/vault-file.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { openTempCore, tempHome, type TempCore } from '../../support/temp-core.ts'

// scrypt takes its time, more so on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const PASSPHRASE = 'correct horse battery staple'
const API_KEY = 'sk-canary-0123456789abcdefghijABCDEFGHIJ'
const NAME = 'canary-provider'
const warn = (sentence: string): void => {
  throw new Error(sentence)
}

let temp: TempCore
let file: VaultFile
let secret: BackupKey
let path: string
let bytes: Buffer

const write = (to: string, onStep?: (step: string) => void) =>
  writeBackup(
    to,
    {
      vault: file,
      masterKey: Buffer.from(temp.key),
      scratch: join(temp.home, 'backups'),
      latchkey: '1.2.3',
      warn,
      onStep,
    },
    secret,
  )

/** As scrypt would for these parameters and any other, without its third of a second. */
const unlock: Unlock = async (params) =>
  JSON.stringify(params) === JSON.stringify(secret.params) ? Buffer.from(secret.key) : randomBytes(32)

beforeAll(async () => {
  temp = await openTempCore()
  await temp.client.createProvider({
    name: NAME,
    display_name: 'Canary',
    base_url: 'https://canary.example/v1',
    api_key: API_KEY,
  })
  file = await openVaultForReading(join(temp.home, 'vault.db'), { warn })
  secret = await newBackupKey(PASSPHRASE)
  path = join(temp.home, 'canary.lkbackup')
  await write(path)
  bytes = readFileSync(path)
})

afterAll(async () => {
  file.close()
  await temp[Symbol.asyncDispose]()
})

describe('a portable backup', () => {
  it('opens alone on another machine, with its passphrase, and gives every key back', async () => {
    using other = tempHome()
    await using first = await openTempCore({ home: other.home })
    await first.core.close()
    const into = join(other.home, 'restored.db')
    const opened = await openBackup(path, withPassphrase(PASSPHRASE), { into, warn })
    expect(opened.facts).toMatchObject({ latchkey: '1.2.3' })
    expect(opened.providers.map((provider) => provider.name)).toContain(NAME)

    writeFileSync(join(other.home, 'vault.db'), readFileSync(into))
    await using restored = await openTempCore({ home: other.home, key: opened.masterKey.toString() })
    expect(String(await getDecryptedApiKey(restored.core.vault, { name: NAME }))).toBe(API_KEY)
  })

  it('shows nothing of what is in it, and only its owner reads the file', () => {
    const plain = [API_KEY, NAME, 'canary.example', temp.key, 'SQLite format 3', 'gAAAA', 'provider']
    for (const text of plain) {
      for (const form of [text, Buffer.from(text).toString('base64').slice(0, -4), Buffer.from(text).toString('hex')]) {
        expect([text, bytes.includes(form)]).toEqual([text, false])
      }
    }
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('is never twice the same, and leaves no working copy', async () => {
    const again = join(temp.home, 'again.lkbackup')
    await write(again)
    expect(readFileSync(again).subarray(-64)).not.toEqual(bytes.subarray(-64))
    expect(readdirSync(join(temp.home, 'backups'))).toEqual([])
    expect(readdirSync(temp.home).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('taken while the vault is written to is one state of it', async () => {
    const done = { value: false }
    const load = async (): Promise<number> => {
      let count = 0
      while (!done.value || count < 20) {
        await temp.client.createProvider({ name: `load-${count}`, display_name: 'Load', models: ['a', 'b', 'c'] })
        count += 1
        await turn()
      }
      return count
    }
    const writing = load()
    const busy = join(temp.home, 'busy.lkbackup')
    await write(busy)
    done.value = true
    await writing
    const into = join(temp.home, 'busy.db')
    const { providers } = await openBackup(busy, unlock, { into, warn })
    const loaded = providers.filter((provider) => provider.name.startsWith('load-'))
    expect(loaded.every((provider) => provider.models.length === 3)).toBe(true)
    expect(loaded.map((provider) => provider.name)).toEqual(loaded.map((_, index) => `load-${index}`))
  })

  it('leaves the backup that was there as it is where it is stopped at any step', async () => {
    const steps: string[] = []
    const target = join(temp.home, 'stopped.lkbackup')
    await write(target, (step) => steps.push(step))
    const before = readFileSync(target)
    expect(steps).toHaveLength(3)
    for (const stop of steps.keys()) {
      let at = 0
      const halt = (): void => {
        if (at++ === stop) throw new Error('stopped')
      }
      await expect(write(target, halt)).rejects.toThrow('stopped')
      expect(readFileSync(target)).toEqual(before)
    }
    expect(readdirSync(join(temp.home, 'backups'))).toEqual([])
  })

  it('sweeps what a killed one left behind, and not what another is making', async () => {
    const folder = join(temp.home, 'backups')
    const [old, fresh] = ['backup-0123456789ab.tmp', 'backup-ba9876543210.tmp']
    for (const name of [old, fresh]) writeFileSync(join(folder, name), '')
    utimesSync(join(folder, old), 0, 0)
    await write(join(temp.home, 'again.lkbackup'))
    expect(readdirSync(folder)).toEqual([fresh])
  })
})

describe('a backup that is not as it was written', () => {
  const outcomes = new Set<string>()
  const attempt = async (content: Buffer, by: Unlock = unlock): Promise<string> => {
    const changed = join(temp.home, 'changed.lkbackup')
    const into = join(temp.home, 'changed.db')
    writeFileSync(changed, content)
    try {
      await openBackup(changed, by, { into, warn })
      return 'opened'
    } catch (cause) {
      if (!isAppError(cause)) throw cause
      expect(readdirSync(temp.home).filter((name) => name.startsWith('changed.db'))).toEqual([])
      return cause.message.replace(changed, 'FILE')
    }
  }
  const refused =
    'The backup FILE cannot be opened: the passphrase is wrong, or the file is damaged or no backup of Latchkey'

  it('is refused in one sentence whichever byte was changed', async () => {
    const sealedAt = bytes.indexOf('"key_length"')
    // Every byte before the vault, of the vault each 503rd, and the tag at the end.
    const places = [...bytes.keys()].filter((at) => at < sealedAt + 100 || at % 503 === 0 || at >= bytes.length - 16)
    for (const at of places) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      outcomes.add(await attempt(changed))
    }
    expect([...outcomes]).toEqual([refused])
  })

  it('is refused in the same sentence where it was cut, grew, or is something else', async () => {
    const cuts = [0, 1, 7, 8, 11, 12, 40, 300, 600, 700, bytes.length - 17, bytes.length - 16, bytes.length - 1]
    for (const length of cuts) expect(await attempt(bytes.subarray(0, length))).toBe(refused)
    expect(await attempt(Buffer.concat([bytes, Buffer.alloc(1)]))).toBe(refused)
    expect(await attempt(randomBytes(100_000))).toBe(refused)
    expect(await attempt(readFileSync(join(temp.home, 'vault.db')))).toBe(refused)
  })

  it('is refused in the same sentence under a wrong passphrase, before any of it is written', async () => {
    expect(await attempt(bytes, withPassphrase('incorrect horse battery staple'))).toBe(refused)
  })

  it('is refused in the same sentence where parts of two backups under one passphrase were put together', async () => {
    const pair: Buffer[] = []
    for (const name of ['first', 'second']) {
      await write(join(temp.home, name))
      pair.push(readFileSync(join(temp.home, name)))
    }
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = pair
    expect(await attempt(first)).toBe('opened')
    rmSync(join(temp.home, 'changed.db'))
    expect(second.length).toBe(first.length)
    for (const at of [200, 400, 700, 4096, first.length - 16]) {
      expect(await attempt(Buffer.concat([first.subarray(0, at), second.subarray(at)]))).toBe(refused)
    }
  })

  it("is refused where the key inside is not the vault's", async () => {
    const strange = join(temp.home, 'strange.lkbackup')
    const masterKey = Buffer.from(generateFernetKey())
    const source = { vault: file, masterKey, scratch: join(temp.home, 'backups'), latchkey: '1', warn }
    await writeBackup(strange, source, secret)
    expect(await attempt(readFileSync(strange))).toBe(refused)
  })

  it('is never written over what is there already', async () => {
    const into = join(temp.home, 'there.db')
    appendFileSync(into, 'mine')
    await expect(openBackup(path, unlock, { into, warn })).rejects.toMatchObject({ code: 'folder_unsafe' })
    expect(readFileSync(into, 'utf8')).toBe('mine')
  })

  it('is named where it does not exist or is a folder', async () => {
    const into = join(temp.home, 'none.db')
    await expect(openBackup('/nonexistent/x', unlock, { into, warn })).rejects.toThrow(
      '/nonexistent/x cannot be read: it does not exist',
    )
    await expect(openBackup(temp.home, unlock, { into, warn })).rejects.toThrow('it is not a file')
  })

  it('is not made under a passphrase of seven characters', async () => {
    await expect(newBackupKey('1234567')).rejects.toMatchObject({ code: 'passphrase_too_short' })
  })
})
