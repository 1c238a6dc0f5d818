import type { GivenKeys } from './crypto/key-sources.ts'
import type { KeySource } from './crypto/key-source.ts'
import type { AppLock } from './lock/app-lock.ts'
import { takeFolderLock } from './folder-lock.ts'
import type { Places } from './places.ts'
import type { OnStep, Warn } from './private-files.ts'
import { appError } from '../shared/errors.ts'
import type { VaultRow } from './store/store.ts'
import type { VaultFile } from './store/vault-file.ts'

/** What moving or exchanging the master key of an open vault needs. */
export interface KeyCustody {
  file: VaultFile
  row: VaultRow
  /** Where the master key in use comes from, with the text as it lies there: wrapped, where a passphrase is set. */
  source: KeySource
  /** Unwraps that text, and wraps another as it is wrapped. */
  lock: AppLock
  given: GivenKeys
  places: Places
  warn: Warn
  onStep?: OnStep | undefined
}

/** Runs an act that no other may cross, of this process or another. Throws `master_key_busy`. */
export async function withMasterKeyLock<T>(
  { places, warn }: Pick<KeyCustody, 'places' | 'warn'>,
  act: () => Promise<T>,
): Promise<T> {
  const lock = await takeFolderLock(places.master_key_lock, warn)
  if (lock === undefined) throw appError('master_key_busy', undefined)
  try {
    return await act()
  } finally {
    lock.release()
  }
}
