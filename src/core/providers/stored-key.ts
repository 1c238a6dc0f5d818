// How a key enters a row and how it leaves: bound to its provider and address, and released nowhere else.
import { appError } from '../../shared/errors.ts'
import { originOf } from '../../shared/origin.ts'
import type { KeyState } from '../../shared/schemas.ts'
import { InvalidToken } from '../crypto/fernet.ts'
import { MasterKeyMissing, newKeyId, type BindingContext, type KeyRing } from '../crypto/master-key.ts'
import type { StoredKey } from '../store/key-store.ts'
import type { ProviderHead, ProviderRow, SealedKey } from '../store/store.ts'

type Place = Pick<ProviderRow, 'name' | 'base_url'>

/** Encrypts a key for this provider at this address. */
export function sealKey(ring: KeyRing, place: Place, api_key: string): SealedKey {
  const plaintext = Buffer.from(api_key, 'utf8')
  try {
    const { token, master_key_id } = ring.seal(plaintext)
    return { ...bound(ring, place, token, master_key_id), hint: hintOf(plaintext) }
  } finally {
    plaintext.fill(0)
  }
}

/**
 * The key of a row, for the address it was entered for. The caller zeroes the Buffer when done.
 * Throws `provider_has_no_key`, or `key_unreadable` where the row is not as it was stored.
 */
export function openKey(ring: KeyRing, row: ProviderRow): Buffer {
  if (row.api_key_encrypted === null) throw appError('provider_has_no_key', { name: row.name })
  const { master_key_id } = row
  if (master_key_id === null || !isBound(ring, row)) throw appError('key_unreadable', { name: row.display_name })
  try {
    return ring.open(row.api_key_encrypted, master_key_id)
  } catch (cause) {
    if (cause instanceof InvalidToken) throw appError('key_unreadable', { name: row.display_name }, { cause })
    throw cause
  }
}

/**
 * Binds a key that another program wrote: it is decrypted once, to see that it is this vault's.
 * Throws `nothing_to_adopt`, or `key_unreadable` where no master key at hand opens it.
 */
export function adoptedKey(ring: KeyRing, row: ProviderRow): SealedKey {
  const token = row.api_key_encrypted
  // A binding that does not match is the mark of a row that was tampered with: only re-entry mends that.
  if (token === null || row.binding !== null) throw appError('nothing_to_adopt', { name: row.name })
  try {
    const { plaintext, master_key_id } = ring.openAny(token)
    try {
      // An older key of the ring is on its way out: what it opens is sealed anew under the vault's.
      const sealed = master_key_id === ring.currentId ? { token, master_key_id } : ring.seal(plaintext)
      return { ...bound(ring, row, sealed.token, sealed.master_key_id), hint: hintOf(plaintext) }
    } finally {
      plaintext.fill(0)
    }
  } catch (cause) {
    if (cause instanceof InvalidToken) throw appError('key_unreadable', { name: row.display_name }, { cause })
    throw cause
  }
}

/**
 * The same key under the ring's current master key; undefined where it cannot be opened as it stands. What stands outside
 * its binding is not bound anew, and what another program wrote stays to be adopted.
 */
export function resealedKey(ring: KeyRing, place: Place, key: StoredKey): StoredKey | undefined {
  const { api_key_encrypted: token, key_id, binding, master_key_id } = key
  try {
    if (binding === null || key_id === null || master_key_id === null) {
      if (binding !== null || master_key_id !== null) return undefined
      const found = ring.openAny(token)
      found.plaintext.fill(0)
      if (found.master_key_id === ring.currentId) return key
      return { ...key, api_key_encrypted: ring.reseal(token, found.master_key_id).token }
    }
    if (!ring.bindingMatches(contextOf(place, key_id, token), binding, master_key_id)) return undefined
    if (master_key_id === ring.currentId) {
      ring.open(token, master_key_id).fill(0)
      return key
    }
    const made = ring.reseal(token, master_key_id)
    return {
      ...key,
      api_key_encrypted: made.token,
      binding: ring.bindingOf(contextOf(place, key_id, made.token), made.master_key_id),
      master_key_id: made.master_key_id,
    }
  } catch (cause) {
    if (cause instanceof InvalidToken || cause instanceof MasterKeyMissing) return undefined
    throw cause
  }
}

/** Whether the ring has what opens this row's key; only a row that names no master key is decrypted for it. */
export function canOpen(ring: KeyRing, { api_key_encrypted: token, master_key_id }: StoredKey): boolean {
  if (master_key_id !== null) return ring.has(master_key_id)
  try {
    ring.openAny(token).plaintext.fill(0)
    return true
  } catch (cause) {
    if (cause instanceof InvalidToken) return false
    throw cause
  }
}

/** From binding and key id alone, without decrypting. `vaultKeyId` decides while no master key is at hand. */
export function keyStateOf(row: ProviderHead, ring: KeyRing | undefined, vaultKeyId: string | null): KeyState {
  if (row.api_key_encrypted === null) return 'none'
  if (row.key_id === null || row.binding === null || row.master_key_id === null) return 'unreadable'
  const readable = ring === undefined ? row.master_key_id === vaultKeyId : isBound(ring, row)
  return readable ? 'stored' : 'unreadable'
}

function isBound(ring: KeyRing, row: ProviderHead): boolean {
  const { api_key_encrypted: token, key_id, binding, master_key_id } = row
  if (token === null || key_id === null || binding === null || master_key_id === null) return false
  return ring.bindingMatches(contextOf(row, key_id, token), binding, master_key_id)
}

/** Four characters say which key it is; of a short one they would be too much of it. */
const HINTED_LENGTH = 20
const HINT_LENGTH = 4

function hintOf(plaintext: Buffer): string | null {
  // Characters are counted, so each has to be one byte.
  const isPlain = plaintext.every((byte) => byte < 0x80)
  return isPlain && plaintext.length >= HINTED_LENGTH ? plaintext.subarray(-HINT_LENGTH).toString('latin1') : null
}

function bound(ring: KeyRing, place: Place, token: string, master_key_id: string): SealedKey {
  const key_id = newKeyId()
  const binding = ring.bindingOf(contextOf(place, key_id, token), master_key_id)
  return { api_key_encrypted: token, key_id, binding, master_key_id }
}

function contextOf(place: Place, key_id: string, token: string): BindingContext {
  return { key_id, provider_name: place.name, origin: originOf(place.base_url), token }
}
