import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { examine, type Finding } from '../../src/core/doctor.ts'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { openTempCore, tempHome } from '../support/temp-core.ts'
import { latchkey } from './latchkey.ts'

interface Patient extends Disposable {
  home: string
  look(options?: Partial<Parameters<typeof examine>[0]>): Promise<Finding[]>
}

/** A vault with one key, made and closed. `masterKey: null` keeps it in the folder. */
async function patient(masterKey: string | null = null): Promise<Patient> {
  const temp = tempHome()
  {
    await using opened = await openTempCore({ home: temp.home, key: masterKey })
    const [openai] = await opened.client.listProviders()
    await opened.client.updateProvider({ provider_id: openai?.id ?? 0, api_key: 'sk-abc' })
  }
  return {
    home: temp.home,
    look: (options) => examine({ env: { LATCHKEY_HOME: temp.home }, cwd: '/', fix: false, ...options }),
    [Symbol.dispose]: () => temp[Symbol.dispose](),
  }
}

const wrong = (findings: Finding[]): string[] =>
  findings.filter(({ level }) => level === 'wrong').map(({ detail, hint = '' }) => `${detail} | ${hint}`)
const levels = (findings: Finding[]): string[] => [...new Set(findings.map(({ level }) => level))].sort()

/** Every file of the folder with mode and content, but for SQLite's own: what has to be the same afterwards. */
function stateOf(home: string): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/-(wal|shm)$/.test(name))
    .sort()
    .map((name) => {
      const stats = lstatSync(join(home, name))
      const content = stats.isFile()
        ? createHash('sha256')
            .update(readFileSync(join(home, name)))
            .digest('hex')
        : ''
      return `${name} ${stats.mode.toString(8)} ${content}`
    })
}

