import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import type { KeySource } from '../../../src/core/crypto/key-source.ts'
import {
  givenKeySource,
  makeMasterKeyFile,
  mendMasterKeyFile,
  readKeyRing,
  recordedKeySource,
  unreadEnvFile,
} from '../../../src/core/crypto/key-sources.ts'
import { KeyRing } from '../../../src/core/crypto/master-key.ts'
import { placesFrom, type Places } from '../../../src/core/places.ts'
import { tempHome } from '../../support/temp-core.ts'

const POSIX = process.platform !== 'win32'
const key = generateFernetKey()

let temp: ReturnType<typeof tempHome>
let places: Places
let warnings: string[]
const warn = (sentence: string): void => void warnings.push(sentence)
const at = (name: string): string => join(temp.home, name)

/** Writes a file that only its owner can read. */
function write(name: string, text: string, mode = 0o600): string {
  writeFileSync(at(name), text, { mode })
  chmodSync(at(name), mode)
  return at(name)
}

/** What the source gives: where it is, and its text or the error it was refused with. */
async function found(source: KeySource | undefined): Promise<unknown> {
  if (source === undefined) return undefined
  return source.read().catch((cause: unknown) => cause)
}

beforeEach(() => {
  temp = tempHome()
  mkdirSync(temp.home, { mode: 0o700 })
  places = placesFrom({ LATCHKEY_HOME: temp.home })
  warnings = []
})
afterEach(() => temp[Symbol.dispose]())

describe('the source that a start names', () => {
  it('is the first given of --key-file, the environment, --env-file and .env of the Latchkey folder', async () => {
    const given = {
      key_file: write('a.key', 'A'),
      environment: 'B',
      env_file: write('c.env', 'ENCRYPTION_KEY=C'),
    }
    write('.env', 'ENCRYPTION_KEY=D')
    const order = [
      given,
      { ...given, key_file: undefined },
      { env_file: given.env_file },
      { key_file: '', environment: '', env_file: '' },
    ]
    const sources = await Promise.all(order.map((given) => givenKeySource(given, places)))
    expect(sources.map((source) => source?.name)).toEqual(['key_file', 'environment', 'env_file', 'env_file'])
    expect(sources.map((source) => source?.place)).toEqual([
      at('a.key'),
      'ENCRYPTION_KEY in the environment',
      at('c.env'),
      at('.env'),
    ])
    expect(await Promise.all(sources.map(found))).toEqual(['A', 'B', 'C', 'D'])
  })

  it('is none where nothing is given, or only an empty line', async () => {
    expect(await givenKeySource({}, places)).toBeUndefined()
    write('.env', 'OTHER=1\nENCRYPTION_KEY=\n')
    expect(await givenKeySource({}, places)).toBeUndefined()
  })

  it('stays the one, although it cannot be read: no other is tried', async () => {
    write('.env', `ENCRYPTION_KEY=${key}`)
    for (const given of [{ key_file: at('none.key') }, { env_file: at('none.env') }]) {
      const source = await givenKeySource(given, places)
      expect(await found(source)).toMatchObject({
        code: 'key_file_unreadable',
        message: expect.stringContaining('it does not exist'),
      })
    }
  })

  it('has to hold the line where the person named the file', async () => {
    const source = await givenKeySource({ env_file: write('other.env', 'OTHER=1') }, places)
    expect(await found(source)).toMatchObject({ message: expect.stringContaining('it has no line ENCRYPTION_KEY=…') })
  })
})

describe('a .env file', () => {
  it.each([
    ['plain', `ENCRYPTION_KEY=${key}`],
    ['in quotes', `ENCRYPTION_KEY="${key}"`],
    ['exported', `export ENCRYPTION_KEY='${key}'`],
    ['with Windows line ends', `A=1\r\nENCRYPTION_KEY=${key}\r\nB=2\r\n`],
    ['after a byte order mark', `\ufeffENCRYPTION_KEY=${key}`],
    ['with a comment behind it', `ENCRYPTION_KEY=${key} # mine`],
  ])('is read where the line stands %s', async (_, text) => {
    write('.env', text)
    expect(await found(await givenKeySource({}, places))).toBe(key)
  })

  it('is not expanded and runs nothing', async () => {
    write('.env', 'A=x\nENCRYPTION_KEY=$A$(touch pwned)`touch pwned`')
    expect(await found(await givenKeySource({}, places))).toBe('$A$(touch pwned)`touch pwned`')
    expect(existsSync('pwned')).toBe(false)
  })

  it.runIf(POSIX)('that others can read is refused with the command that helps, where it holds the key', async () => {
    write('.env', `ENCRYPTION_KEY=${key}`, 0o644)
    await expect(givenKeySource({}, places)).rejects.toMatchObject({
      body: {
        code: 'file_readable_by_others',
        detail: `${at('.env')} can be read by other users`,
        hint: `Run: chmod 600 '${at('.env')}'`,
      },
    })
    write('.env', 'OTHER=1', 0o644)
    expect(await givenKeySource({}, places)).toBeUndefined()
  })

  it.runIf(POSIX)('of the Latchkey folder may not be a link; one that is named may', async () => {
    const target = write('target.env', `ENCRYPTION_KEY=${key}`)
    symlinkSync(target, at('.env'))
    await expect(givenKeySource({}, places)).rejects.toMatchObject({ message: expect.stringContaining('it is a link') })
    expect(await found(await givenKeySource({ env_file: at('.env') }, places))).toBe(key)
  })
})

