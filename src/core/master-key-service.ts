import type { Api } from '../shared/contract.ts'
import { isAppError } from '../shared/errors.ts'
import type { Actor } from './actor.ts'
import { endMove, moveMasterKey } from './key-move/move-master-key.ts'
import { withMasterKeyLock } from './key-custody.ts'
import { lookAt } from './private-files.ts'
import { planRotation } from './rotation/plan-rotation.ts'
import { rotateMasterKey } from './rotation/rotate-master-key.ts'
import type { Vault } from './vault.ts'

type MasterKeyApi = Pick<Api, 'moveMasterKey' | 'planRotation' | 'rotateMasterKey'>

/** The operations on the master key itself. */
export function masterKeyOperations(vault: Vault, by: Actor): MasterKeyApi {
  return {
    async moveMasterKey(destination) {
      try {
        return await vault.withCustody((custody) => moveMasterKey(custody, destination, by))
      } finally {
        await vault.reopen()
      }
    },

    async planRotation() {
      return vault.withCustody(planRotation)
    },

    async rotateMasterKey() {
      return vault.withCustody((custody) => rotateMasterKey(custody, () => vault.reopen(), by))
    },
  }
}

/** Wipes what a move that was killed left behind. */
export async function endKilledMove(vault: Vault): Promise<void> {
  if (vault.state !== 'open' || lookAt(vault.places.key_move_file) === undefined) return
  try {
    await vault.withCustody((custody) => withMasterKeyLock(custody, () => endMove(custody)))
    // The place that it was opened from may be the one that is gone.
    await vault.reopen()
  } catch (cause) {
    // A move that is under way in another process, or a place that cannot be reached now: the next start tries again.
    if (!isAppError(cause)) throw cause
  }
}
