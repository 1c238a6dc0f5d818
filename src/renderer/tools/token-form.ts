// What is typed into the dialog of a token, and what of it is sent.
import type { NewToken, Token, TokenPatch } from '../../shared/tool-schemas.ts'

export const expiries = ['1', '7', '30', '90', 'never'] as const
export type Expiry = (typeof expiries)[number]

export interface TokenDraft {
  name: string
  /** Names of the providers that are ticked; null: all, also those that are yet to come. */
  providers: ReadonlySet<string> | null
  expires: Expiry
  requests: string
}

/** A new token may use what there is to use, for a month: nobody has to remember to end it. */
export function draftOf(token: Token | undefined, name = '', providers: readonly string[] = []): TokenDraft {
  return {
    name: token?.name ?? name,
    providers: token === undefined ? new Set(providers) : token.providers === null ? null : new Set(token.providers),
    expires: '30',
    requests: String(token?.requests_per_minute ?? ''),
  }
}

/** What is wrong, by field; empty where it can be sent. */
export function wrongIn(draft: TokenDraft, sentences: Record<'name' | 'providers' | 'requests', string>) {
  const wrong: Partial<Record<'name' | 'providers' | 'requests', string>> = {}
  if (draft.name.trim() === '') wrong.name = sentences.name
  if (draft.providers?.size === 0) wrong.providers = sentences.providers
  if (draft.requests.trim() !== '' && !/^[1-9]\d{0,5}$/.test(draft.requests.trim())) wrong.requests = sentences.requests
  return wrong
}

export function newTokenOf({ name, providers, expires, requests }: TokenDraft): NewToken {
  return {
    name: name.trim(),
    ...(providers === null ? {} : { providers: [...providers] }),
    ...(expires === 'never' ? {} : { expires_in_days: daysOf(expires) }),
    ...(requests.trim() === '' ? {} : { requests_per_minute: Number(requests) }),
  }
}

export function patchOf(token_id: number, { name, providers, requests }: TokenDraft): TokenPatch {
  return {
    token_id,
    name: name.trim(),
    providers: providers === null ? 'all' : [...providers],
    requests_per_minute: requests.trim() === '' ? 'unlimited' : Number(requests),
  }
}

const days = { '1': 1, '7': 7, '30': 30, '90': 90 } as const
export const daysOf = (expires: Exclude<Expiry, 'never'>): 1 | 7 | 30 | 90 => days[expires]
