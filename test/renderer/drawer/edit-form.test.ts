import { describe, expect, it } from 'vitest'
import {
  checkEdit,
  isChanged,
  originChange,
  patchOf,
  valuesOf,
  withDialect,
} from '../../../src/renderer/drawer/edit-form.ts'
import { emptyKey } from '../../../src/renderer/providers/key-draft.ts'
import { someProvider } from '../some-provider.ts'

const base_url = 'https://api.openai.com/v1'
const keyed = someProvider({ base_url, key_state: 'stored', has_api_key: true })
const nothing = { api_key: emptyKey }
const key = (value: string) => ({ api_key: { ...emptyKey, value } })

describe('patchOf', () => {
  it('sends what differs and nothing else', () => {
    expect(isChanged(patchOf(keyed, nothing))).toBe(false)
    expect(isChanged(patchOf(keyed, { ...nothing, display_name: ' OpenAI ' }))).toBe(false)
    expect(patchOf(keyed, { ...nothing, display_name: 'Mine' })).toEqual({ provider_id: 1, display_name: 'Mine' })
    expect(patchOf(keyed, key('sk-1'))).toEqual({ provider_id: 1, api_key: 'sk-1' })
  })

  it('lets changes made elsewhere show in the fields that were not touched', () => {
    const elsewhere = { ...keyed, base_url: 'https://eu.api.openai.com/v1' }
    expect(valuesOf(elsewhere, { ...nothing, display_name: 'Mine' })).toMatchObject({
      display_name: 'Mine',
      base_url: 'https://eu.api.openai.com/v1',
    })
  })
})

describe('originChange', () => {
  const moved = (text: string) => originChange(keyed, { ...nothing, base_url: text })

  it('tells another host, port or scheme, and not another path', () => {
    expect(moved('https://eu.api.openai.com/v1')).toEqual({ from: 'https://api.openai.com' })
    expect(moved('https://api.openai.com:8443/v1')).toEqual({ from: 'https://api.openai.com' })
    expect(moved('https://api.openai.com/v2')).toBeUndefined()
  })

  it('waits until what is typed is an address', () => {
    expect(moved('https:/')).toBeUndefined()
  })

  it('counts an address where there was none', () => {
    const none = someProvider({ base_url: null, key_state: 'stored' })
    expect(originChange(none, { ...nothing, base_url: 'https://a.example' })).toEqual({ from: null })
  })

  it('does not concern a provider without a key', () => {
    expect(originChange(someProvider({ base_url }), { ...nothing, base_url: 'https://a.example' })).toBeUndefined()
  })
})

describe('checkEdit', () => {
  it('wants the key with a new origin, and says for whom', () => {
    const draft = { ...nothing, base_url: 'https://eu.api.openai.com/v1' }
    expect(checkEdit(keyed, draft)).toEqual({ api_key: 'Paste the key for eu.api.openai.com.' })
    expect(checkEdit(keyed, { ...draft, ...key('sk-1') })).toEqual({})
  })

  it('speaks the words of the API', () => {
    expect(checkEdit(keyed, { ...nothing, base_url: 'api.openai.com' })).toEqual({
      base_url: 'Write an absolute http or https address, for example https://api.example.com/v1.',
    })
  })

  it('lets a predefined provider go back to the catalog by empty fields, and no custom one lose its name', () => {
    expect(checkEdit(keyed, { ...nothing, display_name: '' })).toEqual({})
    expect(checkEdit({ ...keyed, is_predefined: false }, { ...nothing, display_name: ' ' })).toEqual({
      display_name: 'Write a display name.',
    })
  })
})

it('lets the key header follow the dialect unless it was chosen otherwise', () => {
  expect(withDialect(keyed, nothing, 'anthropic')).toMatchObject({ dialect: 'anthropic', auth: 'x-api-key' })
  const chosen = { ...nothing, auth: 'api-key' as const }
  expect(withDialect(keyed, chosen, 'anthropic')).toMatchObject({ auth: 'api-key' })
})
