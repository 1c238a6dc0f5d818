import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { appError, type AppError, type ErrorCode } from '../shared/errors.ts'
import type { Actor } from './actor.ts'
import { anchorAt } from './audit/anchor.ts'
import { setSealAside } from './audit/seal.ts'
import type { KeySource } from './crypto/key-source.ts'
import { givenKeySource, makeMasterKey, readKeyRing, recordedKeySource, type GivenKeys } from './crypto/key-sources.ts'
import type { Places } from './places.ts'
import { ensurePrivateFolder, lookAt, syncFolder, unwritable, type OnStep, type Warn } from './private-files.ts'
import { canOpen } from './providers/stored-key.ts'
import { openVaultForWriting } from './store/sqlite/sqlite-vault-file.ts'
import { MasterKeyChanged, type DroppedKeys, type VaultRow } from './store/store.ts'
import type { VaultFile } from './store/vault-file.ts'

/** The states that start-over and a recovery copy mend. */
const lostKey: ReadonlySet<ErrorCode> = new Set([
  'encryption_key_missing',
  'encryption_key_wrong',
  'encryption_key_malformed',
  'key_file_unreadable',
  'keychain_unavailable',
  'key_command_failed',
  'vault_locked',
])

/** Throws `not_allowed` where a vault with this problem, or with none, has not lost its master key. */
export function assertMendable(problem: AppError | undefined): void {
  if (problem === undefined || !lostKey.has(problem.code)) {
    throw appError('not_allowed', {
      what: 'The vault opens with its master key, so there is nothing to start over or to bring back',
    })
  }
}

/** A vault that no master key at hand opens. */
export interface LostVault {
  places: Places
  given: GivenKeys
  /** As it was opened, for reading. */
  file: VaultFile
  row: VaultRow
  warn: Warn
  onStep?: OnStep | undefined
}

/** What starting over did. */
export interface StartedOver {
  copy: string
  dropped: DroppedKeys[]
  /** What was kept of the backup passphrase was under the lost key. */
  backup_passphrase_dropped: boolean
}

/**
 * For the owner who lost the master key: keeps a copy of the file, makes another master key the vault's, and drops what
 * it does not open. Answers the copy's path and what was dropped. Until the last step, which is
 * one transaction, the vault is as it was; done again after a kill in between, it comes to the same end.
 */
export async function startOver(lost: LostVault, by: Actor): Promise<StartedOver> {
  const { places, row, warn, onStep } = lost
  await assertLost(lost)
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const given = await givenKeySource(lost.given, places)
  // A key that is given stays given at the next start, so it has to be the one; a broken one is said first.
  const givenRing = given === undefined ? undefined : await readKeyRing(given)
  const copy = join(places.backups, `before-start-over-${stamp}.db`)
  ensurePrivateFolder(places.backups, warn)
  onStep?.(`copy ${copy}`)
  await lost.file.copyTo(copy)
  const source = given ?? (await freshMasterKey(lost, stamp))
  const ring = givenRing ?? (await readKeyRing(source))
  if (ring === undefined) throw appError('key_file_unreadable', { path: source.place, what: 'it does not exist' })
  try {
    // What the lost key sealed, the new one cannot vouch for.
    setSealAside(places.audit_head, 'start-over', stamp)
    const writable = await openVaultForWriting(places.vault, { warn, onStep })
    try {
      const key = { id: ring.currentId, source: source.name, place: source.place }
      const hadBackupKey = (await writable.store.backups.read()).key !== null
      const dropped = await writable.store.replaceMasterKey(
        row.master_key_id,
        key,
        (stored) => canOpen(ring, stored),
        by,
        (begin) => anchorAt(begin, ring),
      )
      const backup_passphrase_dropped = hadBackupKey && (await writable.store.backups.read()).key === null
      return { copy, dropped, backup_passphrase_dropped }
    } finally {
      writable.close()
    }
  } catch (cause) {
    // Another process started over at the same time: what it did stands.
    throw cause instanceof MasterKeyChanged ? appError('vault_busy', undefined, { cause }) : cause
  } finally {
    ring.destroy()
  }
}

/** Throws where the right key still lies where it was recorded, hidden by a wrong one that was given. */
export async function assertLost({ row, places, given }: LostVault): Promise<void> {
  const source = recordedKeySource(row.key_source, row.key_place, places, given.session)
  // Under a passphrase that its owner has forgotten, it is lost.
  const ring = source === undefined ? undefined : await readKeyRing(source).catch(() => undefined)
  const opens = row.master_key_id !== null && ring?.has(row.master_key_id) === true
  ring?.destroy()
  if (source === undefined || !opens) return
  throw appError('not_allowed', {
    what: `The master key is not lost: ${source.place} opens this vault. Start without another key and it is used`,
  })
}

/** A key file that does not open the vault is kept beside the new one: it may open a copy. */
async function freshMasterKey({ places, given, warn, onStep }: LostVault, stamp: string): Promise<KeySource> {
  const path = places.master_key_file
  if (lookAt(path) !== undefined) {
    onStep?.(`set aside ${path}`)
    try {
      renameSync(path, `${path}.before-start-over-${stamp}`)
      syncFolder(places.config)
    } catch (cause) {
      throw unwritable(path, cause)
    }
  }
  return (await makeMasterKey(places, given.session, warn, onStep)).source
}
