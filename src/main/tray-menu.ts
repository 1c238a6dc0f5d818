import type { MenuItemConstructorOptions } from 'electron'
import { desktopStrings } from '../shared/desktop-strings.ts'
import type { Shown } from './follow-core.ts'

export interface TrayActs {
  open: () => void
  quit: () => void
  setListener: (on: boolean) => void
  pauseTools: (paused: boolean) => void
  lock: () => void
}

const { tray: words } = desktopStrings

/** The entries of the tray's menu. */
export function trayMenu(
  { listener, settings, refusals_to_see, tools_paused_at, reminders, lock }: Shown,
  acts: TrayActs,
): MenuItemConstructorOptions[] {
  const port = listener.address === null ? String(settings.listener_port) : new URL(listener.address).port
  const elsewhere = listener.state === 'elsewhere'
  return [
    { label: words.open, click: acts.open },
    ...(refusals_to_see ? [{ label: words.refusals, click: acts.open }] : []),
    ...oldKeys(reminders).map((label) => ({ label, click: acts.open })),
    { type: 'separator' },
    {
      label: elsewhere ? words.listenerElsewhere(port) : words.listener(port),
      type: 'checkbox',
      checked: listener.tools_allowed,
      enabled: !elsewhere,
      click: () => acts.setListener(!listener.tools_allowed),
    },
    {
      label: words.pause,
      type: 'checkbox',
      checked: tools_paused_at !== null,
      click: () => acts.pauseTools(tools_paused_at === null),
    },
    // Without a passphrase the window can only be hidden, and from here it is out of sight already.
    ...(lock === 'none' ? [] : [{ label: words.lock, enabled: lock === 'unlocked', click: acts.lock }]),
    { type: 'separator' },
    { label: words.quit, click: acts.quit },
  ]
}

/** What is older than its owner wants it to be. */
function oldKeys({ master_key_days, keys }: Shown['reminders']): string[] {
  const [oldest] = keys
  return [
    ...(master_key_days === null ? [] : [words.oldMasterKey(master_key_days)]),
    ...(oldest === undefined ? [] : [words.oldKeys(keys.length, oldest.display_name, oldest.days)]),
  ]
}
