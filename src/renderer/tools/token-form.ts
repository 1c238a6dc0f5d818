// What is typed into the dialog of a token, and what of it is sent.
import { limitNames, type LimitName } from '../../shared/limit-schemas.ts'
import type { NewToken, Token, TokenPatch } from '../../shared/tool-schemas.ts'
import { limitDraftOf, limitsOf, type LimitDraft } from '../limits/limit-draft.ts'

export const expiries = ['1', '7', '30', '90', 'never'] as const
export type Expiry = (typeof expiries)[number]

export interface TokenDraft {
  name: string
  /** Names of the providers that are ticked; null: all, also those that are yet to come. */
  providers: ReadonlySet<string> | null
  expires: Expiry
  limits: LimitDraft
}

/** A new token may use what there is to use, for a month: nobody has to remember to end it. */
export function draftOf(token: Token | undefined, name = '', providers: readonly string[] = []): TokenDraft {
  return {
    name: token?.name ?? name,
    providers: token === undefined ? new Set(providers) : token.providers === null ? null : new Set(token.providers),
    expires: '30',
    limits: limitDraftOf(token),
  }
}

/** What is wrong, by field; empty where it can be sent. */
export function wrongIn(draft: TokenDraft, sentences: Record<'name' | 'providers', string>) {
  const wrong: Partial<Record<'name' | 'providers', string>> = {}
  if (draft.name.trim() === '') wrong.name = sentences.name
  if (draft.providers?.size === 0) wrong.providers = sentences.providers
  return wrong
}

export function newTokenOf({ name, providers, expires, limits }: TokenDraft): NewToken {
  return {
    name: name.trim(),
    ...(providers === null ? {} : { providers: [...providers] }),
    ...(expires === 'never' ? {} : { expires_in_days: daysOf(expires) }),
    ...setIn(limits),
  }
}

export function patchOf(token_id: number, { name, providers, limits }: TokenDraft): TokenPatch {
  return {
    token_id,
    name: name.trim(),
    providers: providers === null ? 'all' : [...providers],
    ...UNLIMITED,
    ...setIn(limits),
  }
}

const UNLIMITED = {
  requests_per_minute: 'unlimited',
  tokens_per_minute: 'unlimited',
  spend_per_day: 'unlimited',
  spend_per_month: 'unlimited',
} as const satisfies Record<LimitName, 'unlimited'>

function setIn(draft: LimitDraft): Partial<Record<LimitName, number>> {
  const limits = limitsOf(draft)
  return Object.fromEntries(
    limitNames.flatMap((name) => {
      const limit = limits[name]
      return limit === null ? [] : [[name, limit]]
    }),
  )
}

const days = { '1': 1, '7': 7, '30': 30, '90': 90 } as const
export const daysOf = (expires: Exclude<Expiry, 'never'>): 1 | 7 | 30 | 90 => days[expires]
