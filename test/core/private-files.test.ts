import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  checkPrivateFile,
  checkPrivateFolder,
  createPrivateFile,
  ensurePrivateFolder,
  readSmallFile,
  reason,
  unwritable,
  writePrivateFile,
} from '../../src/core/private-files.ts'
import { tempRoot } from '../support/temp-core.ts'

const POSIX = process.platform !== 'win32'
const isRoot = process.getuid?.() === 0

let folder: string
let warnings: string[]
const warn = (sentence: string): void => void warnings.push(sentence)
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)
const at = (...names: string[]): string => join(folder, ...names)

beforeEach(() => {
  folder = mkdtempSync(join(tempRoot, 'latchkey-files-'))
  warnings = []
})
afterEach(() => rmSync(folder, { recursive: true }))

describe.runIf(POSIX)('a folder of Latchkey', () => {
  it('is made with mode 0700, and so is what leads to it, whatever the umask', () => {
    const umask = process.umask(0)
    try {
      ensurePrivateFolder(at('a', 'b'), warn)
    } finally {
      process.umask(umask)
    }
    expect([modeOf(at('a')), modeOf(at('a', 'b'))]).toEqual(['700', '700'])
    expect(warnings).toEqual([])
  })

  it('is narrowed with a warning where others could look into it', () => {
    mkdirSync(at('open'))
    chmodSync(at('open'), 0o755)
    ensurePrivateFolder(at('open'), warn)
    expect(modeOf(at('open'))).toBe('700')
    expect(warnings).toEqual([`${at('open')} could be read by other users; its mode is now 0700.`])
  })

  it('is refused where it is a link, also one that leads nowhere', () => {
    mkdirSync(at('real'))
    symlinkSync(at('real'), at('link'))
    symlinkSync(at('nowhere'), at('dangling'))
    for (const name of ['link', 'dangling']) {
      expect(() => ensurePrivateFolder(at(name), warn)).toThrow(`${at(name)} is not safe to keep keys in: it is a link`)
    }
    expect(readdirSync(folder).sort()).toEqual(['dangling', 'link', 'real'])
  })

  it('is refused where a file has its name, or a part of it', () => {
    writeFileSync(at('file'), '')
    expect(() => ensurePrivateFolder(at('file'), warn)).toThrow('it is not a folder')
    expect(() => ensurePrivateFolder(at('file', 'below'), warn)).toThrow('a part of it is not a folder')
  })

  it('is refused where it belongs to another user', () => {
    if (isRoot) chownSync(folder, 65_534, 65_534)
    const foreign = isRoot ? folder : '/usr'
    expect(() => ensurePrivateFolder(foreign, warn)).toThrow('it belongs to another user')
    expect(() => checkPrivateFolder(foreign, warn)).toThrow('it belongs to another user')
    if (isRoot) chownSync(folder, 0, 0)
  })
})

describe.runIf(POSIX)('a file of Latchkey', () => {
  it('has mode 0600 from its first byte on, whatever the umask', () => {
    const umask = process.umask(0)
    try {
      createPrivateFile(at('empty'))
      writePrivateFile(at('whole'), 'text')
    } finally {
      process.umask(umask)
    }
    expect([modeOf(at('empty')), modeOf(at('whole'))]).toEqual(['600', '600'])
  })

  it('is narrowed with a warning where others could read it', () => {
    writeFileSync(at('open'), '', { mode: 0o644 })
    expect(checkPrivateFile(at('open'), warn)).toBe(true)
    expect(modeOf(at('open'))).toBe('600')
    expect(warnings).toEqual([`${at('open')} could be read by other users; its mode is now 0600.`])
  })

  it('is left alone where only its owner can read it, and where it is not there', () => {
    writeFileSync(at('mine'), '', { mode: 0o400 })
    expect(checkPrivateFile(at('mine'), warn)).toBe(true)
    expect(checkPrivateFile(at('none'), warn)).toBe(false)
    expect(modeOf(at('mine'))).toBe('400')
    expect(warnings).toEqual([])
  })

  it('is refused where it is a link or a folder', () => {
    writeFileSync(at('real'), '')
    symlinkSync(at('real'), at('link'))
    mkdirSync(at('folder'))
    expect(() => checkPrivateFile(at('link'), warn)).toThrow('it is a link')
    expect(() => checkPrivateFile(at('folder'), warn)).toThrow('it is not a file')
  })

  it('is never made where something is', () => {
    writeFileSync(at('there'), 'kept')
    symlinkSync(at('nowhere'), at('link'))
    for (const name of ['there', 'link']) {
      expect(() => createPrivateFile(at(name))).toThrow(expect.objectContaining({ code: 'EEXIST' }))
    }
    expect(readFileSync(at('there'), 'utf8')).toBe('kept')
  })
})

