import { isAppError } from '../../shared/errors.ts'
import { getDecryptedApiKey } from '../providers/provider-service.ts'
import type { Vault } from '../vault.ts'
import type { HasKey } from './plan.ts'

/** Compares with the stored key, inside the core: only the answer leaves. A key that cannot be read is another one. */
export function hasKeyIn(vault: Vault): HasKey {
  return async ({ id }, key) => {
    let stored: Buffer
    try {
      stored = await getDecryptedApiKey(vault, { id })
    } catch (cause) {
      if (isAppError(cause) && (cause.code === 'key_unreadable' || cause.code === 'provider_has_no_key')) return false
      throw cause
    }
    const same = key.lend((text) => stored.equals(Buffer.from(text)))
    stored.fill(0)
    return same
  }
}
