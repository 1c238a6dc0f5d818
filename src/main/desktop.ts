import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  app,
  BrowserWindow,
  clipboard,
  ClipboardItem,
  dialog,
  shell,
  type OpenDialogOptions,
  type SaveDialogOptions,
} from 'electron'
import type { Desktop } from '../core/desktop.ts'
import { reason } from '../core/private-files.ts'
import type { ShippedCommand } from '../core/shell-command.ts'
import { appError, type AppError } from '../shared/errors.ts'
import { secretClipboard, type SecretClipboard } from './clipboard.ts'
import type { Printer } from './print-page.ts'
import { loginCommand, loginEntryFile, setLoginEntry } from './login-entry.ts'

/** The clipboard of this desktop, as a place for secrets. */
export function openClipboard(): SecretClipboard {
  return secretClipboard(
    {
      write: (formats) => clipboard.write([new ClipboardItem(formats)]),
      readText: () => clipboard.readText(),
      clear: () => clipboard.clear(),
    },
    { platform: process.platform, isWayland: process.env['XDG_SESSION_TYPE'] === 'wayland' },
  )
}

/** What the core asks of this desktop. */
export function electronDesktop(secrets: SecretClipboard, printer: Pick<Printer, 'print'>): Desktop {
  return {
    command: shippedCommand(),

    async copyConcealed(secret, clearsAt) {
      await secrets.copy(secret, clearsAt).catch((cause: unknown) => {
        throw failed('The clipboard of this desktop could not be written', cause)
      })
    },

    async openExternal(url) {
      // The core has looked the address up in the catalog; here only what could start a program is kept out.
      if (new URL(url).protocol !== 'https:') throw appError('not_allowed', { what: 'Only https pages are opened' })
      await shell.openExternal(url).catch((cause: unknown) => {
        throw failed(`No browser could be opened for ${url}`, cause)
      })
    },

    async chooseFile(title) {
      const parent = BrowserWindow.getFocusedWindow()
      const options: OpenDialogOptions = { title, properties: ['openFile', 'showHiddenFiles'] }
      const { canceled, filePaths } = await (parent === null
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(parent, options))
      return canceled ? null : (filePaths[0] ?? null)
    },

    choosePlace: (title, name) => choosePlace(name, title),

    async saveFile(name, text) {
      const filePath = await choosePlace(name)
      if (filePath === null) return null
      await writeFile(filePath, text, { mode: 0o600 }).catch((cause: unknown) => {
        throw failed(`${filePath} could not be written: ${reason(cause)}`, cause)
      })
      return filePath
    },

    print: (lines) =>
      printer.print(lines).catch((cause: unknown) => {
        throw failed(`Nothing was printed: ${reason(cause)}`, cause)
      }),

    async hideWindow() {
      // Not hidden altogether: without a tray it could not be found again.
      for (const window of BrowserWindow.getAllWindows()) window.minimize()
    },

    async setStartAtLogin(on) {
      if (process.platform !== 'linux') return app.setLoginItemSettings({ openAtLogin: on, args: ['--hidden'] })
      const program = app.isPackaged ? [process.execPath] : [process.execPath, app.getAppPath()]
      const file = loginEntryFile(process.env)
      try {
        setLoginEntry(file, on ? loginCommand(program, process.env) : null)
      } catch (cause) {
        throw failed(`${file} could not be changed: ${reason(cause)}`, cause)
      }
    },
  }
}

async function choosePlace(name: string, title?: string): Promise<string | null> {
  const parent = BrowserWindow.getFocusedWindow()
  const options: SaveDialogOptions = {
    ...(title === undefined ? {} : { title }),
    defaultPath: name,
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  }
  const { canceled, filePath } = await (parent === null
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(parent, options))
  return canceled || filePath === '' ? null : filePath
}

function failed(what: string, cause: unknown): AppError {
  return appError('desktop_failed', { what }, { cause })
}

/** On Windows the installer sees to it; from a clone there is none. */
function shippedCommand(): ShippedCommand | undefined {
  const { APPIMAGE: appimage } = process.env
  if (!app.isPackaged || process.platform === 'win32') return undefined
  if (appimage !== undefined && appimage !== '') return { appimage }
  const program = join(dirname(app.getAppPath()), 'cli', 'latchkey')
  return existsSync(program) ? { program } : undefined
}