describe('writing a file whole', () => {
  it('replaces what was there, and leaves no draft', () => {
    writeFileSync(at('file'), 'old')
    expect(writePrivateFile(at('file'), 'new')).toBe(true)
    expect(readFileSync(at('file'), 'utf8')).toBe('new')
    expect(readdirSync(folder)).toEqual(['file'])
  })

  it('keeps what was there where it is told to, and says so', () => {
    writeFileSync(at('file'), 'old')
    expect(writePrivateFile(at('file'), 'new', { replace: false })).toBe(false)
    expect(readFileSync(at('file'), 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['file'])
  })

  it('puts nothing in place before all of it is on the disk', () => {
    const steps: string[] = []
    const seen: boolean[] = []
    writePrivateFile(at('file'), 'text', {
      onStep(step) {
        steps.push(step.split(' ')[0] ?? '')
        seen.push(readdirSync(folder).includes('file'))
      },
    })
    expect(steps).toEqual(['write', 'place', 'sync'])
    expect(seen).toEqual([false, false, true])
  })

  it('says in a sentence what stands in the way', () => {
    expect(() => writePrivateFile(at('none', 'file'), 'text')).toThrow(
      `The vault cannot be written at ${at('none', 'file')}: it does not exist`,
    )
  })
})

describe('reading a small file', () => {
  it('answers its bytes, or nothing where there is none', () => {
    writeFileSync(at('file'), 'text')
    expect(readSmallFile(at('file'), 10)?.bytes.toString()).toBe('text')
    expect(readSmallFile(at('none'), 10)).toBeUndefined()
  })

  it('refuses one that is larger, unread', () => {
    writeFileSync(at('file'), 'x'.repeat(11))
    expect(() => readSmallFile(at('file'), 10)).toThrow('it is larger than 10 bytes')
  })

  it.runIf(POSIX)('follows a link only where it may', () => {
    writeFileSync(at('file'), 'text')
    symlinkSync(at('file'), at('link'))
    expect(() => readSmallFile(at('link'), 10)).toThrow(expect.objectContaining({ code: 'ELOOP' }))
    expect(readSmallFile(at('link'), 10, false)?.bytes.toString()).toBe('text')
  })

  it.runIf(POSIX)('refuses a FIFO and a folder without waiting', () => {
    execFileSync('mkfifo', [at('fifo')])
    mkdirSync(at('folder'))
    for (const name of ['fifo', 'folder']) expect(() => readSmallFile(at(name), 10)).toThrow('it is not a file')
  })
})

describe('an error of the system', () => {
  const error = (code: string): Error => Object.assign(new Error(`${code}: something, open '/secret/path'`), { code })

  it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('is a full disk where it is %s', (code) => {
    expect(unwritable('/x', error(code))).toMatchObject({ code: 'disk_full', status: 507 })
  })

  it.each([
    ['EACCES', 'you are not permitted to'],
    ['EROFS', 'it is on a read-only file system'],
    ['EISDIR', 'it is a folder'],
  ])('is a sentence where it is %s', (code, words) => {
    expect(unwritable('/x', error(code))).toMatchObject({
      code: 'vault_unwritable',
      message: `The vault cannot be written at /x: ${words}`,
    })
  })

  it('stays what it is where it is none', () => {
    const mistake = new TypeError('x is not a function')
    expect(unwritable('/x', mistake)).toBe(mistake)
    expect(reason(mistake)).toBe('x is not a function')
  })
})
