import type { BrowserWindowConstructorOptions, WebPreferences } from 'electron'
import { desktopStrings } from '../shared/desktop-strings.ts'
import { SMALLEST, type WindowState } from './window-state.ts'

interface Place {
  state: WindowState
  preload: string
  icon: string
  isPackaged: boolean
  isDark: boolean
  platform: NodeJS.Platform
}

/** What holds for every page: no Node, a sandbox, the rules of the web. */
const LOCKED: WebPreferences = {
  contextIsolation: true,
  sandbox: true,
  webSecurity: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webviewTag: false,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  navigateOnDragDrop: false,
  safeDialogs: true,
  // Chromium would fetch its dictionaries from the network.
  spellcheck: false,
}

/** The options of the page that is printed, which nobody sees: not even scripts of its own. */
export const printOptions: BrowserWindowConstructorOptions = {
  show: false,
  webPreferences: { ...LOCKED, javascript: false, devTools: false },
}

/** The options of the only window that is shown. The page gets no Node, no devtools when packaged, and a sandbox. */
export function windowOptions({
  state,
  preload,
  icon,
  isPackaged,
  isDark,
  platform,
}: Place): BrowserWindowConstructorOptions {
  const { x, y, width, height } = state
  return {
    width,
    height,
    ...(x === undefined || y === undefined ? {} : { x, y }),
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    title: desktopStrings.app,
    show: false,
    // The page's own ground, so that a slow start does not flash white in the dark.
    backgroundColor: isDark ? '#16181B' : '#F8F9FA',
    ...(platform === 'darwin'
      ? { titleBarStyle: 'hidden' as const, trafficLightPosition: { x: 20, y: 20 } }
      : { icon, autoHideMenuBar: true }),
    webPreferences: {
      ...LOCKED,
      preload,
      devTools: !isPackaged,
    },
  }
}
