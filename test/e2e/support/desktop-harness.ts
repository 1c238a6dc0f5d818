// The desktop window under test: the built app on Electron itself where its binary is, on the stand-in where it is not.
// The same calls serve both, so that a spec does not know which it runs on.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runInThisContext } from 'node:vm'
import type { MenuItem, WebPreferences } from 'electron'
import { _electron, type Page } from 'playwright-core'
import { electronPath } from '../../../scripts/find-electron.ts'
import { loopbackOnly } from './person.ts'
import { launch, type InApp } from '../../support/electron-host/launch.ts'
import type { RecordedDialog } from '../../support/electron-host/record.ts'

const root = join(import.meta.dirname, '../../..')
const hasDisplay = process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
const binary = hasDisplay ? electronPath(process.env) : undefined

/** What the specs run on. */
export const desktopHarness: 'electron' | 'stand-in' = binary === undefined ? 'stand-in' : 'electron'

export interface DesktopOptions {
  /** LATCHKEY_HOME of this run. The folder beside it, with `-user` at its end, is the person's home. */
  home: string
  env?: Readonly<Record<string, string>>
  args?: readonly string[]
  /** Whether an icon in the tray would be seen (Linux: a `dbus-send` that says so). */
  tray?: boolean
  /** The folder of the built app, if not this checkout. */
  app?: string
}

export interface DesktopApp {
  /** The window's page. */
  page: Page
  /** Runs a function in the main process; it sees `electron` and its argument only. */
  evaluate<A, R>(act: InApp<A, R>, arg: A): Promise<R>
  /** Clicks an entry of the application menu, named from the menu bar down. */
  clickMenu(...labels: string[]): Promise<void>
  /** The entries of the tray's menu; empty where there is no tray. */
  trayEntries(): Promise<{ label: string; enabled: boolean; checked: boolean }[]>
  clickTray(label: string): Promise<void>
  /** The dialogs shown so far. */
  dialogs(): Promise<RecordedDialog[]>
  /** Presses a button of the dialog that stands, or of the next one; or chooses files in it. */
  answerDialog(answer: { response: number } | { filePaths: string[] }): Promise<void>
  /** What the clipboard holds, by media type. */
  clipboard(): Promise<Record<string, string>>
  putOnClipboard(text: string): Promise<void>
  /** Addresses that were handed to the person's browser. */
  openedExternally(): Promise<string[]>
  /** What stood on the pages that were printed. */
  printed(): Promise<string[]>
  webPreferences(): Promise<WebPreferences>
  isVisible(): Promise<boolean>
  /** Closes the window as its title bar does. */
  closeWindow(): Promise<void>
  /** Starts Latchkey again for the same folder; answers the exit code of that second start. */
  startSecond(...args: string[]): Promise<number>
  /** Quits; answers the exit code. */
  quit(): Promise<number>
  /** Ends the process at once, in the middle of whatever it does. */
  kill(): Promise<void>
  /** The exit code, once the app has ended by itself. */
  ended(): Promise<number>
  /** Everything the app has printed. */
  output(): string
}

let hasSaid = false

