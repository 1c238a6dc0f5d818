import type { MenuItemConstructorOptions } from 'electron'
import type { Shown } from './follow-core.ts'

export interface TrayActs {
  open: () => void
  quit: () => void
  setListener: (on: boolean) => void
  pauseTools: (paused: boolean) => void
  lock: () => void
}

/** The entries of the tray's menu. */
export function trayMenu(
  { listener, settings, refusals_to_see, tools_paused_at, lock }: Shown,
  acts: TrayActs,
): MenuItemConstructorOptions[] {
  const port = listener.address === null ? settings.listener_port : new URL(listener.address).port
  const elsewhere = listener.state === 'elsewhere'
  return [
    { label: 'Open Latchkey', click: acts.open },
    ...(refusals_to_see ? [{ label: 'Accesses were refused: see Activity', click: acts.open }] : []),
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
    {
      label: 'Pause all tools',
      type: 'checkbox',
      checked: tools_paused_at !== null,
      click: () => acts.pauseTools(tools_paused_at === null),
    },
    // Without a passphrase the window can only be hidden, and from here it is out of sight already.
    ...(lock === 'none' ? [] : [{ label: 'Lock Now', enabled: lock === 'unlocked', click: acts.lock }]),
    { type: 'separator' },
    { label: 'Quit Latchkey', click: acts.quit },
  ]
}
