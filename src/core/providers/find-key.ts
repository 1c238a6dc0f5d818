import { appError } from '../../shared/errors.ts'
import { keysOf, type StoredKey } from '../store/key-store.ts'
import type { ProviderRow } from '../store/store.ts'

/** A key by its id, or the `first`, and where it stands among the others. Throws `key_not_found`. */
export function findKey(row: ProviderRow, ref: string): { at: number; key: StoredKey } {
  const keys = keysOf(row)
  const at = ref === 'first' ? 0 : keys.findIndex(({ key_id }) => key_id === ref)
  const key = keys[at]
  if (key === undefined) throw appError('key_not_found', { name: row.name })
  return { at, key }
}
