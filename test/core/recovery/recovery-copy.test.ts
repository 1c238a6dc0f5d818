import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { getDecryptedApiKey } from '../../../src/core/providers/provider-service.ts'
import type { Desktop } from '../../../src/core/desktop.ts'
import { openTempCore, tempHome, type TempCore } from '../../support/temp-core.ts'
import { ask, sha256Of, tamper } from '../../support/vault-dump.ts'

const PASSPHRASE = 'a passphrase of its own'
/** What the person typed into the save dialog, or null for a cancel. */
let chosen: string | null = null
/** What was handed to the system's print dialog, and whether the person agrees in it. */
let onPaper: readonly string[] = []
let agrees = true
const desktop: Desktop = {
  copyConcealed: async () => undefined,
  openExternal: async () => undefined,
  chooseFile: async () => null,
  choosePlace: async () => chosen,
  saveFile: async () => null,
  print: async (lines) => {
    onPaper = lines
    return agrees
  },
  hideWindow: async () => undefined,
  setStartAtLogin: async () => undefined,
}

let temp: ReturnType<typeof tempHome>
let home: string
const at = (...names: string[]): string => join(home, ...names)
const open = (options: Parameters<typeof openTempCore>[0] = {}): Promise<TempCore> =>
  openTempCore({ home, key: null, ...options })
const released = async ({ core }: TempCore): Promise<string> =>
  String(await getDecryptedApiKey(core.vault, { name: 'mine' }))
const code = (code: string) => ({ ok: false, error: { code } })

const original = tempHome()
/** Its recovery copy: made once, because scrypt is slow on purpose. */
let text = ''

/** A vault with its master key in master.key, and one key in it. */
beforeAll(async () => {
  await using core = await open({ home: original.home })
  await core.client.createProvider({ name: 'mine', display_name: 'Mine', api_key: 'k-mine' })
  const path = join(original.home, 'copy.txt')
  await core.client.saveRecoveryCopy({ passphrase: PASSPHRASE, path })
  text = readFileSync(path, 'utf8')
})
beforeEach(() => {
  temp = tempHome()
  home = temp.home
  cpSync(original.home, home, { recursive: true })
})
afterEach(() => temp[Symbol.dispose]())
afterAll(() => original[Symbol.dispose]())

