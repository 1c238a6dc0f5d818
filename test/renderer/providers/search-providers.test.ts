import { describe, expect, it } from 'vitest'
import { haystackOf, searchProviders } from '../../../src/renderer/providers/search-providers.ts'
import { someProvider } from '../some-provider.ts'

const openai = someProvider({ id: 1, display_name: 'OpenAI', base_url: 'https://api.openai.com/v1' }, ['gpt-5.1'])
const xai = someProvider({ id: 2, name: 'xai', display_name: 'xAI (Grok)', base_url: 'https://api.x.ai/v1' }, [
  'grok-4',
])
const acme = someProvider({ id: 3, display_name: 'Acme', key_state: 'unreadable', has_api_key: true }, [])
const list = [openai, xai, acme]
const idsOf = (query: string, filter: 'all' | 'with_key' | 'no_key' = 'all') =>
  searchProviders(list, query, filter).map(({ id }) => id)

describe('searchProviders', () => {
  it('lists providers with a key first, each group in the order of the API', () => {
    expect(idsOf('')).toEqual([3, 1, 2])
  })

  it('looks through name, host and models, in any case', () => {
    expect(idsOf('GROK')).toEqual([2])
    expect(idsOf('api.openai')).toEqual([1])
    expect(idsOf('Gpt-5')).toEqual([1])
  })

  it('wants every word of the query, wherever it stands', () => {
    expect(idsOf('openai gpt')).toEqual([1])
    expect(idsOf('openai grok')).toEqual([])
  })

  it('counts an unreadable key as a key', () => {
    expect(idsOf('', 'with_key')).toEqual([3])
    expect(idsOf('', 'no_key')).toEqual([1, 2])
  })

  it('finds nothing that reaches over from one name into the next', () => {
    expect(haystackOf(openai)).toContain('openai')
    expect(idsOf('openaiopenai')).toEqual([])
  })
})
