import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { refresh } from '../state/live.ts'
import { showPageProblem } from '../state/page-problem.ts'
import { useDesktop, useStatus } from '../state/status.ts'

/** What the lock can do here: without a passphrase there is only hiding, and a browser tab has not even that. */
export type LockAct = 'lock' | 'hide'

export function useLockAct(): LockAct | undefined {
  const isSet = useStatus(({ status }) => status?.lock.passphrase ?? false)
  const isDesktop = useDesktop()
  return isSet ? 'lock' : isDesktop ? 'hide' : undefined
}

/** Locks the vault, or hides the window where no passphrase is set. */
export function lockOrHide(): void {
  const { status } = useStatus.getState()
  if (status === null) return
  const act = status.lock.passphrase ? lock() : status.desktop ? api.hideWindow() : undefined
  act?.catch((cause: unknown) => showPageProblem(sayProblem(problemOf(cause))))
}

async function lock(): Promise<void> {
  await api.lock()
  await refresh()
}
