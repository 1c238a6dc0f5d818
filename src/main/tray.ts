import { join } from 'node:path'
import { Menu, nativeImage, Tray, type MenuItemConstructorOptions } from 'electron'
import type { Shown } from './follow-core.ts'

export interface TrayActs {
  open: () => void
  quit: () => void
  setListener: (on: boolean) => void
}

export interface LatchkeyTray {
  show(shown: Shown): void
}

/** Puts Latchkey in the tray; a click opens the window, the menu has the listener's switch. */
export function openTray(resources: string, acts: TrayActs): LatchkeyTray {
  const isMac = process.platform === 'darwin'
  const image = nativeImage.createFromPath(join(resources, isMac ? 'trayTemplate.png' : 'tray.png'))
  if (isMac) image.setTemplateImage(true)
  const tray = new Tray(image)
  tray.setToolTip('Latchkey')
  // On macOS a click opens the menu, as everywhere in that menu bar.
  if (!isMac) tray.on('click', acts.open)
  return {
    // Linux takes no changes to a menu that is shown; a new one each time works everywhere.
    show: (shown) => tray.setContextMenu(Menu.buildFromTemplate(trayMenu(shown, acts))),
  }
}

/** The entries of the tray's menu. */
export function trayMenu({ listener, settings }: Shown, acts: TrayActs): MenuItemConstructorOptions[] {
  const port = listener.address === null ? settings.listener_port : new URL(listener.address).port
  const elsewhere = listener.state === 'elsewhere'
  return [
    { label: 'Open Latchkey', click: acts.open },
    { type: 'separator' },
    {
      label: elsewhere
        ? `Local tools connect to another Latchkey, port ${port}`
        : `Let local tools connect, port ${port}`,
      type: 'checkbox',
      checked: listener.tools_allowed,
      enabled: !elsewhere,
      click: () => acts.setListener(!listener.tools_allowed),
    },
    { type: 'separator' },
    { label: 'Quit Latchkey', click: acts.quit },
  ]
}
