import type { Api } from '../shared/contract.ts'
import { isAppError } from '../shared/errors.ts'
import type { Actor } from './actor.ts'
import { withMasterKeyLock } from './key-custody.ts'
import { lookAt } from './private-files.ts'
import type { Vault } from './vault.ts'

type MasterKeyApi = Pick<Api, 'moveMasterKey' | 'planRotation' | 'rotateMasterKey'>

/** The operations on the master key itself, loaded when one is asked for: most runs never do. */
export function masterKeyOperations(vault: Vault, by: Actor): MasterKeyApi {
  return {
    async moveMasterKey(destination) {
      const { moveMasterKey } = await import('./key-move/move-master-key.ts')
      try {
        return await vault.withCustody((custody) => moveMasterKey(custody, destination, by))
      } finally {
        await vault.reopen()
      }
    },

    async planRotation() {
      const { planRotation } = await import('./rotation/plan-rotation.ts')
      return vault.withCustody(planRotation)
    },

    async rotateMasterKey() {
      const { rotateMasterKey } = await import('./rotation/rotate-master-key.ts')
      return vault.withCustody((custody) => rotateMasterKey(custody, () => vault.reopen(), by))
    },
  }
}

/** Wipes what a move that was killed left behind. */
export async function endKilledMove(vault: Vault): Promise<void> {
  if (vault.state !== 'open' || lookAt(vault.places.key_move_file) === undefined) return
  const { endMove } = await import('./key-move/move-master-key.ts')
  try {
    await vault.withCustody((custody) => withMasterKeyLock(custody, () => endMove(custody)))
    // The place that it was opened from may be the one that is gone.
    await vault.reopen()
  } catch (cause) {
    // A move that is under way in another process, or a place that cannot be reached now: the next start tries again.
    if (!isAppError(cause)) throw cause
  }
}
