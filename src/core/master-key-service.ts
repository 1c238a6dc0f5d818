import { desktopStrings } from '../shared/desktop-strings.ts'
import type { Api } from '../shared/contract.ts'
import { appError, isAppError } from '../shared/errors.ts'
import type { Actor } from './actor.ts'
import { assertPassphrase } from './crypto/passphrase-key.ts'
import type { Desktop } from './desktop.ts'
import { withMasterKeyLock } from './key-custody.ts'
import { lookAt } from './private-files.ts'
import type { Vault } from './vault.ts'

type MasterKeyApi = Pick<
  Api,
  | 'moveMasterKey'
  | 'saveRecoveryCopy'
  | 'putRecoveryCopyOnPaper'
  | 'printRecoveryCopy'
  | 'restoreMasterKey'
  | 'planRotation'
  | 'rotateMasterKey'
>

/** The operations on the master key itself, loaded when one is asked for: most runs never do. */
export function masterKeyOperations(vault: Vault, desktop: Desktop | undefined, by: Actor): MasterKeyApi {
  return {
    async moveMasterKey(destination) {
      const { moveMasterKey } = await import('./key-move/move-master-key.ts')
      try {
        return await vault.withCustody((custody) => moveMasterKey(custody, destination, by))
      } finally {
        await vault.reopen()
      }
    },

    async saveRecoveryCopy({ passphrase, path: named }) {
      assertPassphrase(passphrase)
      const { saveRecoveryCopy } = await import('./recovery/make-recovery-copy.ts')
      if (by.door !== 'window') {
        if (named === undefined) throw appError('invalid_input', { summary: 'Give the path of the file to write' })
        await saveRecoveryCopy(vault, passphrase, { path: named, replace: false }, by)
        return { path: named }
      }
      // What a page asks for is written where the person says, and nowhere else.
      if (desktop === undefined || named !== undefined) {
        throw appError('not_allowed', { what: 'Only the desktop window saves a recovery copy, and asks where' })
      }
      const path = await desktop.choosePlace(
        desktopStrings.choose.recoveryCopy,
        `latchkey-recovery-${new Date().toISOString().slice(0, 10)}.txt`,
      )
      if (path !== null) await saveRecoveryCopy(vault, passphrase, { path, replace: true }, by)
      return { path }
    },

    async putRecoveryCopyOnPaper() {
      if (desktop === undefined) throw appError('not_allowed', { what: 'Only the desktop window prints' })
      const { putRecoveryCopyOnPaper } = await import('./recovery/make-recovery-copy.ts')
      return { printed: await putRecoveryCopyOnPaper(vault, (lines) => desktop.print(lines), by) }
    },

    async printRecoveryCopy() {
      const { printRecoveryCopy } = await import('./recovery/make-recovery-copy.ts')
      return printRecoveryCopy(vault, by)
    },

    async restoreMasterKey(copy) {
      const { restoreMasterKey } = await import('./recovery/restore-master-key.ts')
      return vault.mendLostKey((lost) => restoreMasterKey(lost, copy, by))
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