describe('a key file', () => {
  it('may end in a line break or begin with a byte order mark', async () => {
    expect(await found(await givenKeySource({ key_file: write('k', `\ufeff${key}\r\n`) }, places))).toBe(key)
  })

  it.runIf(POSIX).each([0o640, 0o604, 0o620, 0o644])(
    'of mode %o is refused with the command that helps',
    async (mode) => {
      const source = await givenKeySource({ key_file: write('k', key, mode) }, places)
      expect(await found(source)).toMatchObject({
        code: 'file_readable_by_others',
        body: { hint: `Run: chmod 600 '${at('k')}'` },
      })
      expect(statSync(at('k')).mode & 0o777).toBe(mode)
    },
  )

  it.runIf(POSIX)('may be a link, as mounted secrets are', async () => {
    symlinkSync(write('real', key), at('link'))
    expect(await found(await givenKeySource({ key_file: at('link') }, places))).toBe(key)
  })

  it('is refused where it is a folder, or longer than any key', async () => {
    mkdirSync(at('folder'))
    const folder = await givenKeySource({ key_file: at('folder') }, places)
    const long = await givenKeySource({ key_file: write('long', 'x'.repeat(70_000)) }, places)
    expect(await found(folder)).toMatchObject({ code: 'key_file_unreadable' })
    expect(await found(long)).toMatchObject({ message: expect.stringContaining('larger than 65536 bytes') })
  })
})

describe('the source that is recorded in the vault', () => {
  it('is asked where it can be asked without being given again', async () => {
    write('master.key', 'A')
    write('b.key', 'B')
    write('c.env', 'ENCRYPTION_KEY=C')
    const recorded = [
      recordedKeySource('file', 'ignored', places),
      recordedKeySource('key_file', at('b.key'), places),
      recordedKeySource('env_file', at('c.env'), places),
    ]
    expect(await Promise.all(recorded.map(found))).toEqual(['A', 'B', 'C'])
    for (const name of ['environment', 'nonsense', null]) expect(recordedKeySource(name, 'x', places)).toBeUndefined()
  })

  it.runIf(POSIX)('may be a link where it was one when it was named', async () => {
    symlinkSync(write('real.env', `ENCRYPTION_KEY=${key}`), at('link.env'))
    expect(await found(recordedKeySource('env_file', at('link.env'), places))).toBe(key)
    symlinkSync(at('real.env'), at('.env'))
    expect(await found(recordedKeySource('env_file', at('.env'), places))).toMatchObject({
      code: 'key_file_unreadable',
    })
  })

  it('gives nothing where its file is gone, and nothing takes its place', async () => {
    expect(await found(recordedKeySource('file', null, places))).toBeUndefined()
    expect(await found(recordedKeySource('env_file', at('gone.env'), places))).toBeUndefined()
    expect(await found(recordedKeySource('key_file', at('gone.key'), places))).toMatchObject({
      code: 'key_file_unreadable',
    })
    expect(readdirSync(temp.home)).toEqual([])
  })
})

describe('the key file that Latchkey makes', () => {
  it.runIf(POSIX)('holds a new key, readable by its owner alone, with nothing left beside it', async () => {
    const source = makeMasterKeyFile(places, warn)
    expect((await readKeyRing(source))?.ids).toHaveLength(1)
    expect(readdirSync(temp.home)).toEqual(['master.key'])
    expect(statSync(places.master_key_file).mode & 0o777).toBe(0o600)
    expect(warnings).toEqual([])
  })

  it('is never written over', async () => {
    write('master.key', key)
    makeMasterKeyFile(places, warn)
    expect(readFileSync(places.master_key_file, 'utf8')).toBe(key)
  })

  it.runIf(POSIX)('has its mode and that of its folder mended with a warning', async () => {
    write('master.key', key, 0o644)
    chmodSync(temp.home, 0o755)
    mendMasterKeyFile(places, warn)
    expect(await found(recordedKeySource('file', null, places))).toBe(key)
    expect(warnings).toHaveLength(2)
  })
})

describe('readKeyRing', () => {
  const source = (text: string | undefined): KeySource => ({
    name: 'environment',
    place: 'HERE',
    read: async () => text,
  })

  it('is nothing where the source has nothing', async () => {
    expect(await readKeyRing(source(undefined))).toBeUndefined()
  })

  it('reads keys as Python does: quotes, spaces and line ends around, commas between', async () => {
    const other = generateFernetKey()
    const { ids } = KeyRing.parse(`${key},${other}`)
    expect((await readKeyRing(source(`"${key}",\r\n'${other}'\n`)))?.ids).toEqual(ids)
  })

  it('says where a malformed key came from, and nothing of the key', async () => {
    const malformed = key.slice(0, -1)
    const cause: unknown = await readKeyRing(source(malformed)).catch((cause: unknown) => cause)
    expect(cause).toMatchObject({ code: 'encryption_key_malformed', message: 'The master key from HERE is malformed' })
    expect(JSON.stringify(cause)).not.toContain(malformed.slice(0, 12))
  })
})

describe('a .env in the working directory', () => {
  it('is told of where it sets ENCRYPTION_KEY, and only there', () => {
    const cwd = join(temp.home, 'repository')
    mkdirSync(cwd)
    expect(unreadEnvFile(cwd, places, undefined)).toBeUndefined()
    writeFileSync(join(cwd, '.env'), 'OTHER=1')
    expect(unreadEnvFile(cwd, places, undefined)).toBeUndefined()
    writeFileSync(join(cwd, '.env'), `ENCRYPTION_KEY=${key}`)
    expect(unreadEnvFile(cwd, places, undefined)).toBe(join(cwd, '.env'))
  })

  it('is not told of where it is the one that is read', () => {
    write('.env', `ENCRYPTION_KEY=${key}`)
    expect(unreadEnvFile(temp.home, places, undefined)).toBeUndefined()
    expect(unreadEnvFile('/elsewhere', places, '/elsewhere/.env')).toBeUndefined()
  })
})
