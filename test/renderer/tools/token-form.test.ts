import { describe, expect, it } from 'vitest'
import { draftOf, newTokenOf, patchOf, providerWithoutModel, wrongIn } from '../../../src/renderer/tools/token-form.ts'
import { changedLimits, limitDraftOf, wrongLimits } from '../../../src/renderer/limits/limit-draft.ts'
import { noLimits } from '../../../src/shared/limit-schemas.ts'
import { NewToken, TokenPatch, type Token } from '../../../src/shared/tool-schemas.ts'

const sentences = { name: 'name', providers: 'providers', models: 'models' }

const some: Token = {
  id: 3,
  name: 'codex',
  kind: 'tool',
  prefix: 'lk_abcd',
  providers: null,
  models: null,
  ...noLimits,
  spent: { day: 0, month: 0, estimated: 0, unpriced: 0 },
  expires_at: null,
  created_at: '2026-11-03T10:00:00.000Z',
  last_used_at: null,
  revoked_at: null,
}

describe('the dialog of a token', () => {
  it('sends what the operations take', () => {
    const draft = {
      ...draftOf(undefined, ' codex ', ['openai']),
      limits: { ...limitDraftOf(), requests_per_minute: '60', spend_per_month: '$25.50' },
    }
    expect(wrongIn(draft, sentences)).toEqual({})
    expect(NewToken.parse(newTokenOf(draft))).toEqual({
      name: 'codex',
      providers: ['openai'],
      expires_in_days: 30,
      requests_per_minute: 60,
      spend_per_month: 25.5,
    })
    expect(TokenPatch.parse(patchOf(3, { ...draft, providers: null, limits: limitDraftOf() }))).toEqual({
      token_id: 3,
      name: 'codex',
      providers: 'all',
      models: 'all',
      requests_per_minute: 'unlimited',
      tokens_per_minute: 'unlimited',
      spend_per_day: 'unlimited',
      spend_per_month: 'unlimited',
    })
  })

  it('lets a token live on, and use every provider, only where that was chosen', () => {
    expect(draftOf(undefined)).toMatchObject({ providers: new Set(), expires: '30' })
    expect(newTokenOf({ ...draftOf(undefined, 'a'), providers: null, expires: 'never' })).toEqual({ name: 'a' })
  })

  it('holds a token to the models that were chosen, and leaves it every other of its providers', () => {
    const models = new Map([
      ['openai', new Set(['gpt-a', 'ft:b/c'])],
      ['gone', new Set(['x'])],
    ])
    const draft = { ...draftOf(undefined, 'a', ['openai', 'xai']), models }
    expect(newTokenOf(draft)).toMatchObject({
      providers: ['openai', 'xai'],
      models: ['openai/gpt-a', 'openai/ft:b/c', 'xai/*'],
    })
    expect(patchOf(3, draft)).toMatchObject({ models: ['openai/gpt-a', 'openai/ft:b/c', 'xai/*'] })
    const none = { ...draft, models: new Map([['openai', new Set<string>()]]) }
    expect([wrongIn(none, sentences), providerWithoutModel(none)]).toEqual([{ models: 'models' }, 'openai'])
  })

  it('shows of a token what both of its lists allow', () => {
    const shown = (providers: string[] | null, models: string[] | null) => {
      const draft = draftOf({ ...some, providers, models })
      return [draft.providers && [...draft.providers], [...draft.models].map(([name, set]) => [name, ...set])]
    }
    expect(shown(null, null)).toEqual([null, []])
    expect(shown(['a', 'b'], null)).toEqual([['a', 'b'], []])
    expect(shown(null, ['a/x', 'b/*', 'a/y/z'])).toEqual([['a', 'b'], [['a', 'x', 'y/z']]])
    expect(shown(['a', 'b'], ['a/x', 'c/x'])).toEqual([['a'], [['a', 'x']]])
  })

  it.each([
    ['requests_per_minute', '0', 'Allow at least one request a minute.'],
    ['requests_per_minute', '1.5', 'Requests per minute are a whole number.'],
    ['tokens_per_minute', 'many', 'Tokens per minute are a whole number.'],
    ['spend_per_day', '-1', 'Write an amount in US dollars, such as 5 or 2.50.'],
    ['spend_per_month', '1e9', 'Write an amount in US dollars, such as 5 or 2.50.'],
    ['spend_per_month', '1000001', 'At most $1,000,000.'],
  ] as const)('refuses for %s what is typed as %s', (name, text, sentence) => {
    expect(wrongLimits({ ...limitDraftOf(), [name]: text })).toEqual({ [name]: sentence })
  })
})

describe('the limits of a provider', () => {
  it('are sent where they differ, and lifted where a field was emptied', () => {
    const held = { ...noLimits, spend_per_day: 5, requests_per_minute: 60 }
    expect(changedLimits(held, limitDraftOf(held))).toBeUndefined()
    expect(changedLimits(held, { ...limitDraftOf(held), spend_per_day: ' ', tokens_per_minute: '9' })).toEqual({
      spend_per_day: null,
      tokens_per_minute: 9,
    })
  })
})
