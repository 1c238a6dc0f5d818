import { useEffect } from 'react'
import { api } from '../api.ts'
import { useStatus } from '../state/status.ts'

/** How often the core hears of somebody who only looks around, in milliseconds. */
const EVERY = 30_000

/** Whoever types or points in the window is there, also without asking anything of the vault. */
export function useStayUnlocked(): void {
  const counts = useStatus(
    ({ status, settings }) =>
      status?.vault.state === 'open' && status.lock.passphrase && settings.lock_after_minutes > 0,
  )
  useEffect(() => {
    if (!counts) return
    let told = 0
    const tell = (): void => {
      if (Date.now() - told < EVERY) return
      told = Date.now()
      // What is wrong, the next act says.
      api.keepUnlocked().catch(() => undefined)
    }
    const events = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const
    for (const name of events) window.addEventListener(name, tell, { passive: true })
    return () => {
      for (const name of events) window.removeEventListener(name, tell)
    }
  }, [counts])
}
