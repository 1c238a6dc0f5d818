import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { buildIfStale } from '../../scripts/build-if-stale.ts'

vi.setConfig({ testTimeout: 90_000 })
const isRoot = process.getuid?.() === 0
const root = join(import.meta.dirname, '../..')
const key = generateFernetKey()
let folder: string

beforeAll(() => buildIfStale(() => undefined), 240_000)
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'latchkey-start-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs `npm start` in an environment of its own. */
function start(env: Record<string, string>, ...args: string[]) {
  const base = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    LATCHKEY_HOME: join(folder, 'home'),
    LATCHKEY_PORT: '0',
  }
  const child = spawn(process.execPath, [join(root, 'scripts/start.ts'), ...args], { env: { ...base, ...env } })
  const said = { out: [] as string[], err: [] as string[] }
  createInterface(child.stdout).on('line', (line) => said.out.push(line))
  createInterface(child.stderr).on('line', (line) => said.err.push(line))
  const ended = once(child, 'close').then(() => child.exitCode)
  return { child, said, ended }
}

/** A program in Electron's place. */
function electron(name: string, script: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

describe.runIf(process.platform === 'linux')('npm start', () => {
  it('opens the browser window where there is no display, and ends cleanly at a signal', async () => {
    const { child, said, ended } = start({ ENCRYPTION_KEY: key })
    await expect.poll(() => said.out.length, { timeout: 60_000 }).toBe(2)
    expect(said.err[0]).toBe(
      'There is no display (DISPLAY and WAYLAND_DISPLAY are not set), so Latchkey opens in the browser instead.',
    )
    const address = /^Latchkey listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(said.out[0] ?? '')?.[1]
    expect(said.out[1]).toContain(`${address}/#ticket=`)
    const page = await fetch(`${address}/`)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<div id="root">')])
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(said.out.concat(said.err).join('\n')).not.toContain(key)
  })

  it('starts Electron with the app, what was given, and the master key; and ends with its exit code', async () => {
    const script = `echo "$@"; echo "key \${#ENCRYPTION_KEY}"; exit 7`
    const env = { DISPLAY: ':0', LATCHKEY_ELECTRON: electron('says', script), ENCRYPTION_KEY: key }
    const { said, ended } = start(env, '--key-file', '/k')
    expect(await ended).toBe(7)
    expect(said.out).toEqual([`${isRoot ? '--no-sandbox ' : ''}${root} --key-file /k`, `key ${key.length}`])
  })

  it('passes signals on', async () => {
    const script = `trap 'echo stopping; exit 3' TERM; echo started; while :; do sleep 0.05; done`
    const { child, said, ended } = start({ DISPLAY: ':0', LATCHKEY_ELECTRON: electron('waits', script) })
    await expect.poll(() => said.out, { timeout: 60_000 }).toEqual(['started'])
    child.kill('SIGTERM')
    expect(await ended).toBe(3)
    expect(said.out).toEqual(['started', 'stopping'])
  })

  it('says in a sentence that Electron could not be started', async () => {
    const missing = join(folder, 'not-there')
    const { said, ended } = start({ DISPLAY: ':0', LATCHKEY_ELECTRON: missing })
    expect(await ended).toBe(1)
    expect(said.err.at(-1)).toBe(`${missing} could not be started: spawn ${missing} ENOENT`)
  })
})
