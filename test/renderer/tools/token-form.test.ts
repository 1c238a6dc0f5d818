import { describe, expect, it } from 'vitest'
import { draftOf, newTokenOf, patchOf, wrongIn } from '../../../src/renderer/tools/token-form.ts'
import { NewToken, TokenPatch } from '../../../src/shared/tool-schemas.ts'

const sentences = { name: 'name', providers: 'providers', requests: 'requests' }

describe('the dialog of a token', () => {
  it('sends what the operations take', () => {
    const draft = { ...draftOf(undefined, ' codex ', ['openai']), requests: '60' }
    expect(wrongIn(draft, sentences)).toEqual({})
    expect(NewToken.parse(newTokenOf(draft))).toEqual({
      name: 'codex',
      providers: ['openai'],
      expires_in_days: 30,
      requests_per_minute: 60,
    })
    expect(TokenPatch.parse(patchOf(3, { ...draft, providers: null, requests: '' }))).toEqual({
      token_id: 3,
      name: 'codex',
      providers: 'all',
      requests_per_minute: 'unlimited',
    })
  })

  it('lets a token live on, and use every provider, only where that was chosen', () => {
    expect(draftOf(undefined)).toMatchObject({ providers: new Set(), expires: '30' })
    expect(newTokenOf({ ...draftOf(undefined, 'a'), providers: null, expires: 'never' })).toEqual({ name: 'a' })
  })

  it.each(['0', '-1', '1.5', 'many', '1000000'])('refuses %s requests a minute', (requests) => {
    expect(wrongIn({ ...draftOf(undefined), requests }, sentences)).toEqual(sentences)
  })
})
