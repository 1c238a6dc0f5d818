// The main process of the desktop window, read from top to bottom as it starts.
import { desktopStrings } from '../shared/desktop-strings.ts'
import '../core/crypto/take-environment-key.ts'
import { join, resolve } from 'node:path'
import { app, dialog, ipcMain, protocol } from 'electron'
import { actorOf } from '../core/actor.ts'
import { createLog } from '../core/log.ts'
import { openCore } from '../core/open-core.ts'
import { placesFrom } from '../core/places.ts'
import { ensurePrivateFolder } from '../core/private-files.ts'
import { toAppError } from '../shared/errors.ts'
import { openBundle, SCHEME, WINDOW_ORIGIN, WINDOW_URL } from './bundle.ts'
import { electronDesktop, openClipboard } from './desktop.ts'
import { serveIpc } from './ipc.ts'
import { startUtilityHelper } from './keychain-utility.ts'
import { printerBeside } from './print-page.ts'
import { refusedSwitches } from './refused-switches.ts'
import { openShell } from './shell.ts'
import { startOptions, type StartOptions } from './start-options.ts'

const out = join(import.meta.dirname, '..')
const places = placesFrom(process.env)
// On a terminal only what went wrong; into a file or the system's journal everything.
const log = createLog({ level: process.stderr.isTTY ? 'error' : 'info' })
// Vite's server, while the window is being worked on; a packaged Latchkey has its own pages only.
const devServer = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL']

// Electron would show what nobody caught as it is, with whatever hangs on it.
process.on('uncaughtException', giveUpOn)
boot().catch(giveUpOn)

async function boot(): Promise<void> {
  const refused = app.isPackaged ? refusedSwitches(process.argv, process.getuid?.() === 0) : []
  if (refused.length > 0) {
    return giveUp(desktopStrings.refused.title(refused), desktopStrings.refused.text)
  }
  // All up to here and including the claim happens at once: Electron is ready as soon as it may be.
  const options = startOptions(process.argv.slice(1))
  if (!isOnlyOne()) return app.quit()
  await app.whenReady()
  await start(options)
}

/** Claims the folder's window. Where another Latchkey has it, that one has been told and shows its window. */
function isOnlyOne(): boolean {
  ensurePrivateFolder(places.data, (sentence) => log.warn(sentence))
  ensurePrivateFolder(places.window, (sentence) => log.warn(sentence))
  app.setPath('userData', resolve(places.window))
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }])
  return app.requestSingleInstanceLock()
}

async function start({ hidden, ...keyOptions }: StartOptions): Promise<void> {
  const quitting = new AbortController()
  const secrets = openClipboard()
  const printer = printerBeside(await openBundle(out))
  const core = await openCore({
    env: process.env,
    cwd: process.cwd(),
    ...keyOptions,
    desktop: electronDesktop(secrets, printer),
    startKeychain: startUtilityHelper,
    log,
  })
  beforeQuit(async () => {
    quitting.abort()
    await secrets.clear()
    await core.close()
  })
  const api = core.apiFor(actorOf('window'))
  const origin = devServer === undefined ? WINDOW_ORIGIN : new URL(devServer).origin
  serveIpc(ipcMain, api, origin, (error, operation) => log.error({ operation, err: error }))
  protocol.handle(SCHEME, printer.serve)
  const open = await openShell({
    api,
    url: devServer ?? WINDOW_URL,
    preload: join(out, 'preload', 'index.cjs'),
    resources: join(out, '..', 'resources'),
    stateFile: join(places.window, 'window-state.json'),
    hidden: hidden || isOpenedByMac(),
    lock: (reason) => core.vault.lockNow(reason, actorOf('window')),
    signal: quitting.signal,
    onError: (cause) => log.error({ err: cause }),
  })
  await core.listener.startAsChosen()
  core.updates.start()
  core.backups.start()
  app.on('activate', open)
  app.on('second-instance', (_event, argv) => {
    if (!startOptions(argv.slice(1)).hidden) open()
  })
}

/** macOS starts what opens at login without arguments, and tells in its own way. */
function isOpenedByMac(): boolean {
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin
}

/** Does `last` once, after the windows are gone and before the process is. */
function beforeQuit(last: () => Promise<void>): void {
  let done = false
  app.on('will-quit', (event) => {
    if (done) return
    event.preventDefault()
    last()
      .catch((cause: unknown) => log.error({ err: cause }))
      .finally(() => {
        done = true
        app.quit()
      })
  })
}

function giveUpOn(cause: unknown): void {
  const { detail, hint } = toAppError(cause).body
  log.fatal({ err: cause })
  giveUp(detail, hint)
}

function giveUp(message: string, hint = ''): void {
  dialog.showErrorBox(message, hint)
  app.exit(1)
}