describe('a recovery copy', () => {
  it('is a file for its owner alone, which says what it is and holds the master key only wrapped', () => {
    const masterKey = readFileSync(at('master.key'), 'utf8').trim()
    expect(statSync(join(original.home, 'copy.txt')).mode & 0o777).toBe(0o600)
    const [first, ...rest] = text.split('\n')
    expect(first).toMatch(
      /^# Latchkey recovery copy, form 1: the master key [0-9a-f]{16} of the vault "vault-home", \d{4}-\d\d-\d\d\.$/,
    )
    expect(rest.join('\n')).toContain('latchkey restore-key')
    expect(text).not.toContain(masterKey)
    expect(text).not.toContain(Buffer.from(masterKey).toString('hex'))
  })

  it('is never written over what is there, nor where it cannot be, and then there is none', async () => {
    await using core = await open()
    tamper(home, 'UPDATE vault SET recovery_copy_at = NULL')
    const path = at('other.txt')
    writeFileSync(path, 'something else')
    const save = (path: string) => core.call('saveRecoveryCopy', { passphrase: PASSPHRASE, path })
    expect(await save(path)).toMatchObject(code('backup_exists'))
    expect(readFileSync(path, 'utf8')).toBe('something else')
    expect(await save(at('no', 'such', 'folder', 'copy.txt'))).toMatchObject({
      ok: false,
      error: { code: 'recovery_copy_unwritable', detail: expect.stringMatching(/it does not exist$/) },
    })
    expect((await core.client.getStatus()).master_key.recovery_copy).toBeNull()
  })

  it('asks for a passphrase that is worth its name', async () => {
    await using core = await open()
    const save = (passphrase: string) => core.call('saveRecoveryCopy', { passphrase, path: at('weak.txt') })
    expect(await save('short')).toMatchObject(code('passphrase_too_short'))
    expect(await save('')).toMatchObject(code('invalid_input'))
    expect(existsSync(at('weak.txt'))).toBe(false)
  })

  it('is written down before the master key leaves, with the day of the last one in the status', async () => {
    expect(ask(home, "SELECT group_concat(act || detail) FROM audit WHERE act LIKE 'master_key.%'")).toBe(
      'master_key.release{"form":"file"},master_key.recovery_copy{"form":"file"}',
    )
    await using core = await open()
    const { recovery_copy } = (await core.client.getStatus()).master_key
    expect(recovery_copy).toEqual({ at: expect.stringMatching(/^\d{4}-/), current: true })
  })

  it('is said to be of an older master key after that was exchanged, and refused then', async () => {
    await using core = await open()
    await core.client.rotateMasterKey()
    expect((await core.client.getStatus()).master_key.recovery_copy).toMatchObject({ current: false })
    await core[Symbol.asyncDispose]()
    rmSync(at('master.key'))
    await using lost = await open()
    expect(await lost.call('restoreMasterKey', { text, passphrase: PASSPHRASE })).toMatchObject({
      ok: false,
      error: { code: 'recovery_copy_foreign', hint: expect.stringContaining('before the master key was exchanged') },
    })
  })

  it('is made of a master key that is given at each start, too', async () => {
    const key = generateFernetKey()
    using other = tempHome()
    home = other.home
    await (await open({ key }))[Symbol.asyncDispose]()
    {
      await using core = await open({ key })
      await core.client.saveRecoveryCopy({ passphrase: PASSPHRASE, path: at('..', 'copy.txt') })
    }
    await using core = await open()
    const text = readFileSync(at('..', 'copy.txt'), 'utf8')
    expect(await core.client.restoreMasterKey({ text, passphrase: PASSPHRASE })).toEqual({
      source: 'file',
      place: at('master.key'),
      kept: null,
    })
    expect(core.core.vault.state).toBe('open')
    expect(readFileSync(at('master.key'), 'utf8').trim()).toBe(key)
  })

  it('is printed by the window as it is read and typed, and counts once it is on paper', async () => {
    const key = readFileSync(at('master.key'), 'utf8').trim()
    await using core = await open({ door: 'window', desktop })
    tamper(home, 'UPDATE vault SET recovery_copy_at = NULL')
    const copied = async () => (await core.client.getStatus()).master_key.recovery_copy
    agrees = false
    expect(await core.client.putRecoveryCopyOnPaper()).toEqual({ printed: false })
    expect(await copied()).toBeNull()
    agrees = true
    expect(await core.client.putRecoveryCopyOnPaper()).toEqual({ printed: true })
    expect(await copied()).toMatchObject({ current: true })
    const typed = onPaper.find((line) => line.startsWith('  '))?.replaceAll(' ', '')
    expect(typed).toBe(key)
    expect(ask(home, "SELECT group_concat(act || detail) FROM audit WHERE detail LIKE '%print%'")).toBe(
      'master_key.release{"form":"print"},master_key.release{"form":"print"},master_key.recovery_copy{"form":"print"}',
    )
    await using alone = await open({ door: 'window' })
    expect(await alone.call('putRecoveryCopyOnPaper')).toMatchObject(code('not_allowed'))
  })

  it('is saved by the window where the person says, and nowhere else', async () => {
    await using core = await open({ door: 'window', desktop })
    chosen = null
    expect(await core.client.saveRecoveryCopy({ passphrase: PASSPHRASE })).toEqual({ path: null })
    expect(ask(home, "SELECT count(*) FROM audit WHERE act = 'master_key.recovery_copy'")).toBe(1)
    const path = at('..', 'chosen.txt')
    expect(await core.call('saveRecoveryCopy', { passphrase: PASSPHRASE, path })).toMatchObject(code('not_allowed'))
    writeFileSync(path, 'the dialog has asked whether this may go')
    chosen = path
    expect(await core.client.saveRecoveryCopy({ passphrase: PASSPHRASE })).toEqual({ path })
    expect(readFileSync(path, 'utf8')).toMatch(/^# Latchkey recovery copy/)
    expect(await core.call('printRecoveryCopy')).toMatchObject(code('not_allowed'))
  })

  it('on paper is the master key itself', async () => {
    await using core = await open()
    tamper(home, 'UPDATE vault SET recovery_copy_at = NULL')
    const { key, fingerprint } = await core.client.printRecoveryCopy()
    expect(key).toBe(readFileSync(at('master.key'), 'utf8').trim())
    expect(fingerprint).toBe((await core.client.getStatus()).master_key.fingerprint)
    expect((await core.client.getStatus()).master_key.recovery_copy).toMatchObject({ current: true })
  })
})

describe('a lost master key', () => {
  it('comes back from its recovery copy, now and at the next start', async () => {
    rmSync(at('master.key'))
    {
      await using core = await open()
      expect(core.core.vault.problem?.code).toBe('encryption_key_missing')
      await core.client.restoreMasterKey({ text: text.replaceAll('\n', '\r\n'), passphrase: PASSPHRASE })
      expect(await released(core)).toBe('k-mine')
    }
    await using core = await open()
    expect(await released(core)).toBe('k-mine')
    expect(ask(home, "SELECT detail FROM audit WHERE act = 'master_key.restore'")).toBe('{"to":"file"}')
  })

  it('comes back as it was printed, however it was typed in groups', async () => {
    const masterKey = readFileSync(at('master.key'), 'utf8').trim()
    rmSync(at('master.key'))
    await using core = await open()
    await core.client.restoreMasterKey({ text: masterKey.replaceAll(/.{4}/g, '$& ') })
    expect(await released(core)).toBe('k-mine')
  })

  it('comes back where its passphrase was forgotten, and is under none then', async () => {
    {
      await using core = await open()
      await core.client.setPassphrase({ passphrase: 'one that is forgotten' })
    }
    await using core = await open()
    expect(core.core.vault.state).toBe('locked')
    const { kept } = await core.client.restoreMasterKey({ text, passphrase: PASSPHRASE })
    expect(await released(core)).toBe('k-mine')
    expect((await core.client.getStatus()).lock).toMatchObject({ passphrase: false, locked: null })
    expect(readFileSync(String(kept), 'utf8')).toMatch(/^\{/)
  })

  it('comes back beside another key that lies in its place, which is kept', async () => {
    writeFileSync(at('master.key'), generateFernetKey())
    const other = readFileSync(at('master.key'), 'utf8')
    await using core = await open()
    const { kept } = await core.client.restoreMasterKey({ text, passphrase: PASSPHRASE })
    expect(readFileSync(String(kept), 'utf8')).toBe(other)
    expect(await released(core)).toBe('k-mine')
  })

  it('does not come back from a wrong passphrase, a damaged file or the copy of another vault, and each is said', async () => {
    using elsewhere = tempHome()
    let foreign: string
    {
      await using other = await openTempCore({ home: elsewhere.home, key: null })
      await other.client.saveRecoveryCopy({ passphrase: PASSPHRASE, path: join(elsewhere.home, 'copy.txt') })
      foreign = readFileSync(join(elsewhere.home, 'copy.txt'), 'utf8')
    }
    rmSync(at('master.key'))
    const before = sha256Of(at('vault.db'))
    await using core = await open()
    const tries: [string, { text: string; passphrase?: string }][] = [
      ['passphrase_wrong', { text, passphrase: 'another passphrase' }],
      ['passphrase_needed', { text }],
      ['recovery_copy_damaged', { text: text.replace(/"sealed":"../, '"sealed":"zz'), passphrase: PASSPHRASE }],
      ['recovery_copy_damaged', { text: text.slice(0, -3), passphrase: PASSPHRASE }],
      ['recovery_copy_damaged', { text: 'a shopping list' }],
      ['recovery_copy_newer', { text: text.replace('form 1', 'form 2'), passphrase: PASSPHRASE }],
      ['recovery_copy_foreign', { text: foreign, passphrase: PASSPHRASE }],
      ['recovery_copy_foreign', { text: generateFernetKey() }],
    ]
    for (const [expected, input] of tries) {
      expect([expected, await core.call('restoreMasterKey', input)]).toMatchObject([expected, code(expected)])
    }
    expect(readdirSync(at()).filter((name) => name.startsWith('master.key'))).not.toContain('master.key')
    expect(sha256Of(at('vault.db'))).toBe(before)
  })

  it('is not looked for where it is not lost, or where another one is given', async () => {
    const copy = { text, passphrase: PASSPHRASE }
    await using sound = await open()
    expect(await sound.call('restoreMasterKey', copy)).toMatchObject(code('not_allowed'))
    await using hidden = await open({ key: generateFernetKey() })
    expect(await hidden.call('restoreMasterKey', copy)).toMatchObject({
      ok: false,
      error: { detail: expect.stringContaining(`${at('master.key')} opens this vault`) },
    })
    rmSync(at('master.key'))
    await using given = await open({ key: generateFernetKey() })
    expect(await given.call('restoreMasterKey', copy)).toMatchObject({
      ok: false,
      error: { detail: expect.stringContaining('Start Latchkey without it') },
    })
    expect(existsSync(at('master.key'))).toBe(false)
  })

  it('comes back at the next try where the first could not be recorded', async () => {
    const copy = { text, passphrase: PASSPHRASE }
    renameSync(at('master.key'), at('..', 'away'))
    await using core = await open({
      onStep: (step) => {
        if (step.includes('lock_epoch + 1')) throw new Error('stopped here')
      },
    })
    expect(await core.call('restoreMasterKey', copy)).toMatchObject({ ok: false })
    await using again = await open()
    if (again.core.vault.state !== 'open') await again.client.restoreMasterKey(copy)
    expect(await released(again)).toBe('k-mine')
  })
})
