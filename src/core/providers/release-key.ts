import { toAppError } from '../../shared/errors.ts'
import type { Actor } from '../actor.ts'
import type { AuditEntry, ProviderRow } from '../store/store.ts'
import type { Vault } from '../vault.ts'
import { openCurrentKey } from './open-current-key.ts'

/**
 * The key of a row once it is written down what it is released for; without an entry the caller does that. A release
 * that is refused is written down as well. The caller zeroes the Buffer.
 */
export async function releaseKey(
  vault: Vault,
  row: ProviderRow,
  by: Actor,
  entry?: Omit<AuditEntry, 'provider'>,
): Promise<Buffer> {
  try {
    return await vault.withMasterKey(async (store, ring) => {
      const key = await openCurrentKey(store, ring, row)
      try {
        if (entry !== undefined) await store.record({ ...entry, provider: row.name }, by)
        return key
      } catch (cause) {
        key.fill(0)
        throw cause
      }
    })
  } catch (cause) {
    if (toAppError(cause).code === 'key_unreadable') {
      vault.trail.refusals.note({
        kind: 'key',
        by,
        provider: row.name,
        detail: { key_id: row.key_id, for: entry?.act ?? null },
      })
    }
    throw cause
  }
}
