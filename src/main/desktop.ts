import { app, BrowserWindow, clipboard, ClipboardItem, dialog, shell, type OpenDialogOptions } from 'electron'
import type { Desktop } from '../core/desktop.ts'
import { secretClipboard, type SecretClipboard } from './clipboard.ts'
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
export function electronDesktop(secrets: SecretClipboard): Desktop {
  return {
    copyConcealed: (secret, clearsAt) => secrets.copy(secret, clearsAt),

    async openExternal(url) {
      // The core has looked the address up in the catalog; here only what could start a program is kept out.
      if (new URL(url).protocol !== 'https:') throw new Error('Only https pages are opened.')
      await shell.openExternal(url)
    },

    async chooseFile(title) {
      const parent = BrowserWindow.getFocusedWindow()
      const options: OpenDialogOptions = { title, properties: ['openFile', 'showHiddenFiles'] }
      const { canceled, filePaths } = await (parent === null
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(parent, options))
      return canceled ? null : (filePaths[0] ?? null)
    },

    async setStartAtLogin(on) {
      if (process.platform !== 'linux') return app.setLoginItemSettings({ openAtLogin: on, args: ['--hidden'] })
      const program = app.isPackaged ? [process.execPath] : [process.execPath, app.getAppPath()]
      setLoginEntry(loginEntryFile(process.env), on ? loginCommand(program, process.env) : null)
    },
  }
}