describe('doctor', () => {
  it('finds nothing wrong with a vault as it is made, and changes nothing by looking', async () => {
    using home = await patient()
    const before = stateOf(home.home)
    const findings = await home.look()
    expect(wrong(findings)).toEqual([])
    expect(findings.map(({ detail }) => detail)).toEqual(
      expect.arrayContaining([
        `The vault is sound: ${home.home}/vault.db`,
        `The master key opens this vault: ${home.home}/master.key`,
        'Every stored key can be used: 1.',
        'No listener runs.',
        'Nothing private lies inside a git work tree.',
      ]),
    )
    expect(stateOf(home.home)).toEqual(before)
  })

  it('makes nothing where there is no vault yet', async () => {
    using temp = tempHome()
    const findings = await examine({ env: { LATCHKEY_HOME: temp.home }, cwd: '/', fix: true })
    expect(findings).toMatchObject([
      { level: 'note', detail: expect.stringContaining('There is no vault yet') as string },
    ])
    expect(existsSync(temp.home)).toBe(false)
  })

  it('finds modes that let others read, and mends them only with fix', async () => {
    using home = await patient()
    const open = [home.home, join(home.home, 'vault.db'), join(home.home, 'master.key')]
    open.forEach((path) => chmodSync(path, path === home.home ? 0o755 : 0o644))
    const before = stateOf(home.home)
    expect(wrong(await home.look()).filter((text) => text.includes('latchkey doctor --fix'))).toEqual(
      open.map((path) => `${path} can be read by other users | Run: latchkey doctor --fix`),
    )
    expect(stateOf(home.home)).toEqual(before)
    expect(levels(await home.look({ fix: true }))).toContain('mended')
    expect(open.map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600, 0o600])
    expect(wrong(await home.look())).toEqual([])
  })

  it('finds a vault that its owner may not write, and a folder that cannot be looked at', async () => {
    using home = await patient()
    const vault = join(home.home, 'vault.db')
    chmodSync(vault, 0o400)
    expect(wrong(await home.look())).toEqual([`${vault} is closed to yourself | Run: latchkey doctor --fix`])
    await home.look({ fix: true })
    expect(statSync(vault).mode & 0o777).toBe(0o600)
    const below = join(home.home, 'master.key', 'below')
    expect(wrong(await home.look({ env: { LATCHKEY_HOME: below } }))).toEqual([
      expect.stringContaining(`${below} cannot be looked at`),
    ])
  })

  it('mends the mode of a .env only where that holds a master key', async () => {
    using home = await patient()
    const path = join(home.home, '.env')
    writeFileSync(path, 'SOMETHING=else\n', { mode: 0o644 })
    expect(wrong(await home.look())).toEqual([])
    writeFileSync(path, `ENCRYPTION_KEY=${readFileSync(join(home.home, 'master.key'), 'utf8')}`)
    expect(wrong(await home.look())).toEqual([`${path} can be read by other users | Run: latchkey doctor --fix`])
    expect(wrong(await home.look({ fix: true }))).toEqual([])
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('looks into no folder that is a link', async () => {
    using home = await patient()
    const link = join(dirname(home.home), 'link')
    symlinkSync(home.home, link)
    expect(wrong(await home.look({ env: { LATCHKEY_HOME: link } }))).toEqual([
      expect.stringContaining(`${link} is a link | Latchkey uses only folders and files of your own`),
    ])
  })

  it('finds damage in the vault, and says what to do', async () => {
    using home = await patient()
    const path = join(home.home, 'vault.db')
    truncateSync(path, 8192)
    expect(wrong(await home.look())).toEqual([
      expect.stringMatching(/^The vault .*vault\.db is damaged: .* \| Put back a backup: latchkey restore PATH/),
    ])
  })

  it('tells a missing, a malformed and a wrong master key apart', async () => {
    using home = await patient()
    const key = join(home.home, 'master.key')
    renameSync(key, `${key}.away`)
    expect(wrong(await home.look())).toEqual([
      expect.stringMatching(/^ENCRYPTION_KEY environment variable is not set \| .*master\.key.* latchkey start-over$/),
    ])
    writeFileSync(key, 'nonsense', { mode: 0o600 })
    expect(wrong(await home.look())[0]).toMatch(/^The master key from .*master\.key is malformed/)
    writeFileSync(key, generateFernetKey())
    expect(wrong(await home.look())[0]).toMatch(
      /^Failed to decrypt data: the master key from .* does not open this vault/,
    )
  })

  it('names each key that cannot be used, and tells those of another program apart', async () => {
    using home = await patient()
    const db = new Database(join(home.home, 'vault.db'))
    db.exec("UPDATE provider SET binding = 'changed' WHERE name = 'openai'")
    db.exec("UPDATE provider SET api_key_encrypted = 'gAAAA' WHERE name = 'xai'")
    db.close()
    expect(wrong(await home.look())).toEqual([
      expect.stringMatching(/^The key of openai cannot be used: .* \| Enter it again: latchkey key set openai$/),
      expect.stringMatching(/^The key of xai was written by another program .* latchkey key adopt xai\./),
    ])
  })

  it('warns of a vault, a key file and a .env inside a git work tree, also through a link', async () => {
    const key = generateFernetKey()
    using home = await patient(key)
    using elsewhere = tempHome()
    mkdirSync(elsewhere.home)
    writeFileSync(join(elsewhere.home, '.git'), 'gitdir: /somewhere/else\n')
    writeFileSync(join(elsewhere.home, 'lk.key'), key, { mode: 0o600 })
    symlinkSync(join(elsewhere.home, 'lk.key'), join(dirname(home.home), 'linked.key'))
    const keyFile = join(dirname(home.home), 'linked.key')
    expect(wrong(await home.look({ keyFile }))).toEqual([
      expect.stringContaining(`${keyFile} lies inside the git work tree ${elsewhere.home}`),
    ])
    mkdirSync(join(dirname(home.home), '.git'))
    writeFileSync(join(home.home, '.env'), `ENCRYPTION_KEY=${key}\n`, { mode: 0o600 })
    const found = wrong(await home.look()).map((text) => text.replace(/ lies inside the git work tree .*/, ''))
    expect(found).toEqual([join(home.home, 'vault.db'), join(home.home, '.env')])
  })

  it('says that a .env of the working directory is not read', async () => {
    using home = await patient()
    using project = tempHome()
    mkdirSync(project.home)
    writeFileSync(join(project.home, '.env'), `ENCRYPTION_KEY=${generateFernetKey()}\n`)
    const findings = await home.look({ cwd: project.home })
    expect(wrong(findings)).toEqual([])
    expect(findings.at(-1)).toMatchObject({ level: 'note', detail: expect.stringContaining('is not read') as string })
  })

  it('removes what a killed process left behind, only with fix and only what is old', async () => {
    using home = await patient()
    const stale = [join(home.home, 'listener.json'), join(home.home, 'vault.db.new-0123456789ab')]
    const fresh = join(home.home, 'listener.json.0123456789ab.tmp')
    for (const path of [...stale, fresh]) writeFileSync(path, '{}', { mode: 0o600 })
    stale.forEach((path) => utimesSync(path, new Date(0), new Date(0)))
    expect(wrong(await home.look())).toHaveLength(2)
    expect([...stale, fresh].every((path) => existsSync(path))).toBe(true)
    await home.look({ fix: true })
    expect([...stale, fresh].map((path) => existsSync(path))).toEqual([false, false, true])
  })

  it('leaves a running listener and its file alone', async () => {
    using home = await patient()
    await using opened = await openTempCore({ home: home.home, key: null })
    const { listener } = await opened.core.listener.serve({ port: 0 })
    const findings = await home.look({ fix: true })
    expect(findings.map(({ detail }) => detail)).toContain(
      `A listener runs at ${listener.address} (process ${process.pid}).`,
    )
    expect(existsSync(join(home.home, 'listener.json'))).toBe(true)
  })

  it('tells where a catalog of one’s own is broken', async () => {
    using home = await patient()
    writeFileSync(join(home.home, 'models.yaml'), 'providers:\n  Not A Name: {}\n')
    expect(wrong(await home.look())).toEqual([expect.stringMatching(/models\.yaml, line 2, column 3: .* \| Mend it/)])
  })
})

describe('latchkey doctor', { timeout: 120_000 }, () => {
  it('ends with 1 when something is wrong, with 0 when nothing is', async () => {
    using home = await patient()
    const well = await latchkey(['doctor'], home)
    expect(well).toMatchObject({ code: 0, stderr: 'Nothing is wrong.\n' })
    chmodSync(join(home.home, 'vault.db'), 0o644)
    const ill = await latchkey(['doctor'], home)
    expect(ill).toMatchObject({ code: 1, stderr: 'One thing is wrong.\n' })
    expect(ill.stdout).toMatch(/^wrong {3}.*vault\.db can be read by other users\n {8}Run: latchkey doctor --fix$/m)
    const mended = await latchkey(['doctor', '--fix', '--json'], home)
    expect(mended.code).toBe(0)
    expect(JSON.parse(mended.stdout)).toMatchObject({ healthy: true })
  })
})
