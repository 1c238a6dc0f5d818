import { resolve } from 'node:path'
import { desktopStrings } from '../../shared/desktop-strings.ts'
import type { Api } from '../../shared/contract.ts'
import { appError } from '../../shared/errors.ts'
import type { Actor } from '../actor.ts'
import type { Desktop } from '../desktop.ts'
import type { Warn } from '../private-files.ts'
import { keysOf } from '../store/key-store.ts'
import type { Vault } from '../vault.ts'
import { listLocalCopies } from './local-copies.ts'

type BackupApi = Pick<Api, 'listBackups' | 'setBackupPassphrase' | 'removeBackupPassphrase' | 'backUp' | 'getExport'>

interface BackupParts {
  vault: Vault
  desktop: Desktop | undefined
  warn: Warn
}

/** The operations on backups: of the owner in person, since a backup holds every key and the master key. */
export function backupOperations({ vault, desktop, warn }: BackupParts, by: Actor): BackupApi {
  return {
    async getExport({ format }) {
      const { catalogOf, catalogText } = await import('./plain-export.ts')
      const rows = await vault.reader().listProviders()
      return { text: format === 'json' ? `${JSON.stringify(catalogOf(rows))}\n` : catalogText(rows) }
    },

    listBackups: async () => listLocalCopies(vault.places.backups),

    async setBackupPassphrase({ passphrase }) {
      const [{ newBackupKey }, { keepBackupKey }] = await Promise.all([
        import('./backup-key.ts'),
        import('./kept-backup-key.ts'),
      ])
      const secret = await newBackupKey(passphrase)
      try {
        await vault.withMasterKey((store, ring) => store.backups.keepKey(keepBackupKey(ring, secret), by))
      } finally {
        secret.key.fill(0)
      }
    },

    async removeBackupPassphrase() {
      if (await vault.withMasterKey((store) => store.backups.dropKey(by))) return
      throw appError('backup_passphrase_not_set', undefined)
    },

    async backUp({ passphrase, path: given }) {
      const [{ assertFree, backUp, keptBackupKey }, { newBackupKey }] = await Promise.all([
        import('./back-up.ts'),
        import('./backup-key.ts'),
      ])
      const path = given === undefined ? await choosePlace() : byHand(given)
      if (path === null) return null
      // Where a person was asked, the dialog has asked whether to replace it, too; what is no backup is never replaced.
      const replace = given === undefined && path.endsWith(EXTENSION)
      if (!replace) assertFree(path)
      const secret = passphrase === undefined ? await keptBackupKey(vault) : await newBackupKey(passphrase)
      if (secret === undefined) throw appError('backup_passphrase_not_set', undefined)
      try {
        const facts = await backUp(vault, path, secret, { by, warn, replace })
        const heads = await vault.reader().listProviderHeads()
        return { path, ...facts, providers: heads.length, keys: heads.flatMap(keysOf).length }
      } finally {
        secret.key.fill(0)
      }
    },
  }

  function byHand(path: string): string {
    if (by.door !== 'window') return resolve(path)
    throw appError('not_allowed', { what: 'In the window a place is chosen in the dialog of the system' })
  }

  function choosePlace(): Promise<string | null> {
    if (desktop === undefined) throw appError('not_allowed', { what: 'Only the desktop window can do this' })
    const day = new Date().toISOString().slice(0, 10)
    return desktop.choosePlace(desktopStrings.choose.backup, `latchkey-${day}${EXTENSION}`)
  }
}

const EXTENSION = '.lkbackup'
