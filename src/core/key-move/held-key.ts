// Whether a place holds the master key of a vault.
import { appError, isAppError, type AppError } from '../../shared/errors.ts'
import type { KeySource } from '../crypto/key-source.ts'
import { readKeyRing } from '../crypto/key-sources.ts'
import { keyParts, wrappedKeyFacts } from '../crypto/wrapped-key.ts'

/** Throws `master_key_not_moved` where the place does not hold this text, or a key that opens the vault with this id. */
export async function assertHolds(source: KeySource, id: string | null, text: string): Promise<void> {
  const found = await source.read()
  if (isWrapped(text) ? found === text : await opens(source, id)) return
  throw notMoved(
    source.place,
    found === undefined ? 'it was not kept there' : "what is there is not this vault's master key",
  )
}

async function opens(source: KeySource, id: string | null): Promise<boolean> {
  const ring = await readKeyRing(source)
  ring?.destroy()
  return id !== null && ring?.currentId === id
}

/** The same as a question; a place that cannot be read holds nothing. */
export async function holds(source: KeySource, id: string | null): Promise<boolean> {
  try {
    const text = await source.read()
    if (text === undefined || id === null) return false
    const { wrapped } = keyParts(text)
    if (wrapped !== undefined) return wrappedKeyFacts(wrapped, source.place).master_key_id === id
    const ring = await readKeyRing(source)
    ring?.destroy()
    return ring?.has(id) === true
  } catch (cause) {
    if (isAppError(cause)) return false
    throw cause
  }
}

/** Whether a passphrase is needed to read what lies in a place. */
export function isWrapped(text: string): boolean {
  return keyParts(text).wrapped !== undefined
}

export function isSame(one: KeySource, other: KeySource): boolean {
  return one.name === other.name && one.place === other.place
}

export function notMoved(place: string, what: string, cause?: unknown): AppError {
  return appError('master_key_not_moved', { place, what }, { cause })
}
