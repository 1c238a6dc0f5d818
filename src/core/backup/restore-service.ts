import type { Api } from '../../shared/contract.ts'
import { desktopStrings } from '../../shared/desktop-strings.ts'
import { appError } from '../../shared/errors.ts'
import type { Actor } from '../actor.ts'
import type { Desktop } from '../desktop.ts'
import type { Warn } from '../private-files.ts'
import { keysOf } from '../store/key-store.ts'
import type { Vault } from '../vault.ts'
import { listLocalCopies } from './local-copies.ts'
import type { RestoreDesk } from './restore-desk.ts'
import type { Unlock } from './backup-key.ts'

type RestoreApi = Pick<Api, 'chooseBackup' | 'openBackup' | 'restoreBackup' | 'endRestore'>

interface RestoreParts {
  vault: Vault
  desk: RestoreDesk
  desktop: Desktop | undefined
  warn: Warn
}

/** The operations by which a window whose vault is open puts a backup in its place. The command line opens none for it. */
export function restoreOperations({ vault, desk, desktop, warn }: RestoreParts, by: Actor): RestoreApi {
  const { places } = vault
  return {
    async chooseBackup() {
      if (desktop === undefined) throw appError('not_allowed', { what: 'Only the desktop window can do this' })
      const path = await desktop.chooseFile(desktopStrings.choose.restore)
      if (path === null) return null
      const { isCopy } = await import('./open-backup.ts')
      assertBeside(path)
      desk.choose(path)
      return { path, portable: !(await isCopy(path)) }
    },

    async openBackup({ path, passphrase }) {
      // The page names no file of its own: what is read is what a person pointed at, or what Latchkey made.
      if (!desk.isChosen(path) && !listLocalCopies(places.backups).some((copy) => copy.path === path)) {
        throw appError('not_allowed', { what: 'In the window a file is chosen in the dialog of the system' })
      }
      const [{ openRestore }, { withPassphrase }] = await Promise.all([
        import('./restore.ts'),
        import('./backup-key.ts'),
      ])
      const unlock: Unlock = (params) => {
        if (passphrase !== undefined) return withPassphrase(passphrase)(params)
        throw appError('invalid_input', { summary: 'This backup opens with a passphrase' })
      }
      desk.forget()
      const restore = await openRestore(path, unlock, { places, given: vault.given, warn })
      const { facts, providers, replaces, differences, keyPlace, vaultName } = restore
      return {
        restore_id: desk.keep(restore),
        made_at: facts?.made_at ?? null,
        latchkey: facts?.latchkey ?? null,
        providers: providers.length,
        keys: providers.flatMap(keysOf).length,
        differences,
        problem: replaces.problem?.body ?? null,
        key_place: keyPlace,
        vault_name: vaultName,
      }
    },

    async restoreBackup({ restore_id, vault_name }) {
      const restore = desk.get(restore_id)
      const restored = await vault.replaceFile(() => restore.restore(vault_name, by))
      desk.forget(restore_id)
      return restored
    },

    async endRestore({ restore_id }) {
      desk.forget(restore_id)
    },
  }

  /** Looking into the vault's own file would end the locks that SQLite holds on it in this process. */
  function assertBeside(path: string): void {
    if (path !== places.vault) return
    throw appError('import_unreadable', { path, what: 'it is the vault that is open' })
  }
}
