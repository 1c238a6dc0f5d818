// A copy of the master key for the day it is lost. That it leaves is written down before it does, and that there is a copy
// after it is where it should be.
import { appError } from '../../shared/errors.ts'
import type { Actor } from '../actor.ts'
import { assertFree } from '../backup/back-up.ts'
import { KeyRing } from '../crypto/master-key.ts'
import { WrappingKey } from '../crypto/wrapped-key.ts'
import { reason, unwritable, writePrivateFile } from '../private-files.ts'
import type { Vault } from '../vault.ts'
import { paperLines } from './paper-copy.ts'
import { recoveryText } from './recovery-file.ts'

interface Destination {
  path: string
  /** Whether the owner has agreed to what is there being written over. */
  replace: boolean
}

/**
 * Writes the master key under a passphrase of its own into a file that only its owner can read. Throws
 * `passphrase_too_short`, `backup_exists`, `recovery_copy_unwritable`, or what is wrong while the vault is read-only.
 */
export async function saveRecoveryCopy(
  vault: Vault,
  passphrase: string,
  { path, replace }: Destination,
  by: Actor,
): Promise<void> {
  // Said before scrypt takes its time.
  if (!replace) assertFree(path)
  const wrapping = await WrappingKey.create(passphrase)
  try {
    await release(vault, 'file', by, (keyText) => {
      const text = recoveryText(keyText, wrapping, vault.name)
      if (!write(path, text, replace)) throw appError('backup_exists', { path })
    })
    await noteCopy(vault, 'file', by)
  } finally {
    wrapping.destroy()
  }
}

/** The master key itself, to be put on paper by its owner. */
export async function printRecoveryCopy(vault: Vault, by: Actor): Promise<{ key: string; fingerprint: string }> {
  const copy = await release(vault, 'print', by, (key, fingerprint) => ({ key, fingerprint }))
  await noteCopy(vault, 'print', by)
  return copy
}

/**
 * Has the master key printed; false where the person cancels. Throws as `print` does, or what is wrong while the vault is
 * read-only.
 */
export async function putRecoveryCopyOnPaper(
  vault: Vault,
  print: (lines: readonly string[]) => Promise<boolean>,
  by: Actor,
): Promise<boolean> {
  const lines = await release(vault, 'print', by, (key, fingerprint) =>
    paperLines({ vault: vault.places.vault, key, fingerprint }),
  )
  if (!(await print(lines))) return false
  await noteCopy(vault, 'print', by)
  return true
}

function noteCopy(vault: Vault, form: 'file' | 'print', by: Actor): Promise<void> {
  return vault.withMasterKey((store) => store.custody.noteRecoveryCopy(form, by))
}

async function release<T>(
  vault: Vault,
  form: 'file' | 'print',
  by: Actor,
  give: (keyText: string, id: string) => T,
): Promise<T> {
  return vault.lendWithKey(async ({ store }, masterKey) => {
    const { master_key_id: id } = await store.readVault()
    if (id === null) throw appError('internal', undefined, { cause: new Error('the vault has no check value') })
    await store.record({ act: 'master_key.release', provider: null, detail: { form } }, by)
    return give(ledBy(masterKey.toString('utf8'), id), id)
  })
}

/** Of several keys, as the owner's environment may hold them, the vault's comes first: it names the copy. */
function ledBy(text: string, id: string): string {
  const keys = text.trim().split(',')
  return [...keys.filter((key) => idOf(key) === id), ...keys.filter((key) => idOf(key) !== id)].join(',')
}

function idOf(text: string): string {
  const ring = KeyRing.parse(text)
  ring.destroy()
  return ring.currentId
}

function write(path: string, text: string, replace: boolean): boolean {
  try {
    return writePrivateFile(path, text, { replace })
  } catch (cause) {
    const error = unwritable(path, cause)
    throw appError('recovery_copy_unwritable', { path, what: reason(causeOf(error)) }, { cause: error })
  }
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? (error.cause ?? error) : error)
