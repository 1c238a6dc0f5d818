import type { Api } from '../../shared/contract.ts'
import { appError } from '../../shared/errors.ts'
import { limitNames, noLimits } from '../../shared/limit-schemas.ts'
import type { NewToken, Token, TokenPatch } from '../../shared/tool-schemas.ts'
import type { Actor } from '../actor.ts'
import { hashToken, kept, newToken } from '../http/token.ts'
import type { Store } from '../store/store.ts'
import type { TokenChange, TokenLimits, TokenRow, TokenSpend } from '../store/token-store.ts'
import type { TokenBook } from '../token-book.ts'
import type { Vault } from '../vault.ts'

type TokenApi = Pick<Api, 'listTokens' | 'createToken' | 'updateToken' | 'revokeToken' | 'printToken'>

const DAY = 86_400_000
/** How long a printed token lives: a working day, and one that is left lying about is soon worth nothing. */
const PRINTED = 12 * 3_600_000

/** The operations on the tokens of tools. `tokens` is told of each change, so that it holds for the next request. */
export function tokenOperations(vault: Vault, tokens: Pick<TokenBook, 'refresh'>, by: Actor): TokenApi {
  return {
    async listTokens({ include }) {
      const { tokens: stored } = vault.reader()
      const [rows, spend] = [await stored.list(), await stored.spendByToken()]
      const listed = include === 'revoked' ? rows : rows.filter(({ revoked_at }) => revoked_at === null)
      return listed.map((row) => present(row, spend.get(row.id)))
    },

    async createToken({ name, kind = 'tool', expires_in_days, ...given }) {
      const token = newToken()
      const expires_at =
        expires_in_days === undefined ? null : new Date(Date.now() + expires_in_days * DAY).toISOString()
      const row = await vault.withMasterKey(async (store) => {
        await assertProviders(store, given)
        return store.tokens.insert({ name, kind, ...kept(token), ...unlimited, ...limitsOf(given), expires_at }, by)
      })
      await tokens.refresh()
      return { ...present(row), token }
    },

    async updateToken({ token_id, name, ...given }) {
      const change: TokenChange = { ...(name === undefined ? {} : { name }), ...limitsOf(given) }
      const row = await vault.withMasterKey(async (store) => {
        const before = (await store.tokens.list()).find(({ id }) => id === token_id)
        if (before?.kind === 'admin' && Object.values(limitsOf(given)).some((limit) => limit !== null)) {
          throw appError('not_allowed', { what: 'A token of kind admin has no limits: it could lift them itself' })
        }
        await assertProviders(store, given)
        const after = await store.tokens.update(token_id, change, by)
        return present(after, (await store.tokens.spendByToken()).get(token_id))
      })
      await tokens.refresh()
      return row
    },

    async revokeToken({ token_id }) {
      await vault.withMasterKey((store) => store.tokens.revoke(token_id, by))
      await tokens.refresh()
    },

    async printToken({ token_id }) {
      const token = newToken()
      const expires_at = new Date(Date.now() + PRINTED).toISOString()
      await vault.withMasterKey(async (store) => {
        const row = (await store.tokens.list()).find(({ id }) => id === token_id)
        if (row?.kind === 'admin') {
          throw appError('not_allowed', { what: 'A token of kind admin manages the vault, and no tool is given one' })
        }
        if (row?.expires_at !== null && row?.expires_at !== undefined && Date.parse(row.expires_at) <= Date.now()) {
          throw appError('token_expired', { name: row.name, at: row.expires_at })
        }
        await store.tokens.print({ sha256: hashToken(token), token_id, expires_at }, by)
      })
      await tokens.refresh()
      return { token, expires_at }
    },
  }
}

const unlimited: TokenLimits = { providers: null, models: null, ...noLimits }

type GivenLimits = Pick<NewToken & TokenPatch, keyof TokenLimits>

/** As they are kept: a limit that is lifted is null, one that is not given is left out. */
function limitsOf(given: GivenLimits): Partial<TokenLimits> {
  const { providers, models } = given
  const kept: Partial<TokenLimits> = {
    ...(providers === undefined ? {} : { providers: providers === 'all' ? null : [...new Set(providers)] }),
    ...(models === undefined ? {} : { models: models === 'all' ? null : [...new Set(models)] }),
  }
  for (const name of limitNames) {
    const limit = given[name]
    if (limit !== undefined) kept[name] = limit === 'unlimited' ? null : limit
  }
  return kept
}

/** A slip in a provider's name would make a token that can do nothing. Models may be any: their provider knows them. */
async function assertProviders(store: Store, { providers, models }: GivenLimits): Promise<void> {
  const named = [
    ...(Array.isArray(providers) ? providers : []),
    ...(Array.isArray(models) ? models.map((model) => model.slice(0, model.indexOf('/'))) : []),
  ]
  if (named.length === 0) return
  const known = new Set((await store.listProviderHeads()).map(({ name }) => name))
  const unknown = named.find((name) => !known.has(name))
  if (unknown !== undefined) throw appError('provider_not_found', { ref: unknown })
}

const NOTHING: TokenSpend = { day: 0, month: 0, estimated: 0, unpriced: 0 }

function present(row: TokenRow, spent = NOTHING): Token {
  return { ...row, spent }
}
