import { EventEmitter } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { App } from 'electron'
import { followWindows, HostBrowserWindow } from './browser-window.ts'
import { startBrowser, stopBrowser } from './browser.ts'
import { preventable } from './events.ts'
import { only } from './only.ts'
import { record } from './record.ts'

type Own = Pick<
  App,
  | 'isPackaged'
  | 'whenReady'
  | 'quit'
  | 'exit'
  | 'setPath'
  | 'getPath'
  | 'getVersion'
  | 'getAppPath'
  | 'requestSingleInstanceLock'
  | 'setLoginItemSettings'
>

let ready = false
let quitting = false
let holdsLock = false
const isReady = Promise.withResolvers<void>()
const paths = new Map<string, string>()
let root = ''

/** The app of the folder `appRoot`; main.ts says when its code has run. */
class HostApp extends EventEmitter implements Own {
  readonly isPackaged = process.env['LATCHKEY_STANDIN_PACKAGED'] === '1'

  whenReady(): Promise<void> {
    return isReady.promise
  }

  getAppPath(): string {
    return root
  }

  getVersion(): string {
    return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
  }

  setPath(name: string, path: string): void {
    if (ready && name === 'userData') throw new Error('userData must be set before the app is ready')
    paths.set(name, path)
  }

  getPath(name: Parameters<App['getPath']>[0]): string {
    const path = paths.get(name) ?? (name === 'temp' ? tmpdir() : undefined)
    if (path === undefined) throw new Error(`The Electron stand-in has no path '${name}' that the app did not set`)
    return path
  }

  /** A file with the holder's number; a second start leaves its arguments there and wakes the holder by a signal. */
  requestSingleInstanceLock(): boolean {
    const file = join(this.getPath('userData'), 'standin-lock')
    mkdirSync(this.getPath('userData'), { recursive: true })
    const holder = holderOf(file)
    if (holder !== undefined) {
      writeFileSync(`${file}-argv`, JSON.stringify({ argv: process.argv, cwd: process.cwd() }))
      process.kill(holder, 'SIGUSR2')
      return false
    }
    writeFileSync(file, String(process.pid))
    holdsLock = true
    process.on('SIGUSR2', () => {
      const { argv, cwd } = JSON.parse(readFileSync(`${file}-argv`, 'utf8')) as { argv: string[]; cwd: string }
      this.emit('second-instance', preventable({}), argv, cwd, undefined)
    })
    return true
  }

  setLoginItemSettings(settings: Parameters<App['setLoginItemSettings']>[0]): void {
    record.loginItems.push(settings)
  }

  getLoginItemSettings(): Pick<ReturnType<App['getLoginItemSettings']>, 'wasOpenedAtLogin'> {
    return { wasOpenedAtLogin: false }
  }

  quit(): void {
    quitting = true
    const event = preventable({})
    this.emit('before-quit', event)
    if (event.defaultPrevented) return
    for (const window of HostBrowserWindow.getAllWindows()) window.close()
    if (HostBrowserWindow.getAllWindows().length > 0) return
    this.end()
  }

  exit(code = 0): void {
    this.emit('quit', preventable({}), code)
    if (holdsLock) writeFileSync(join(this.getPath('userData'), 'standin-lock'), '')
    stopBrowser()
    process.exit(code)
  }

  private end(): void {
    const event = preventable({})
    this.emit('will-quit', event)
    if (!event.defaultPrevented) this.exit(0)
  }

  /** As Electron: the app becomes ready once its first module has run to its end. */
  async becomeReady(): Promise<void> {
    // It has found another copy and asked to quit.
    if (quitting) return
    await startBrowser(this.getPath('userData'))
    ready = true
    isReady.resolve()
    this.emit('ready')
  }

  lastWindowClosed(): void {
    if (quitting) return
    if (!this.emit('window-all-closed')) this.quit()
  }
}

function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    if (pid > 0 && process.kill(pid, 0)) return pid
  } catch {
    // No file, or its holder is gone: the lock is free.
  }
  return undefined
}

const hostApp = new HostApp()
followWindows(
  (window) => hostApp.emit('browser-window-created', preventable({}), window),
  () => hostApp.lastWindowClosed(),
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => hostApp.quit())

export const app = only('app', hostApp)

export function setAppRoot(path: string): void {
  root = path
}
