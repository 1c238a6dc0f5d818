import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { openTempCore, tempHome, type TempCore } from '../support/temp-core.ts'
import { ask, dumpVault, integrityOf, sha256Of } from '../support/vault-dump.ts'

const POSIX = process.platform !== 'win32'
const isRoot = process.getuid?.() === 0
const key = generateFernetKey()

let temp: ReturnType<typeof tempHome>
let home: string
const at = (...names: string[]): string => join(home, ...names)
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)
const open = (options: Parameters<typeof openTempCore>[0] = {}): Promise<TempCore> =>
  openTempCore({ home, key, ...options })
const makeVault = async (): Promise<void> => (await open())[Symbol.asyncDispose]()

beforeEach(() => {
  temp = tempHome()
  home = temp.home
})
afterEach(() => temp[Symbol.dispose]())

describe('the first start', () => {
  it('makes a vault with the catalog in it, and says that it is new', async () => {
    await using core = await open()
    expect(core.core.vault).toMatchObject({ state: 'open', isNew: true, catalogProblem: null })
    expect((await core.client.listProviders()).map(({ name }) => name)).toEqual([
      'openai',
      'anthropic',
      'xai',
      'google',
    ])
    expect((dumpVault(home)['audit'] ?? []).map(({ act }) => act)).toEqual(['vault.create', 'catalog.merge'])
  })

  it('makes a key file where no key is given, and uses it again', async () => {
    {
      await using core = await open({ key: null })
      const status = await core.client.getStatus()
      expect(status.master_key).toMatchObject({ source: 'file', place: at('master.key') })
      expect(status.notes.join()).toContain(`The master key lies beside the vault, in ${at('master.key')}`)
      await core.client.createProvider({ name: 'p', display_name: 'P', api_key: 'sk-1' })
    }
    await using core = await open({ key: null })
    expect(core.core.vault).toMatchObject({ state: 'open', isNew: false })
    expect(await core.client.listProvidersWithKeys()).toMatchObject([{ name: 'p', key_state: 'stored' }])
  })

  it('makes nothing where the key that is given is malformed', async () => {
    await using core = await open({ key: 'nonsense' })
    expect(core.core.vault).toMatchObject({ state: 'closed', problem: { code: 'encryption_key_malformed' } })
    expect(readdirSync(home)).toEqual([])
  })

  it('makes the vault when it is tried again with a key that is right', async () => {
    writeKeyFile(at('..', 'my.key'), 'nonsense')
    await using core = await open({ key: null, keyFile: at('..', 'my.key') })
    expect(core.core.vault.state).toBe('closed')
    writeKeyFile(at('..', 'my.key'), key)
    await core.client.reopenVault()
    expect(core.core.vault).toMatchObject({ state: 'open', isNew: true })
  })
})

