// Puts a backup in the place of the vault. It is taken apart and looked at first, beside the vault, and nothing of the
// vault is touched until its owner has said yes to what differs.
import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { appError, isAppError, type AppError } from '../../shared/errors.ts'
import type { Actor } from '../actor.ts'
import { setSealAside } from '../audit/seal.ts'
import type { GivenKeys } from '../crypto/key-sources.ts'
import type { Places } from '../places.ts'
import { ensurePrivateFolder, lookAt, type OnStep, type Warn } from '../private-files.ts'
import { openVaultForReading, openVaultForWriting } from '../store/sqlite/sqlite-vault-file.ts'
import type { ProviderRow, VaultRow } from '../store/store.ts'
import type { BackupFacts } from './backup-format.ts'
import type { Unlock } from './backup-key.ts'
import { copyName, rotateCopies, sweepWorkingCopies, workingName } from './local-copies.ts'
import { isCopy, openBackup, openCopy, type OpenedBackup } from './open-backup.ts'
import { keyHomeFor, placeKey, type KeyHome } from './restored-key.ts'
import { swapVault } from './swap-vault.ts'
import { differencesOf, type ComparedProvider, type VaultDifferences } from './vault-differences.ts'

export interface RestoreOptions {
  places: Places
  given: GivenKeys
  warn: Warn
  onStep?: OnStep | undefined
}

export interface Restored {
  /** Where the vault that was there is kept; null where there was none. */
  kept: string | null
  tokens_revoked: number
  master_key: { source: KeyHome['source']; place: string; kept: string | null }
}

/** The vault that is here: none, or as it was read, or why it cannot be. */
type Here = { row: VaultRow; providers: ProviderRow[] } | { problem: AppError } | undefined

/**
 * Takes a backup apart, or a copy out of backups/, and looks at it from every side. `unlock` is asked only for a file
 * that is a backup. Changes nothing of the vault; whoever does not restore calls `discard`.
 */
export async function openRestore(path: string, unlock: Unlock, options: RestoreOptions): Promise<Restore> {
  const { places, given, warn } = options
  const copy = await isCopy(path)
  ensurePrivateFolder(places.data, warn)
  ensurePrivateFolder(places.backups, warn)
  sweepWorkingCopies(places.backups)
  const draft = join(places.backups, workingName())
  const opened = copy
    ? { ...(await openCopy(path, { into: draft, warn })), facts: null, masterKey: null }
    : await openBackup(path, unlock, { into: draft, warn })
  try {
    const here = await readHere(options)
    const rows = [opened.row, here !== undefined && 'row' in here ? here.row : undefined] as const
    const home = await keyHomeFor({ masterKey: opened.masterKey, rows, places, given })
    return new Restore({ opened, draft, here, home, options })
  } catch (cause) {
    opened.masterKey?.fill(0)
    rmSync(draft, { force: true })
    throw cause
  }
}

async function readHere({ places, warn }: RestoreOptions): Promise<Here> {
  if (lookAt(places.vault) === undefined) return undefined
  try {
    const file = await openVaultForReading(places.vault, { warn })
    try {
      return { row: await file.store.readVault(), providers: await file.store.listProviders() }
    } finally {
      file.close()
    }
  } catch (cause) {
    // The usual reason to restore. Whatever else is wrong is in the way of restoring, too.
    if (isAppError(cause) && cause.code.startsWith('database_')) return { problem: cause }
    throw cause
  }
}

interface Parts {
  opened: Pick<OpenedBackup, 'providers'> & { facts: BackupFacts | null; masterKey: Buffer | null }
  draft: string
  here: Here
  home: KeyHome
  options: RestoreOptions
}

/** A backup that was found whole, ready to be put in place. */
export class Restore {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** When and by what it was made; null for a copy, whose name says it. */
  get facts(): BackupFacts | null {
    return this.#parts.opened.facts
  }

  get providers(): readonly ProviderRow[] {
    return this.#parts.opened.providers
  }

  /** Where the master key will be. */
  get keyPlace(): string {
    return this.#parts.home.place
  }

  /** Whether a vault is here, which will be replaced; `problem` says why it cannot be compared. */
  get replaces(): { vault: boolean; problem: AppError | undefined } {
    const { here } = this.#parts
    return { vault: here !== undefined, problem: here !== undefined && 'problem' in here ? here.problem : undefined }
  }

  /** What restoring would change; null where there is nothing to compare with. */
  get differences(): VaultDifferences | null {
    const { here, opened } = this.#parts
    if (here === undefined || 'problem' in here) return null
    return differencesOf(here.providers.map(compared), opened.providers.map(compared))
  }

  /** The name that has to be typed where a vault is replaced. */
  get vaultName(): string {
    return basename(this.#parts.options.places.data)
  }

  /**
   * Puts the vault in place. A kill at any point leaves the vault before or the one after, with a key that opens it.
   * Throws `confirmation_wrong`, or `vault_in_use` where another process has it open; then everything is as it was.
   */
  async restore(typedName: string, by: Actor): Promise<Restored> {
    const { draft, home, options } = this.#parts
    const { places, warn, onStep } = options
    if (this.replaces.vault && typedName !== this.vaultName) {
      throw appError(
        'confirmation_wrong',
        { name: this.vaultName },
        { hint: 'Nothing has been changed. Type the name exactly to restore.' },
      )
    }
    const tokens_revoked = await this.#settle(by)
    const now = new Date()
    const keep = join(places.backups, copyName('restore', 'db', now))
    const stamp = now.toISOString().replaceAll(/[:.]/g, '-')
    const key =
      home.write === null ? undefined : placeKey(home.place, home.write, { folder: places.config, stamp, warn, onStep })
    // The trail that comes back ends earlier than the one that was sealed here.
    const putSealBack = setSealAside(places.audit_head, 'restore', stamp)
    try {
      await swapVault({ draft, vault: places.vault, keep, onStep })
    } catch (cause) {
      // Once it has the vault's name it is the vault, whatever failed afterwards.
      if (lookAt(draft) === undefined) key?.finish()
      else {
        key?.undo()
        putSealBack()
      }
      throw cause
    }
    key?.finish()
    rotateCopies(places.backups)
    const kept = lookAt(keep) === undefined ? null : keep
    return { kept, tokens_revoked, master_key: { source: home.source, place: home.place, kept: key?.kept ?? null } }
  }

  /** Forgets the key and removes what was taken apart. */
  discard(): void {
    this.#parts.opened.masterKey?.fill(0)
    for (const suffix of ['', '-wal', '-shm']) rmSync(this.#parts.draft + suffix, { force: true })
  }

  /** Brings the draft to this format and makes it this machine's, while nobody else sees it. */
  async #settle(by: Actor): Promise<number> {
    const { draft, home, options } = this.#parts
    const file = await openVaultForWriting(draft, options)
    try {
      return await file.store.settleRestored(home, by)
    } finally {
      file.close()
    }
  }
}

function compared({ name, base_url, api_key_encrypted, models }: ProviderRow): ComparedProvider {
  return { name, base_url, has_key: api_key_encrypted !== null, models: models.map((model) => model.name) }
}
