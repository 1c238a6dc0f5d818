import { isAppError } from '../../shared/errors.ts'
import { actorOf } from '../actor.ts'
import { releaseKey } from '../providers/release-key.ts'
import { keysOf } from '../store/key-store.ts'
import type { ProviderRow } from '../store/store.ts'
import type { Vault } from '../vault.ts'
import type { HasKey } from './plan.ts'

/**
 * Compares with every stored key of the provider, inside the core: only the answer leaves. A key that cannot be read is
 * another one.
 */
export function hasKeyIn(vault: Vault): HasKey {
  return ({ id }, key) =>
    vault.during(async () => {
      const row = await vault.reader().findProvider({ id })
      if (row === undefined) return false
      for (const one of keysOf(row)) {
        const stored = await opened(vault, { ...row, ...one })
        const same = stored !== undefined && key.lend((text) => stored.equals(Buffer.from(text)))
        stored?.fill(0)
        if (same) return true
      }
      return false
    })
}

async function opened(vault: Vault, row: ProviderRow): Promise<Buffer | undefined> {
  try {
    return await releaseKey(vault, row, actorOf('start'))
  } catch (cause) {
    if (isAppError(cause) && cause.code === 'key_unreadable') return undefined
    throw cause
  }
}
