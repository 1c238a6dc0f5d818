import type { Api } from '../../shared/contract.ts'
import { appError } from '../../shared/errors.ts'
import { limitNames, noLimits, type Limits } from '../../shared/limit-schemas.ts'
import type { Actor } from '../actor.ts'
import type { Store } from '../store/store.ts'
import type { TokenBook } from '../token-book.ts'
import type { Vault } from '../vault.ts'

type LimitApi = Pick<Api, 'getProviderLimits' | 'updateProviderLimits' | 'pauseTools'>

/** The operations on what all tools together may do. `tokens` is told of each change, so that it holds at once. */
export function limitOperations(vault: Vault, tokens: Pick<TokenBook, 'refresh'>, by: Actor): LimitApi {
  return {
    async getProviderLimits({ provider_id }) {
      return limitsOf(vault.reader(), provider_id)
    },

    async updateProviderLimits({ provider_id, ...given }) {
      const change: Partial<Limits> = {}
      for (const name of limitNames) {
        const limit = given[name]
        if (limit !== undefined) change[name] = limit
      }
      await vault.withMasterKey((store) => store.limits.setOfProvider(provider_id, change, by))
      await tokens.refresh()
      return limitsOf(vault.reader(), provider_id)
    },

    async pauseTools({ paused }) {
      const paused_at = await vault.withoutKey((store) => store.limits.pause(paused, by))
      await tokens.refresh()
      return { paused_at }
    },
  }
}

async function limitsOf(store: Store, id: number) {
  const head = (await store.listProviderHeads()).find((one) => one.id === id)
  if (head === undefined) throw appError('provider_not_found', { ref: id })
  const limits = (await store.limits.ofProviders()).get(head.name) ?? noLimits
  return { ...limits, spent: await store.limits.spentAt(head.name) }
}
