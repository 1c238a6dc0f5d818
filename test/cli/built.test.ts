// The command as the build makes it, since that is what an installed Latchkey runs.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build, mergeConfig } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import config from '../../electron.vite.config.ts'
import { tempHome } from '../support/temp-core.ts'
import { environment } from './latchkey.ts'

const OLD_NODE = '/usr/bin/node'
const oldVersion = existsSync(OLD_NODE) ? execFileSync(OLD_NODE, ['--version']).toString() : ''
const isOld = /^v(1\d|20|21)\./.test(oldVersion)

let out: string

beforeAll(async () => {
  // Inside the project, so that the native package is found as it is beside the real build.
  out = mkdtempSync(join(import.meta.dirname, '../../node_modules/.latchkey-built-'))
  const { main } = config
  await build(
    mergeConfig(main ?? {}, {
      configFile: false,
      logLevel: 'silent',
      build: { ssr: true, outDir: join(out, 'main'), emptyOutDir: false },
      ssr: { noExternal: true, external: ['better-sqlite3', '@napi-rs/keyring', 'electron'] },
    }),
  )
})
afterAll(() => rmSync(out, { recursive: true, force: true }))

const run = (node: string, home: string, ...args: string[]) =>
  spawnSync(node, [join(out, 'main/cli.js'), ...args], { env: environment(home), encoding: 'utf8' })

describe('the built command', { timeout: 120_000 }, () => {
  it('can be started by its own first line', () => {
    expect(readFileSync(join(out, 'main/cli.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })

  it('runs in plain Node, with the catalog it was shipped with', () => {
    using temp = tempHome()
    const { status, stdout } = run(process.execPath, temp.home, 'providers')
    expect(status).toBe(0)
    expect(stdout).toContain('https://api.anthropic.com')
  })

  it.runIf(isOld)('says in one sentence that Node is too old, and ends with 1', () => {
    using temp = tempHome()
    const { status, signal, stdout, stderr } = run(OLD_NODE, temp.home, 'providers')
    expect({ status, signal, stdout }).toEqual({ status: 1, signal: null, stdout: '' })
    expect(stderr).toContain(
      `error: Latchkey needs Node 22.12 or newer, and this is Node ${oldVersion.slice(1).trim()}`,
    )
    expect(existsSync(temp.home)).toBe(false)
  })
})
