// What is typed into the dialog of a token, and what of it is sent.
import { limitNames, type LimitName } from '../../shared/limit-schemas.ts'
import { everyModelOf, type NewToken, type Token, type TokenPatch } from '../../shared/tool-schemas.ts'
import { limitDraftOf, limitsOf, type LimitDraft } from '../limits/limit-draft.ts'

export const expiries = ['1', '7', '30', '90', 'never'] as const
export type Expiry = (typeof expiries)[number]

export interface TokenDraft {
  name: string
  /** Names of the providers that are ticked; null: all, also those that are yet to come. */
  providers: ReadonlySet<string> | null
  /** By provider the models that are ticked; one that is not in it: all, also those that are yet to come. */
  models: ReadonlyMap<string, ReadonlySet<string>>
  expires: Expiry
  limits: LimitDraft
}

/** A new token may use what there is to use, for a month: nobody has to remember to end it. */
export function draftOf(token: Token | undefined, name = '', providers: readonly string[] = []): TokenDraft {
  return {
    name: token?.name ?? name,
    ...(token === undefined ? { providers: new Set(providers), models: new Map() } : scopeOf(token)),
    expires: '30',
    limits: limitDraftOf(token),
  }
}

type Scope = Pick<TokenDraft, 'providers' | 'models'>

/** What a token may use by both of its lists: one of models leaves out the providers it does not name. */
function scopeOf({ providers, models }: Pick<Token, 'providers' | 'models'>): Scope {
  if (models === null) return { providers: providers === null ? null : new Set(providers), models: new Map() }
  const named = new Map<string, Set<string>>()
  for (const entry of models) {
    const at = entry.indexOf('/')
    const provider = entry.slice(0, at)
    if (providers?.includes(provider) === false) continue
    named.set(provider, (named.get(provider) ?? new Set()).add(entry.slice(at + 1)))
  }
  const chosen = new Map([...named].filter(([provider]) => !models.includes(everyModelOf(provider))))
  return { providers: new Set(named.keys()), models: chosen }
}

/** The list of models that is sent; undefined where no provider is held to certain ones. */
function modelsOf({ providers, models }: Scope): string[] | undefined {
  const used = [...(providers ?? [])]
  if (!used.some((provider) => models.has(provider))) return undefined
  return used.flatMap((provider) => {
    const chosen = models.get(provider)
    return chosen === undefined ? [everyModelOf(provider)] : [...chosen].map((model) => `${provider}/${model}`)
  })
}

/** The provider of which no model is ticked, though it is. */
export function providerWithoutModel({ providers, models }: Scope): string | undefined {
  return [...(providers ?? [])].find((provider) => models.get(provider)?.size === 0)
}

/** What is wrong, by field; empty where it can be sent. */
export function wrongIn(draft: TokenDraft, sentences: Record<'name' | 'providers' | 'models', string>) {
  const wrong: Partial<Record<'name' | 'providers' | 'models', string>> = {}
  if (draft.name.trim() === '') wrong.name = sentences.name
  if (draft.providers?.size === 0) wrong.providers = sentences.providers
  if (providerWithoutModel(draft) !== undefined) wrong.models = sentences.models
  return wrong
}

export function newTokenOf({ name, providers, models: chosen, expires, limits }: TokenDraft): NewToken {
  const models = modelsOf({ providers, models: chosen })
  return {
    name: name.trim(),
    ...(providers === null ? {} : { providers: [...providers] }),
    ...(models === undefined ? {} : { models }),
    ...(expires === 'never' ? {} : { expires_in_days: daysOf(expires) }),
    ...setIn(limits),
  }
}

export function patchOf(token_id: number, { name, providers, models, limits }: TokenDraft): TokenPatch {
  return {
    token_id,
    name: name.trim(),
    providers: providers === null ? 'all' : [...providers],
    models: modelsOf({ providers, models }) ?? 'all',
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
