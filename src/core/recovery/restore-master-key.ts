// The way back from a recovery copy: the master key of a vault that does not open is put where Latchkey keeps it, then that
// place is recorded. Killed in between, the next try comes to the same end.
import { renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { appError, isAppError } from '../../shared/errors.ts'
import type { Actor } from '../actor.ts'
import type { KeySource, WritableKeySource } from '../crypto/key-source.ts'
import { givenKeySource, recordedKeySource } from '../crypto/key-sources.ts'
import { newKeychainSource } from '../crypto/keychain.ts'
import { plainKeyringWith } from '../crypto/plain-keyring.ts'
import { writableSource } from '../crypto/writable-sources.ts'
import { withMasterKeyLock } from '../key-custody.ts'
import { holds } from '../key-move/held-key.ts'
import { lookAt, syncFolder, unwritable } from '../private-files.ts'
import { assertLost, type LostVault } from '../start-over.ts'
import { openVaultForWriting } from '../store/sqlite/sqlite-vault-file.ts'
import { openRecoveryCopy, type GivenCopy } from './recovery-file.ts'

export interface RestoredKey {
  source: KeySource['name']
  place: string
  /** What lay in its place and does not open the vault, or only under a passphrase; kept beside it. */
  kept: string | null
}

/** How long a keychain is awaited, in milliseconds, before the key goes into a file. */
const KEYCHAIN_LIMIT = 10_000

/**
 * Puts the master key of a recovery copy in its place. Throws as `openRecoveryCopy` does, or `not_allowed` where the vault
 * opens, or where this start names a key that would go before.
 */
export async function restoreMasterKey(lost: LostVault, copy: GivenCopy, by: Actor): Promise<RestoredKey> {
  const { places, row, warn, onStep } = lost
  await assertLost(lost)
  await assertNoneGiven(lost)
  const text = await openRecoveryCopy(copy, row.master_key_id)
  return withMasterKeyLock(lost, async () => {
    const restored = await put(lost, text)
    const writable = await openVaultForWriting(places.vault, { warn, onStep })
    try {
      await writable.store.custody.restoreKey(restored, by)
    } finally {
      writable.close()
    }
    return restored
  })
}

/** A key that is given goes before what Latchkey keeps, at the next start too. */
async function assertNoneGiven({ given, places }: LostVault): Promise<void> {
  const source = await givenKeySource(given, places)
  if (source === undefined) return
  throw appError('not_allowed', {
    what: `The master key is taken from ${source.place}, which goes before a recovery copy. Start Latchkey without it, then use the copy`,
  })
}

/** In the keychain, where it was there and one answers; else in the key file. */
async function put(lost: LostVault, text: string): Promise<RestoredKey> {
  const { places, row, given, onStep } = lost
  const recorded = recordedKeySource(row.key_source, row.key_place, places, given.session)
  if (recorded?.name === 'keychain') {
    const entry = await inKeychain(lost, text)
    if (entry !== undefined) return { source: entry.name, place: entry.place, kept: null }
  }
  if (recorded?.name === 'env_file' && recorded.place === places.env_file) {
    const line = writable(lost, recorded)
    await line.write(text)
    return { source: line.name, place: line.place, kept: null }
  }
  const file = writable(lost, recordedKeySource('file', null, places))
  const kept = (await isFree(lost, file)) ? null : setAside(file.place, onStep)
  await file.write(text)
  return { source: file.name, place: file.place, kept }
}

/** An entry of its own: what another one holds may open a copy. Undefined where no keychain takes it, encrypted. */
async function inKeychain({ places, given }: LostVault, text: string): Promise<WritableKeySource | undefined> {
  if (given.session === undefined) return undefined
  const entry = newKeychainSource(places.data, { ...given.session, limit: KEYCHAIN_LIMIT })
  try {
    await entry.write(text)
    if ((await entry.read()) === text && (await plainKeyringWith(text, given.session.env)) === undefined) return entry
    await entry.remove()
  } catch (cause) {
    if (!isAppError(cause)) throw cause
  }
  return undefined
}

async function isFree({ row }: LostVault, file: WritableKeySource): Promise<boolean> {
  if (lookAt(file.place) === undefined) return true
  const text = await file.read().catch(() => undefined)
  // Left there by a try before this one, which was stopped.
  return text !== undefined && !text.includes('{') && (await holds(file, row.master_key_id))
}

function setAside(path: string, onStep: LostVault['onStep']): string {
  const aside = `${path}.before-recovery-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
  onStep?.(`set aside ${path}`)
  try {
    renameSync(path, aside)
    syncFolder(dirname(path))
  } catch (cause) {
    throw unwritable(path, cause)
  }
  return aside
}

function writable({ places, given, warn, onStep }: LostVault, source: KeySource | undefined): WritableKeySource {
  const own = source && writableSource(source, { places, session: given.session, warn, onStep })
  if (own === undefined) throw appError('internal', undefined, { cause: new Error('a place of our own is not') })
  return own
}
