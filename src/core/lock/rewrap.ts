// Puts the master key back where it lies in another form: under a passphrase, under another one, or plain. Written over
// in one step, so a kill at any point leaves the form before or the one after, and each opens the vault.
import { appError } from '../../shared/errors.ts'
import type { Actor } from '../actor.ts'
import { readKeyRing } from '../crypto/key-sources.ts'
import { WrappingKey } from '../crypto/wrapped-key.ts'
import { writableSource } from '../crypto/writable-sources.ts'
import { withMasterKeyLock, type KeyCustody } from '../key-custody.ts'

export type RewrapAct = 'passphrase.set' | 'passphrase.change' | 'passphrase.remove'

/** Whether a master key from this source can be put under a passphrase: only Latchkey's own places are read so. */
export function takesPassphrase(source: string | undefined): boolean {
  return source === 'file' || source === 'keychain'
}

/**
 * Wraps the master key under a new passphrase, or unwraps it where `passphrase` is null. Written down first, like
 * everything that is done to keys. Answers the epoch by which other processes know that they have to look anew.
 */
export async function rewrap(
  act: RewrapAct,
  passphrase: string | null,
  custody: KeyCustody,
  by: Actor,
): Promise<number> {
  const { source, lock, row, file, given } = custody
  const place = takesPassphrase(source.name)
    ? writableSource(source, { ...custody, session: given.session })
    : undefined
  if (place === undefined) throw appError('passphrase_unavailable', { place: source.place })
  const wrapping = passphrase === null ? undefined : await WrappingKey.create(passphrase)
  try {
    return await withMasterKeyLock(custody, async () => {
      const readable = lock.over(place, row.master_key_id)
      const text = await readable.read()
      const ring = await readKeyRing(readable)
      ring?.destroy()
      if (text === undefined || row.master_key_id === null || ring?.has(row.master_key_id) !== true) {
        throw appError('encryption_key_wrong', { place: place.place })
      }
      await file.store.record({ act, provider: null, detail: { key_source: place.name } }, by)
      await place.write(wrapping === undefined ? text : wrapping.wrap(text))
      lock.settle(wrapping)
      return file.store.raiseLockEpoch(null, by)
    })
  } catch (cause) {
    if (!lock.holds(wrapping)) wrapping?.destroy()
    throw cause
  }
}
