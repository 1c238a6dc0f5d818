import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { windowOptions } from '../../src/main/window-options.ts'

const place = {
  state: { width: 1180, height: 760, maximized: false },
  preload: '/app/out/preload/index.cjs',
  icon: '/app/icon.png',
  isPackaged: true,
  isDark: false,
  platform: 'linux' as NodeJS.Platform,
}

describe('the window', () => {
  it('gives the page no Node, a sandbox and the rules of the web', () => {
    expect(windowOptions(place).webPreferences).toMatchObject({
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
    })
  })

  it('has devtools only while it is being worked on', () => {
    expect(windowOptions({ ...place, isPackaged: false }).webPreferences?.devTools).toBe(true)
  })

  it('hides the title bar on macOS alone', () => {
    expect(windowOptions({ ...place, platform: 'darwin' }).titleBarStyle).toBe('hidden')
    expect(windowOptions(place).titleBarStyle).toBeUndefined()
    expect(windowOptions({ ...place, platform: 'win32' }).titleBarStyle).toBeUndefined()
  })

  it('is made in one place of the source and nowhere else', () => {
    const src = join(import.meta.dirname, '../../src')
    const makers = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .flatMap((file) => {
        const text = readFileSync(join(src, file), 'utf8')
        return [...text.matchAll(/new\s+(BrowserWindow|BaseWindow|WebContentsView|BrowserView)\b/g)].map(() => file)
      })
    expect(makers).toEqual([join('main', 'window.ts')])
  })
})
