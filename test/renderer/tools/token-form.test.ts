import { describe, expect, it } from 'vitest'
import { draftOf, newTokenOf, patchOf, wrongIn } from '../../../src/renderer/tools/token-form.ts'
import { changedLimits, limitDraftOf, wrongLimits } from '../../../src/renderer/limits/limit-draft.ts'
import { noLimits } from '../../../src/shared/limit-schemas.ts'
import { NewToken, TokenPatch } from '../../../src/shared/tool-schemas.ts'

const sentences = { name: 'name', providers: 'providers' }

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
