import { join } from 'node:path'
import { app, BrowserWindow, Menu, nativeTheme, screen, type WebContents } from 'electron'
import { lockNavigation, lockPermissions } from './lock-down.ts'
import { editing } from './menu.ts'
import { windowOptions } from './window-options.ts'
import { readWindowState, writeWindowState } from './window-state.ts'

interface WindowNeeds {
  /** The page's address: the bundle, or Vite's server in development. */
  url: string
  preload: string
  resources: string
  stateFile: string
  /** How it appears: started at login it is only in the tray, or minimised where there is none. */
  appears: 'shown' | 'minimized' | 'hidden'
  /** Asked when the person closes the window; false keeps it, and it is up to the asked to hide it. */
  mayClose: (window: BrowserWindow) => boolean
}

/** Makes the only window and loads the page into it. */
export async function openWindow({
  url,
  preload,
  resources,
  stateFile,
  appears,
  mayClose,
}: WindowNeeds): Promise<BrowserWindow> {
  const state = readWindowState(
    stateFile,
    screen.getAllDisplays().map((display) => display.workArea),
  )
  const window = new BrowserWindow(
    windowOptions({
      state,
      preload,
      icon: join(resources, 'icon.png'),
      isPackaged: app.isPackaged,
      isDark: nativeTheme.shouldUseDarkColors,
      platform: process.platform,
    }),
  )
  const { webContents } = window
  lockNavigation(webContents)
  lockPermissions(webContents.session)
  offerEditing(webContents)
  if (state.maximized) window.once('show', () => window.maximize())
  window.once('ready-to-show', () => {
    if (appears === 'shown') window.show()
    if (appears === 'minimized') window.minimize()
  })
  window.on('close', (event) => {
    writeWindowState(stateFile, window.getNormalBounds(), window.isMaximized())
    if (!mayClose(window)) event.preventDefault()
  })
  await window.loadURL(url)
  return window
}

/** Brings the window to the front, wherever it is. */
export function showWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

/** Presses Ctrl (or ⌘) and `key` in the page, as the menu entry of that name. */
export function press(window: BrowserWindow, key: string): void {
  showWindow(window)
  const modifiers: ['meta' | 'control'] = [process.platform === 'darwin' ? 'meta' : 'control']
  window.webContents.sendInputEvent({ type: 'keyDown', keyCode: key, modifiers })
  window.webContents.sendInputEvent({ type: 'keyUp', keyCode: key, modifiers })
}

/** Electron has no context menu of its own, and keys are pasted with the mouse too. */
function offerEditing(contents: WebContents): void {
  contents.on('context-menu', (_event, { isEditable, selectionText }) => {
    if (isEditable) Menu.buildFromTemplate(editing()).popup()
    else if (selectionText.trim() !== '') Menu.buildFromTemplate([{ role: 'copy' }]).popup()
  })
}
