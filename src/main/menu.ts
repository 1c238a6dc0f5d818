import type { MenuItemConstructorOptions } from 'electron'
import { desktopStrings } from '../shared/desktop-strings.ts'

interface MenuOf {
  platform: NodeJS.Platform
  isPackaged: boolean
  /** A passphrase is set: what else is done under that key is called hiding. */
  canLock: boolean
  /** Presses a key of the page's own keyboard map, with Ctrl or ⌘. */
  press: (key: string) => void
}

type Items = MenuItemConstructorOptions[]
const { menu: words } = desktopStrings
const separator: MenuItemConstructorOptions = { type: 'separator' }

/** The application menu: the platform's usual entries, and the page's own shortcuts under their names. */
export function applicationMenu({ platform, isPackaged, canLock, press }: MenuOf): Items {
  const isMac = platform === 'darwin'
  // The page answers these keys itself; the menu only names them, so that one press does not act twice.
  const key = (label: string, accelerator: string): MenuItemConstructorOptions => ({
    label,
    accelerator: `CommandOrControl+${accelerator}`,
    registerAccelerator: false,
    click: () => press(accelerator.toLowerCase()),
  })
  const settings = key(words.settings, ',')
  const development: Items = isPackaged ? [] : [{ role: 'reload' }, { role: 'toggleDevTools' }, separator]
  return [
    ...(isMac
      ? [
          {
            role: 'appMenu' as const,
            submenu: [
              { role: 'about' },
              separator,
              settings,
              separator,
              { role: 'services' },
              separator,
              { role: 'hide' },
              { role: 'hideOthers' },
              { role: 'unhide' },
              separator,
              { role: 'quit' },
            ] satisfies Items,
          },
        ]
      : []),
    {
      label: words.file,
      submenu: [
        key(words.addProvider, 'N'),
        separator,
        ...(isMac ? [] : [settings, separator]),
        key(canLock ? words.lock : words.hide, 'L'),
        separator,
        { role: 'close' },
        ...(isMac ? [] : [{ role: 'quit' as const }]),
      ],
    },
    {
      role: 'editMenu',
      submenu: [...editing(), separator, key(words.find, 'F')],
    },
    {
      label: words.view,
      submenu: [
        key(words.allActions, 'K'),
        separator,
        ...development,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    ...(isMac ? [] : [{ label: words.help, submenu: [{ role: 'about' as const }] }]),
  ]
}

/** What a text field offers under the right mouse button. */
export function editing(): Items {
  return [
    { role: 'undo' },
    { role: 'redo' },
    separator,
    { role: 'cut' },
    { role: 'copy' },
    { role: 'paste' },
    { role: 'selectAll' },
  ]
}
