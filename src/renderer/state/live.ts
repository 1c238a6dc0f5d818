import { create } from 'zustand'
import { api } from '../api.ts'
import { useActivity } from '../activity/activity-state.ts'
import { useSession } from '../session.ts'
import { useUsage } from '../usage/usage-state.ts'
import { loadKeyHints, useKeyHints } from './key-hints.ts'
import { closeAll } from './overlays.ts'
import { loadProviders, useProviders } from './providers.ts'
import { useToast } from './toasts.ts'
import { loadTools, useTools } from './tools.ts'
import { useWindow } from './window.ts'
import { loadSettings, loadStatus, useStatus } from './status.ts'

/** Whether the vault answers. `silent` after a call that had no answer, until one has again. */
export const useConnection = create<{ silent: boolean }>()(() => ({ silent: false }))

/** Counts the changes seen: a page that fetches for itself does so again when it differs. */
export const useRevision = create<number>()(() => 0)

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 8_000

let wake: (() => void) | undefined

/** Fetches everything the window shows. */
export async function refresh(): Promise<void> {
  useRevision.setState((seen) => seen + 1, true)
  await loadStatus()
  const state = useStatus.getState().status?.vault.state
  if (state === 'locked') {
    forgetVault()
    return loadSettings()
  }
  const isClosed = state === 'closed'
  await Promise.all([loadProviders(), ...(isClosed ? [] : [loadSettings(), loadTools(), loadKeyHints()])])
}

/** Nothing of a locked vault stays in the window: what was fetched, what was typed, what lay over the page. */
function forgetVault(): void {
  useProviders.setState(useProviders.getInitialState(), true)
  useTools.setState(useTools.getInitialState(), true)
  useKeyHints.setState(useKeyHints.getInitialState(), true)
  useUsage.setState(useUsage.getInitialState(), true)
  useActivity.setState(useActivity.getInitialState(), true)
  useToast.setState(useToast.getInitialState(), true)
  useWindow.setState(({ page }) => ({ ...useWindow.getInitialState(), page, is_first_run_over: true }))
  closeAll()
}

/** Asks at once instead of after the pause. */
export function tryAgainNow(): void {
  wake?.()
}

/** Shows changes made elsewhere within a second, until `signal` ends it. Reconnects by itself. */
export async function followChanges(signal: AbortSignal): Promise<void> {
  let since: string | undefined
  let day = ''
  let pause = FIRST_WAIT_MS
  while (!signal.aborted && useSession.getState() !== 'ended') {
    try {
      const { revision } = await api.waitForChange(since === undefined ? {} : { since })
      if (signal.aborted) return
      // The revision first, the data after: what changes in between makes the next wait answer at once.
      // Keys grow old without a change of anything.
      const today = new Date().toDateString()
      if (revision !== since || today !== day) await refresh()
      since = revision
      day = today
      pause = FIRST_WAIT_MS
      useConnection.setState({ silent: false })
    } catch {
      // Whatever went wrong: nothing is known of the vault now, so all is fetched again once it answers.
      since = undefined
      useConnection.setState({ silent: true })
      await sleep(pause)
      pause = Math.min(pause * 2, LONGEST_WAIT_MS)
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    wake = () => {
      clearTimeout(timer)
      resolve()
    }
  })
}
