import { join } from 'node:path'
import { Menu, nativeImage, Tray } from 'electron'
import { desktopStrings } from '../shared/desktop-strings.ts'
import type { Shown } from './follow-core.ts'
import { trayMenu, type TrayActs } from './tray-menu.ts'

export interface LatchkeyTray {
  show(shown: Shown): void
}

/** Puts Latchkey in the tray; a click opens the window, the menu has the listener's switch. */
export function openTray(resources: string, acts: TrayActs): LatchkeyTray {
  const isMac = process.platform === 'darwin'
  const image = nativeImage.createFromPath(join(resources, isMac ? 'trayTemplate.png' : 'tray.png'))
  if (isMac) image.setTemplateImage(true)
  const tray = new Tray(image)
  tray.setToolTip(desktopStrings.app)
  // On macOS a click opens the menu, as everywhere in that menu bar.
  if (!isMac) tray.on('click', acts.open)
  return {
    // Linux takes no changes to a menu that is shown; a new one each time works everywhere.
    show: (shown) => tray.setContextMenu(Menu.buildFromTemplate(trayMenu(shown, acts))),
  }
}
