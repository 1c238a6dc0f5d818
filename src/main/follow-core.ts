import type { Api } from '../shared/contract.ts'
import { defaultSettings, type Settings, type Status } from '../shared/schemas.ts'

/** What the shell shows of the core. */
export interface Shown {
  settings: Settings
  listener: Status['listener']
  /** Accesses were refused, and nobody has looked yet. */
  refusals_to_see: boolean
  /** Since when all tools are paused. */
  tools_paused_at: string | null
  reminders: Status['reminders']
  /** `none`: no passphrase is set, so there is nothing to lock. */
  lock: 'none' | 'unlocked' | 'locked'
}

type Asked = Pick<Api, 'getSettings' | 'getStatus' | 'waitForChange'>

/** What the shell shows, as it is now. */
export async function shownNow(api: Asked): Promise<Shown> {
  // Of a vault that cannot be opened the page says what is wrong; the shell around it has its defaults.
  const [settings, status] = await Promise.all([api.getSettings({}).catch(() => defaultSettings), api.getStatus({})])
  const { lock: passphrase, vault, listener, refusals_to_see, tools_paused_at, reminders } = status
  const lock = vault.state === 'locked' ? 'locked' : passphrase.passphrase ? 'unlocked' : 'none'
  return { settings, listener, refusals_to_see, tools_paused_at, reminders, lock }
}

/** Tells `show` of every change, whoever made it (the window, a tool, the command line), until `signal` ends it. */
export async function followCore(api: Asked, signal: AbortSignal, show: (shown: Shown) => void): Promise<void> {
  let since: string | undefined
  let day = ''
  while (!signal.aborted) {
    const { revision } = await api.waitForChange(since === undefined ? {} : { since })
    if (signal.aborted) return
    // Keys grow old without a change of anything.
    const today = new Date().toDateString()
    if (revision !== since || today !== day) show(await shownNow(api))
    since = revision
    day = today
  }
}
