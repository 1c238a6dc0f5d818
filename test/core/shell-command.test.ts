import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installCommand, lookAtCommand, removeCommand } from '../../src/core/shell-command.ts'
import { tempRoot } from '../support/temp-core.ts'

let home: string
let env: Record<string, string>
let path: string
const system = process.env['PATH'] ?? ''
const unpacked = (name: string) => ({ program: join(home, name, 'resources/cli/latchkey') })

/** An app whose command line says with what it was run. */
function makeApp(name: string): { program: string } {
  const { program } = unpacked(name)
  mkdirSync(join(program, '..'), { recursive: true })
  writeFileSync(program, '#!/bin/sh\nread -r line\necho "$0|$#|$2|$line"\nexit 7\n', { mode: 0o755 })
  return { program }
}

beforeEach(() => {
  home = mkdtempSync(join(tempRoot, 'latchkey-command-'))
  path = join(home, '.local/bin/latchkey')
  env = { HOME: home, PATH: system }
})
afterEach(() => rmSync(home, { recursive: true }))

async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(path, args, { env: { ...env, TMPDIR: home } })
  let [out, err] = ['', '']
  child.stdout.on('data', (data: Buffer) => (out += String(data)))
  child.stderr.on('data', (data: Buffer) => (err += String(data)))
  child.stdin.on('error', () => undefined).end('from stdin\n')
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

describe('the command latchkey', () => {
  it('is a link to the command line that came with the app, and goes again', async () => {
    const app = makeApp('Latchkey')
    expect(lookAtCommand(app, env)).toEqual({
      state: 'none',
      path,
      package_path: null,
      line: 'export PATH="$HOME/.local/bin:$PATH"',
    })
    installCommand(app, env)
    expect(readlinkSync(path)).toBe(app.program)
    expect(readdirSync(join(home, '.local/bin'))).toEqual(['latchkey'])
    expect(lookAtCommand(app, { ...env, PATH: `${system}:${join(home, '.local/bin')}` })).toMatchObject({
      state: 'installed',
      line: null,
    })
    expect(await run('a', 'b c')).toMatchObject({ code: 7, out: `${path}|2|b c|from stdin\n` })
    removeCommand(env)
    expect(lookAtCommand(app, env).state).toBe('none')
  })

  it('follows an app that was moved, also where the link leads nowhere', () => {
    const before = makeApp('Latchkey-1')
    installCommand(before, env)
    rmSync(before.program)
    const now = makeApp('Latchkey-2')
    expect(lookAtCommand(now, env).state).toBe('outdated')
    installCommand(now, env)
    expect(readlinkSync(path)).toBe(now.program)
  })

  it('never takes the place of what somebody else put there, nor removes it', () => {
    const app = makeApp('Latchkey')
    mkdirSync(join(path, '..'), { recursive: true })
    for (const put of [
      () => writeFileSync(path, '#!/bin/sh\necho mine\n'),
      () => symlinkSync('/usr/bin/true', path),
      () => mkdirSync(path),
    ]) {
      put()
      const before = lstatSync(path)
      expect(lookAtCommand(app, env).state).toBe('taken')
      expect(() => installCommand(app, env)).toThrow(expect.objectContaining({ code: 'command_taken' }))
      expect(() => removeCommand(env)).toThrow(expect.objectContaining({ code: 'command_taken' }))
      expect(lstatSync(path).ino).toBe(before.ino)
      rmSync(path, { recursive: true })
    }
  })

  it('is not offered where a package has put this very app on the PATH', () => {
    const app = makeApp('Latchkey')
    const bin = join(home, 'usr-bin')
    mkdirSync(bin)
    symlinkSync(app.program, join(bin, 'latchkey'))
    expect(lookAtCommand(app, { ...env, PATH: bin }).package_path).toBe(join(bin, 'latchkey'))
    expect(lookAtCommand(makeApp('another'), { ...env, PATH: bin }).package_path).toBeNull()
  })

  it('says why it could not be made', () => {
    writeFileSync(join(home, '.local'), '')
    expect(() => installCommand(makeApp('Latchkey'), env)).toThrow(expect.objectContaining({ code: 'desktop_failed' }))
  })
})

describe('the command latchkey of an AppImage', () => {
  /** As an AppImage answers `--appimage-mount`: it says where, and stays until it is ended. */
  function makeImage(): string {
    makeApp('mounted')
    const image = join(home, "it's an image.AppImage")
    writeFileSync(
      image,
      `#!/bin/sh\necho $$ >'${home}/pid'\n[ "$1" = --appimage-mount ] && echo '${home}/mounted'\nexec sleep 600\n`,
    )
    chmodSync(image, 0o755)
    return image
  }

  it('mounts it for as long as it runs, with its input, arguments and exit code', async () => {
    const appimage = makeImage()
    installCommand({ appimage }, env)
    expect(lookAtCommand({ appimage }, env).state).toBe('installed')
    expect(await run('a', 'b c')).toEqual({
      code: 7,
      out: `${join(home, 'mounted/resources/cli/latchkey')}|2|b c|from stdin\n`,
      err: '',
    })
    const mount = Number(readFileSync(join(home, 'pid'), 'utf8'))
    await expect.poll(() => isRunning(mount), { timeout: 10_000 }).toBe(false)
    expect(readdirSync(home).filter((name) => name.startsWith('tmp.'))).toEqual([])
    removeCommand(env)
    expect(existsSync(path)).toBe(false)
  })

  it('says so where it is not there any more, and is mended by one that is', async () => {
    installCommand({ appimage: join(home, 'gone.AppImage') }, env)
    expect(await run('status')).toMatchObject({ code: 1, err: expect.stringContaining('cannot be mounted') })
    const appimage = makeImage()
    expect(lookAtCommand({ appimage }, env).state).toBe('outdated')
    installCommand({ appimage }, env)
    expect(await run()).toMatchObject({ code: 7 })
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