/** Starts the built app and waits for its page. */
export async function launchDesktop(options: DesktopOptions): Promise<DesktopApp> {
  if (!hasSaid) console.log(`desktop specs run on ${binary ?? 'the stand-in for Electron (its binary is not here)'}`)
  hasSaid = true
  const env = environment(options)
  const args = [options.app ?? root, ...(options.args ?? [])]
  const app = binary === undefined ? launch({ args, env }) : await launchElectron(binary, args, env)
  const child = app.process()
  const printed: string[] = []
  child.stdout?.on('data', (data: Buffer) => printed.push(String(data)))
  child.stderr?.on('data', (data: Buffer) => printed.push(String(data)))
  const { evaluate } = app
  const page = await app.firstWindow().catch((cause: unknown) => {
    throw new Error(`Latchkey did not open its window. It printed:\n${printed.join('')}`, { cause })
  })
  return {
    page,
    evaluate,
    clickMenu: (...labels) => evaluate(clickMenuEntry, labels),
    trayEntries: () =>
      evaluate((_electron, _arg, { record }) => {
        const items: MenuItem[] = record.trayMenus.at(-1)?.items ?? []
        return items.map(({ label, enabled, checked }) => ({ label, enabled, checked }))
      }, undefined),
    clickTray: (label) =>
      evaluate((_electron, wanted, { record }) => {
        const entry = record.trayMenus.at(-1)?.items.find((item) => item.label === wanted)
        if (entry === undefined) throw new Error(`The tray has no entry '${wanted}'`)
        entry.click()
      }, label),
    dialogs: () => evaluate((_electron, _arg, { record }) => record.dialogs, undefined),
    answerDialog: (answer) => evaluate((_electron, given, host) => host.answerDialog(given), answer),
    clipboard: () => evaluate((_electron, _arg, host) => host.clipboardFormats(), undefined),
    putOnClipboard: (text) => evaluate(({ clipboard }, given) => clipboard.writeText(given), text),
    printed: () => evaluate((_electron, _arg, { record }) => record.printed, undefined),
    openedExternally: () => evaluate((_electron, _arg, { record }) => record.openedExternally, undefined),
    webPreferences: () =>
      evaluate((_electron, _arg, { record }) => record.windowOptions[0]?.webPreferences ?? {}, undefined),
    isVisible: () => evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() === true, undefined),
    closeWindow: () => evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close(), undefined),
    async startSecond(...more) {
      // Without the app's own arguments: a person starts it plainly.
      const [program = '', ...first] = child.spawnargs
      const plain = first.slice(0, first.length - (options.args?.length ?? 0))
      return exitCode(spawn(program, [...plain, ...more], { env, stdio: 'ignore' }))
    },
    async quit() {
      const code = exitCode(child)
      await app.close()
      return code
    },
    async kill() {
      // The stand-in's Chromium is a process of its own, which nobody else would end.
      const devtools = binary === undefined ? await page.context().browser()?.newBrowserCDPSession() : undefined
      const { processInfo = [] } = (await devtools?.send('SystemInfo.getProcessInfo')) ?? {}
      const ended = exitCode(child)
      child.kill('SIGKILL')
      await ended
      for (const { type, id } of processInfo) if (type === 'browser') process.kill(id, 'SIGKILL')
    },
    ended: () => exitCode(child),
    output: () => printed.join(''),
  }
}

/** An environment of the test's own: no vault, keychain or settings of the person who runs it. */
function environment({ home, env, tray }: DesktopOptions): Record<string, string> {
  const user = `${home}-user`
  const programs = join(user, 'bin')
  mkdirSync(programs, { recursive: true })
  const answer = join(programs, 'dbus-send')
  writeFileSync(answer, `#!/bin/sh\necho "   boolean ${tray === true}"\n`)
  chmodSync(answer, 0o755)
  const kept = ['LANG', 'TMPDIR', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR', 'SYSTEMROOT']
  const own: Record<string, string> = {
    HOME: user,
    // Electron is given the same as an argument.
    ...(binary === undefined ? { NODE_OPTIONS: `--require=${JSON.stringify(loopbackOnly)}` } : {}),
    XDG_CONFIG_HOME: join(user, '.config'),
    LATCHKEY_HOME: home,
    PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`,
  }
  for (const name of kept) {
    const value = process.env[name]
    if (value !== undefined) own[name] = value
  }
  // The person's bus would be found by that folder.
  if (own['XDG_RUNTIME_DIR'] !== undefined) own['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=/nonexistent/bus'
  return { ...own, ...env }
}

interface LaunchedApp {
  firstWindow(): Promise<Page>
  evaluate: <A, R>(act: InApp<A, R>, arg: A) => Promise<R>
  process(): ChildProcess
  close(): Promise<void>
}

async function launchElectron(
  executablePath: string,
  args: string[],
  env: Record<string, string>,
): Promise<LaunchedApp> {
  const recorder = join(import.meta.dirname, 'record-electron.cjs')
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const app = await _electron.launch({
    executablePath,
    args: ['-r', loopbackOnly, '-r', recorder, ...asRoot, ...args],
    env,
    cwd: root,
  })
  return {
    firstWindow: () => app.firstWindow(),
    process: () => app.process(),
    close: () => app.close(),
    async evaluate<A, R>(act: InApp<A, R>, arg: A): Promise<R> {
      const source = `(electron, arg) => (${String(act)})(electron, arg, globalThis.latchkeyHost)`
      return app.evaluate(runInThisContext(`(${source})`) as () => R, arg)
    },
  }
}

const clickMenuEntry: InApp<string[], void> = ({ Menu }, labels) => {
  let items: MenuItem[] = Menu.getApplicationMenu()?.items ?? []
  let entry: MenuItem | undefined
  for (const label of labels) {
    entry = items.find((item) => item.label === label || item.role === label)
    if (entry === undefined)
      throw new Error(`The menu has no entry '${label}' among ${items.map((item) => item.label).join(', ')}`)
    items = entry.submenu?.items ?? []
  }
  entry?.click()
}

async function exitCode(child: ChildProcess): Promise<number> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode ?? -1
}
