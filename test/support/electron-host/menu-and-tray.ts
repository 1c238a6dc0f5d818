import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Menu, MenuItem, MenuItemConstructorOptions, NativeImage, Tray } from 'electron'
import { app } from './app.ts'
import { HostBrowserWindow } from './browser-window.ts'
import { only } from './only.ts'
import { record } from './record.ts'

/** Roles whose effect can be shown; a click on another one fails. */
const ROLES: Partial<Record<NonNullable<MenuItemConstructorOptions['role']>, () => void>> = {
  quit: () => app.quit(),
  close: () => HostBrowserWindow.getFocusedWindow()?.close(),
  minimize: () => HostBrowserWindow.getFocusedWindow()?.minimize(),
}

type OwnItem = Pick<MenuItem, 'label' | 'enabled' | 'checked' | 'visible' | 'type'> & {
  role: MenuItemConstructorOptions['role'] | undefined
  accelerator: string | undefined
  submenu: HostMenu | undefined
  click: () => void
}

function item(options: MenuItemConstructorOptions): OwnItem {
  const { label, role, submenu, type, click } = options
  const made: OwnItem = {
    label: label ?? role ?? '',
    role,
    type: type ?? (submenu === undefined ? 'normal' : 'submenu'),
    enabled: options.enabled ?? true,
    visible: options.visible ?? true,
    checked: options.checked ?? false,
    accelerator: typeof options.accelerator === 'string' ? options.accelerator : undefined,
    submenu: Array.isArray(submenu) ? HostMenu.buildFromTemplate(submenu) : undefined,
    click() {
      if (!made.enabled) throw new Error(`The menu entry '${made.label}' is disabled`)
      // The real one turns a checkbox before it tells the app.
      if (made.type === 'checkbox') made.checked = !made.checked
      const act = role === undefined ? click : ROLES[role]
      if (act === undefined) throw new Error(`The Electron stand-in cannot show a click on '${made.label}'`)
      ;(act as (item: unknown, window: unknown, event: unknown) => void)(made, HostBrowserWindow.getFocusedWindow(), {})
    },
  }
  return made
}

let applicationMenu: HostMenu | null = null

export class HostMenu {
  readonly items: OwnItem[]

  constructor(items: OwnItem[] = []) {
    this.items = items
  }

  static buildFromTemplate(template: MenuItemConstructorOptions[]): HostMenu {
    return only('Menu', new HostMenu(template.map(item)))
  }

  static setApplicationMenu(menu: HostMenu | null): void {
    applicationMenu = menu
  }

  static getApplicationMenu(): HostMenu | null {
    return applicationMenu
  }

  popup(): void {
    record.popups.push(this as unknown as Menu)
  }
}

type OwnImage = Pick<NativeImage, 'isEmpty' | 'setTemplateImage'>

export const nativeImage = only('nativeImage', {
  createFromPath(path: string): OwnImage {
    const isPng = readFileSync(path).subarray(1, 4).toString('latin1') === 'PNG'
    return only<OwnImage>('NativeImage', { isEmpty: () => !isPng, setTemplateImage: () => undefined })
  },
})

export class HostTray extends EventEmitter implements Pick<Tray, 'setToolTip'> {
  constructor(image: OwnImage) {
    super()
    if (image.isEmpty()) throw new Error('The tray has no picture')
    return only('Tray', this)
  }

  setToolTip(): void {}

  setContextMenu(menu: HostMenu | null): void {
    if (menu !== null) record.trayMenus.push(menu as unknown as Menu)
  }
}
