// A stand-in for the module `electron`, for machines where its binary is not. main.ts runs the built main process in
// plain Node; its window is a page of a real Chromium, with the built preload in a world of its own, and calls
// between page and main process are carried as structured clones. It has what src/main uses and throws on the rest.
//
// What it cannot show:
// - The page's origin in Chromium is https://latchkey.app.standin, not app://latchkey: cookies, storage and 'self' in
//   the content policy follow the rules of https. The main process sees app:// addresses.
// - The sandbox, process isolation, fuses, asar, Electron's V8 and its ABI for native modules.
// - Anything drawn by the desktop: frame, menu, tray, dialogs, notifications are models that tests click and answer.
//   Accelerators of the menu do nothing; bounds are kept, not applied; the desktop's own colours are always light.
// - Handlers of permissions, downloads and devices are recorded and never asked by a page; what the check handler says
//   of the commonest permissions holds in Chromium. A context menu comes only by `emit`.
// - The page's own clipboard is Chromium's, not the one that the main process writes.
// - Navigation to about:blank, data: and blob:, which Chromium does without a request that could be refused.
// - Redirects, subframes with a preload, more than one page, reload, zoom, devtools, Vite's development server.
// - The one-instance lock is a file and a signal; login items of macOS and Windows are recorded.
import type Electron from 'electron'
import { app } from './app.ts'
import { HostBrowserWindow } from './browser-window.ts'
import {
  clipboard,
  dialog,
  HostClipboardItem,
  nativeTheme,
  powerMonitor,
  screen,
  shell,
  utilityProcess,
} from './desktop-parts.ts'
import { ipcMain } from './ipc-main.ts'
import { HostMenu, HostTray, nativeImage } from './menu-and-tray.ts'
import { protocol } from './protocol.ts'

export {
  app,
  clipboard,
  dialog,
  ipcMain,
  nativeImage,
  nativeTheme,
  powerMonitor,
  protocol,
  screen,
  shell,
  utilityProcess,
}
export { HostBrowserWindow as BrowserWindow, HostClipboardItem as ClipboardItem, HostMenu as Menu, HostTray as Tray }

/** The same, as tests are handed it: typed as the real module, of which it is a part. */
export const standIn = {
  app,
  BrowserWindow: HostBrowserWindow,
  clipboard,
  ClipboardItem: HostClipboardItem,
  dialog,
  ipcMain,
  Menu: HostMenu,
  nativeImage,
  nativeTheme,
  powerMonitor,
  protocol,
  screen,
  shell,
  Tray: HostTray,
  utilityProcess,
} satisfies { [Name in keyof typeof Electron]?: unknown }
