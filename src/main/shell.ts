import { app, dialog, Menu, nativeTheme, powerMonitor, type BrowserWindow } from 'electron'
import { desktopStrings } from '../shared/desktop-strings.ts'
import type { Api } from '../shared/contract.ts'
import { toAppError } from '../shared/errors.ts'
import type { LockReason } from '../shared/lock-schemas.ts'
import { closingChoice, closingQuestion, whatClosingDoes } from './closing.ts'
import { followCore, shownNow, type Shown } from './follow-core.ts'
import { lockWithScreen } from './lock-with-screen.ts'
import { applicationMenu } from './menu.ts'
import { trayAnswers } from './tray-answers.ts'
import { openTray } from './tray.ts'
import { openWindow, press, showWindow } from './window.ts'

interface ShellNeeds {
  api: Api
  url: string
  preload: string
  resources: string
  stateFile: string
  hidden: boolean
  /** Locks the vault, where a passphrase is set. */
  lock: (reason: LockReason) => Promise<void>
  /** Ends the following of changes, before the core closes. */
  signal: AbortSignal
  onError: (cause: unknown) => void
}

/** Opens window, tray and menu, and keeps them saying what the core says. Answers what brings the window forward. */
export async function openShell({ api, signal, hidden, lock, onError, ...needs }: ShellNeeds): Promise<() => void> {
  const hasTray = await trayAnswers()
  let shown = await shownNow(api)
  let quitting = false
  app.on('before-quit', () => (quitting = true))

  nativeTheme.themeSource = shown.settings.theme
  const appears = !hidden ? 'shown' : hasTray ? 'hidden' : 'minimized'
  const window = await openWindow({ ...needs, appears, mayClose: (window) => quitting || close(window) })
  let canLock: boolean | undefined
  const open = () => showWindow(window)
  const tray = hasTray
    ? openTray(needs.resources, {
        open,
        quit: () => app.quit(),
        setListener,
        pauseTools,
        lock: () => lockFor('now'),
      })
    : undefined
  show(shown)
  lockWithScreen(powerMonitor, (reason) => {
    if (shown.settings.lock_with_screen) lockFor(reason)
  })
  followCore(api, signal, show).catch((cause: unknown) => {
    if (!signal.aborted) onError(cause)
  })
  return open

  function show(now: Shown): void {
    shown = now
    nativeTheme.themeSource = now.settings.theme
    tray?.show(now)
    if (canLock === (now.lock !== 'none')) return
    canLock = now.lock !== 'none'
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        applicationMenu({
          platform: process.platform,
          isPackaged: app.isPackaged,
          canLock,
          press: (key) => press(window, key),
        }),
      ),
    )
  }

  function lockFor(reason: LockReason): void {
    if (shown.lock === 'unlocked') lock(reason).catch(onError)
  }

  function hide(window: BrowserWindow): void {
    window.hide()
    if (shown.settings.lock_in_tray) lockFor('tray')
  }

  /** True where the window may really close, which quits. */
  function close(window: BrowserWindow): boolean {
    const closing = whatClosingDoes({ platform: process.platform, hasTray, choice: shown.settings.close_to_tray })
    if (closing === 'hide') hide(window)
    if (closing === 'ask') void ask(window)
    return closing === 'quit'
  }

  async function ask(window: BrowserWindow): Promise<void> {
    const choice = closingChoice((await dialog.showMessageBox(window, closingQuestion)).response)
    if (choice === undefined) return
    // A vault that cannot be written keeps no choice; it holds until Latchkey quits.
    shown = { ...shown, settings: { ...shown.settings, close_to_tray: choice } }
    await api.updateSettings({ close_to_tray: choice }).catch(() => undefined)
    if (choice === 'tray') hide(window)
    else app.quit()
  }

  function setListener(on: boolean): void {
    sayWhyNot(api.setListener({ on }))
  }

  function pauseTools(paused: boolean): void {
    sayWhyNot(api.pauseTools({ paused }))
  }

  function sayWhyNot(act: Promise<unknown>): void {
    act.catch((cause: unknown) => {
      const { detail, hint } = toAppError(cause).body
      return dialog.showMessageBox({
        type: 'error',
        title: desktopStrings.app,
        message: detail,
        ...(hint === undefined ? {} : { detail: hint }),
      })
    })
  }
}