describe('a second start', () => {
  it('changes nothing: not a byte of the vault', async () => {
    await makeVault()
    const before = sha256Of(at('vault.db'))
    await makeVault()
    expect(sha256Of(at('vault.db'))).toBe(before)
    expect(readdirSync(home)).toEqual(['audit-head.json', 'vault.db'])
  })

  it('opens with what it has where the catalog is broken, and says where in it', async () => {
    await makeVault()
    writeFileSync(at('models.yaml'), 'providers:\n  a:\n    dialect: x\n')
    const before = sha256Of(at('vault.db'))
    {
      await using core = await open()
      expect(core.core.vault.state).toBe('open')
      const { catalog } = await core.client.getStatus()
      expect(catalog).toMatchObject({ path: at('models.yaml'), problem: expect.stringContaining('line 3, column 14') })
      expect(await core.client.listProviders()).toHaveLength(4)
    }
    expect(sha256Of(at('vault.db'))).toBe(before)
  })

  it('merges a catalog that was edited while Latchkey ran', async () => {
    mkdirSync(home)
    writeFileSync(at('models.yaml'), 'providers: { a: {} }')
    {
      await using core = await open()
      writeFileSync(at('models.yaml'), 'providers: { a: {}, b: {} }')
      await core.client.reopenVault()
      expect((await core.client.listProviders()).map(({ name }) => name)).toEqual(['a', 'b'])
    }
    await using core = await open()
    expect((await core.client.listProviders()).map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('clears away drafts that a killed process left a while ago', async () => {
    await makeVault()
    for (const [name, age] of [
      ['vault.db.new-0123456789ab', 120],
      ['vault.db.new-0123456789ab-wal', 120],
      ['vault.db.new-ba9876543210', 1],
    ] as const) {
      writeFileSync(at(name), '')
      utimesSync(at(name), Date.now() / 1000 - age, Date.now() / 1000 - age)
    }
    await makeVault()
    expect(readdirSync(home).sort()).toEqual(['audit-head.json', 'vault.db', 'vault.db.new-ba9876543210'])
  })
})

describe.runIf(POSIX)('the modes of what Latchkey makes', () => {
  it('are 0700 and 0600, also in a process of umask 000', async () => {
    const umask = process.umask(0)
    try {
      await using core = await open({ key: null })
      const { id } = await core.client.createProvider({ name: 'p', display_name: 'P', api_key: 'sk-1' })
      await core.client.removeApiKey({ provider_id: id })
      await core.core.listener.serve({ port: 0 })
      expect(modeOf(home)).toBe('700')
      const names = readdirSync(home)
      expect(names).toEqual(expect.arrayContaining(['vault.db', 'vault.db-wal', 'master.key', 'listener.json']))
      for (const name of names) expect([name, modeOf(at(name))]).toEqual([name, '600'])
    } finally {
      process.umask(umask)
    }
  })

  it('are mended with a warning where they had become wider', async () => {
    await (await open({ key: null }))[Symbol.asyncDispose]()
    const loosened = [home, at('vault.db'), at('master.key')]
    for (const path of loosened) chmodSync(path, 0o755)
    await using core = await open({ key: null })
    expect(core.core.vault.state).toBe('open')
    expect(loosened.map(modeOf)).toEqual(['700', '600', '600'])
    for (const path of loosened) {
      expect(core.core.notes).toContainEqual(expect.stringContaining(`${path} could be read by other users`))
    }
  })
})

describe.runIf(POSIX)('a place that is not safe', () => {
  const state = async (): Promise<unknown> => {
    await using core = await open()
    const { state, problem } = core.core.vault
    return { state, code: problem?.code, what: problem?.message.split(': ').at(-1) }
  }
  const refused = (what: string): unknown => ({ state: 'closed', code: 'folder_unsafe', what })

  it.each(['', '/'])('is refused: a folder that is a link (with %j at its end)', async (end) => {
    mkdirSync(join(dirname(home), 'real'))
    symlinkSync(join(dirname(home), 'real'), home)
    home += end
    expect(await state()).toEqual(refused('it is a link'))
    expect(readdirSync(join(dirname(temp.home), 'real'))).toEqual([])
  })

  it('is refused: a vault that is a link', async () => {
    await makeVault()
    renameSync(at('vault.db'), at('moved.db'))
    symlinkSync(at('moved.db'), at('vault.db'))
    expect(await state()).toEqual(refused('it is a link'))
  })

  it('is refused: a log of the vault that is a link', async () => {
    await makeVault()
    writeFileSync(at('elsewhere'), '')
    symlinkSync(at('elsewhere'), at('vault.db-wal'))
    expect(await state()).toEqual(refused('it is a link'))
    expect(statSync(at('elsewhere')).size).toBe(0)
  })

  it('is refused: a key file that is a link, where it is the source', async () => {
    await (await open({ key: null }))[Symbol.asyncDispose]()
    renameSync(at('master.key'), at('moved.key'))
    symlinkSync(at('moved.key'), at('master.key'))
    await using core = await open({ key: null })
    expect(core.core.vault).toMatchObject({ state: 'read_only', problem: { code: 'folder_unsafe' } })
  })

  it('is refused: what belongs to another user', async () => {
    if (isRoot) {
      mkdirSync(home)
      chownSync(home, 65_534, 65_534)
    } else {
      home = '/usr'
    }
    expect(await state()).toEqual(refused('it belongs to another user'))
  })

  it('is said to be one: a folder that nobody may write to', async () => {
    await makeVault()
    expect(await statusAsOrdinaryUser(() => chmodSync(home, 0o500))).toMatchObject({
      state: 'closed',
      problem: { code: 'vault_unwritable', detail: expect.stringContaining(home) },
    })
    expect(readdirSync(home)).toEqual(['audit-head.json', 'vault.db'])
  })

  it('is said to be one: a vault file that nobody may write to', async () => {
    await makeVault()
    expect(await statusAsOrdinaryUser(() => chmodSync(at('vault.db'), 0o400))).toMatchObject({
      state: 'read_only',
      problem: { code: 'vault_unwritable' },
      providers: 4,
    })
  })

  /** The vault's status in a process that modes hold for, which they do not for root. */
  async function statusAsOrdinaryUser(narrow: () => void): Promise<unknown> {
    if (isRoot) {
      chmodSync(dirname(home), 0o755)
      for (const path of [home, at('vault.db')]) chownSync(path, 65_534, 65_534)
    }
    narrow()
    const child = spawn(process.execPath, [join(import.meta.dirname, '../support/status-child.ts'), home, key])
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.pipe(process.stderr)
    await once(child, 'close')
    return JSON.parse(output)
  }
})

describe('a vault file that changes under a running process', () => {
  it('is opened anew where another has been put in its place', async () => {
    await using core = await open()
    await core.client.createProvider({ name: 'in-the-old', display_name: 'X' })
    using other = tempHome()
    {
      await using copy = await openTempCore({ home: other.home, key })
      await copy.client.createProvider({ name: 'in-the-new', display_name: 'X' })
    }
    for (const name of readdirSync(home)) if (name.startsWith('vault.db')) rmSync(at(name))
    cpSync(join(other.home, 'vault.db'), at('vault.db'))
    expect((await core.client.listProviders()).map(({ name }) => name)).toContain('in-the-new')
    await core.client.createProvider({ name: 'later', display_name: 'X' })
    expect(ask(home, "SELECT count(*) FROM provider WHERE name IN ('in-the-new', 'later')")).toBe(2)
    expect(ask(home, "SELECT count(*) FROM provider WHERE name = 'in-the-old'")).toBe(0)
  })

  it('is not replaced by an empty one where it is gone: its owner may be putting a copy back', async () => {
    await using core = await open()
    for (const name of readdirSync(home)) renameSync(at(name), join(dirname(home), name))
    expect(await core.call('listProviders')).toMatchObject({ ok: false, error: { code: 'database_damaged' } })
    await core.client.reopenVault()
    expect(existsSync(at('vault.db'))).toBe(false)
    renameSync(join(dirname(home), 'vault.db'), at('vault.db'))
    const { vault } = await core.client.reopenVault()
    expect(vault.state).toBe('open')
    expect(integrityOf(home)).toEqual(['ok', []])
  })
})

describe('opening anew', () => {
  it('finds a key that was put where it was expected', async () => {
    await (await open({ key: null }))[Symbol.asyncDispose]()
    renameSync(at('master.key'), at('kept.key'))
    await using core = await open({ key: null })
    expect(core.core.vault.problem?.code).toBe('encryption_key_missing')
    renameSync(at('kept.key'), at('master.key'))
    expect(await core.client.reopenVault()).toMatchObject({ vault: { state: 'open', problem: null } })
    await core.client.createProvider({ name: 'p', display_name: 'P', api_key: 'sk-1' })
  })

  it('takes the source it is given last, also while it is under way', async () => {
    await makeVault()
    writeKeyFile(at('wrong.key'), generateFernetKey())
    writeKeyFile(at('right.key'), key)
    await using core = await open({ key: null })
    const { vault } = core.core
    await Promise.all([
      vault.reopen(),
      vault.reopen({ key_file: at('wrong.key') }),
      vault.reopen({ key_file: at('right.key') }),
    ])
    expect(vault.state).toBe('open')
    expect(vault.masterKey.place).toBe(at('right.key'))
  })

  it('lets acts that run go on with what they have', async () => {
    await using core = await open()
    const acts = Array.from({ length: 20 }, (_, n) =>
      core.client.createProvider({ name: `p${n}`, display_name: 'P', api_key: 'sk-1' }),
    )
    await core.core.vault.reopen()
    await Promise.all(acts)
    expect(await core.client.listProvidersWithKeys()).toHaveLength(20)
  })
})

function writeKeyFile(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 })
}
