// Looks, as long as the core is open, whether another process has locked the vault, and locks it where nobody has asked
// anything of it for as long as the settings say.
import { toAppError } from '../../shared/errors.ts'
import { actorOf } from '../actor.ts'
import type { Log } from '../log.ts'
import type { Vault } from '../vault.ts'

/** How often, in milliseconds: what is locked elsewhere is locked here within a second. */
const LOOK = 500

export interface FollowedLock {
  /** Somebody is there: the time until the lock begins anew. */
  touch(): void
  /** Looks now. */
  look(): Promise<void>
  stop(): void
}

/**
 * Follows the lock of this vault. Any change of the vault counts as use, also by another process: a window that lies idle
 * does not lock the listener that tools are using.
 */
export function followLock(vault: Vault, log: Log, now: () => number = Date.now): FollowedLock {
  let touched = now()
  let seen = ''
  const look = async (): Promise<void> => {
    try {
      await vault.during(async () => {
        const revision = vault.revision()
        if (revision !== seen) touched = now()
        seen = revision
        if (vault.state !== 'open' || !vault.lock.isSet) return
        const { lock_after_minutes } = await vault.reader().readSettings()
        if (lock_after_minutes === 0 || now() - touched < lock_after_minutes * 60_000) return
        await vault.lockNow('idle', actorOf('start'))
      })
    } catch (cause) {
      // A vault that is busy is looked at again; whatever else is wrong with it, the next act says.
      const error = toAppError(cause)
      if (error.code === 'internal') log.error({ err: cause }, 'the lock could not be followed')
    }
  }
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void look().finally(() => (looking = false))
  }, LOOK).unref()
  return {
    touch: () => void (touched = now()),
    look,
    stop: () => clearInterval(timer),
  }
}
