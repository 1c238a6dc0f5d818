import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { printOptions, windowOptions } from '../../src/main/window-options.ts'

const place = {
  state: { width: 1180, height: 760, maximized: false },
  preload: '/app/out/preload/index.cjs',
  icon: '/app/icon.png',
  isPackaged: true,
  isDark: false,
  platform: 'linux' as NodeJS.Platform,
}

const locked = {
  contextIsolation: true,
  sandbox: true,
  webSecurity: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webviewTag: false,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  spellcheck: false,
  devTools: false,
}

describe('the window', () => {
  it('gives the page no Node, a sandbox and the rules of the web', () => {
    expect(windowOptions(place).webPreferences).toMatchObject(locked)
  })

  it('has one beside it for what is printed, which is never shown and runs no script at all', () => {
    expect(printOptions).toMatchObject({ show: false, webPreferences: { ...locked, javascript: false } })
    expect(printOptions.webPreferences).not.toHaveProperty('preload')
  })

  it('has devtools only while it is being worked on', () => {
    expect(windowOptions({ ...place, isPackaged: false }).webPreferences?.devTools).toBe(true)
  })

  it('hides the title bar on macOS alone', () => {
    expect(windowOptions({ ...place, platform: 'darwin' }).titleBarStyle).toBe('hidden')
    expect(windowOptions(place).titleBarStyle).toBeUndefined()
    expect(windowOptions({ ...place, platform: 'win32' }).titleBarStyle).toBeUndefined()
  })

  it('and the one for printing are made in one place each, and no other is', () => {
    const src = join(import.meta.dirname, '../../src')
    const makers = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .flatMap((file) => {
        const text = readFileSync(join(src, file), 'utf8')
        return [...text.matchAll(/new\s+(BrowserWindow|BaseWindow|WebContentsView|BrowserView)\b/g)].map(() => file)
      })
    expect(makers.toSorted()).toEqual([join('main', 'print-page.ts'), join('main', 'window.ts')])
  })
})
