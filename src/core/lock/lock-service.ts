import type { Api } from '../../shared/contract.ts'
import { appError } from '../../shared/errors.ts'
import type { Actor } from '../actor.ts'
import { assertPassphrase } from '../crypto/passphrase-key.ts'
import type { Vault } from '../vault.ts'

type LockApi = Pick<Api, 'lock' | 'unlock' | 'keepUnlocked' | 'setPassphrase' | 'changePassphrase' | 'removePassphrase'>

/** The operations on the lock and its passphrase. */
export function lockOperations(vault: Vault, by: Actor): LockApi {
  return {
    lock: () => vault.lockNow('now', by),

    unlock: ({ passphrase }) => vault.unlock(passphrase, by),

    // That it was asked is all there is to it.
    keepUnlocked: () => Promise.resolve(),

    async setPassphrase({ passphrase }) {
      if (vault.lock.isSet) throw appError('passphrase_set', undefined)
      await vault.rewrap('passphrase.set', passphrase, by)
    },

    async changePassphrase({ current, passphrase }) {
      // Said before the current one is tried, and before anything is unlocked by it.
      assertPassphrase(passphrase)
      await vault.unlock(current, by)
      await vault.rewrap('passphrase.change', passphrase, by)
    },

    async removePassphrase({ current }) {
      await vault.unlock(current, by)
      await vault.rewrap('passphrase.remove', null, by)
    },
  }
}
