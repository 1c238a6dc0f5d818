import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isStale } from '../../scripts/build-if-stale.ts'
import { planStart, type Machine } from '../../scripts/start-plan.ts'

const desktop: Machine = {
  platform: 'linux',
  isRoot: false,
  hasDisplay: true,
  electron: { path: '/x/electron' },
  userNamespaces: true,
  sandboxHelper: false,
}

describe('npm start', () => {
  it('opens the desktop window and says nothing where all is there', () => {
    expect(planStart(desktop)).toEqual({ window: 'desktop', program: '/x/electron', switches: [], says: [] })
  })

  it('opens in the browser without a display, and says so in one line', () => {
    const plan = planStart({ ...desktop, hasDisplay: false, electron: { missing: 'is not installed' } })
    expect(plan).toEqual({
      window: 'browser',
      says: [
        'There is no display (DISPLAY and WAYLAND_DISPLAY are not set), so Latchkey opens in the browser instead.',
      ],
    })
  })

  it('opens in the browser without Electron, with the reason in one line', () => {
    expect(planStart({ ...desktop, electron: { missing: 'could not be downloaded (not in 60 s)' } })).toEqual({
      window: 'browser',
      says: [
        'Electron, which draws the desktop window, could not be downloaded (not in 60 s), so Latchkey opens in the browser instead.',
      ],
    })
  })

  it('passes --no-sandbox for root alone, and says so', () => {
    expect(planStart({ ...desktop, isRoot: true, userNamespaces: false })).toMatchObject({
      window: 'desktop',
      switches: ['--no-sandbox'],
      says: [expect.stringContaining('--no-sandbox')],
    })
  })

  it('says what to do where the kernel forbids the sandbox', () => {
    const plan = planStart({ ...desktop, userNamespaces: false })
    expect(plan.window).toBe('browser')
    expect(plan.says.join('\n')).toContain(`sudo chmod 4755 '/x/chrome-sandbox'`)
  })

  it('opens the desktop window where the helper makes the sandbox, and on systems that have another', () => {
    expect(planStart({ ...desktop, userNamespaces: false, sandboxHelper: true }).window).toBe('desktop')
    expect(planStart({ ...desktop, platform: 'darwin', userNamespaces: false }).window).toBe('desktop')
  })
})

describe('the build of npm start', () => {
  const products = ['main/index.js', 'main/cli.js', 'preload/index.cjs', 'renderer/index.html', 'renderer-files.json']

  it('is made where it is missing, in part or older than a source, and not otherwise', () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-build-'))
    const put = (file: string, time: number) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), '')
      utimesSync(join(folder, file), time, time)
    }
    const settle = (time: number) => {
      for (const path of ['src', 'src/core']) utimesSync(join(folder, path), time, time)
    }
    put('src/core/deep.ts', 100)
    settle(100)
    expect(isStale(folder)).toBe(true)
    for (const file of products) put(`out/${file}`, 200)
    expect(isStale(folder)).toBe(false)
    rmSync(join(folder, 'out/main/cli.js'))
    expect(isStale(folder)).toBe(true)
    put('out/main/cli.js', 200)
    put('src/core/deep.ts', 300)
    settle(100)
    expect(isStale(folder)).toBe(true)
    put('src/core/deep.ts', 100)
    // A source that went: only its folder tells.
    settle(300)
    expect(isStale(folder)).toBe(true)
    rmSync(folder, { recursive: true })
  })
})
