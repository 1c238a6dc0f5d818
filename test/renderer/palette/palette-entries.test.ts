import { describe, expect, it } from 'vitest'
import { findActions, findProviderEntries, type Entry } from '../../../src/renderer/palette/palette-entries.ts'
import { markWords, wordStarts } from '../../../src/renderer/palette/match-words.ts'
import { someProvider } from '../some-provider.ts'

const stored = { key_state: 'stored', has_api_key: true } as const
const list = [
  someProvider({ id: 1, display_name: 'OpenAI', ...stored }),
  someProvider({ id: 2, display_name: 'Anthropic (Claude)', ...stored }),
  someProvider({ id: 3, display_name: 'xAI (Grok)' }),
]
const around = { desktop: true, canWrite: true }
const find = (query: string, at = around, most = 30) => findProviderEntries(list, query, at, most)
const labels = (query: string, at = around) => find(query, at).entries.map(({ label }) => label)

describe('findProviderEntries', () => {
  it('leads from a name to the provider', () => {
    expect(labels('anth')).toEqual(['Edit Anthropic (Claude)'])
    expect(labels('grok')).toEqual(['Edit xAI (Grok)'])
  })

  it('leads from an act and a beginning to that act, names that begin so first', () => {
    expect(labels('key a')).toEqual([
      'Copy key of Anthropic (Claude)',
      'Copy key of OpenAI',
      'Replace key of Anthropic (Claude)',
      'Replace key of OpenAI',
      'Set key of xAI (Grok)',
    ])
  })

  it('counts all and lists as many as are shown', () => {
    expect(find('key a', around, 2)).toMatchObject({ total: 5, entries: [{}, {}] })
  })

  it('lists what destroys only where its own word was typed', () => {
    expect(labels('remove anth')).toEqual(['Remove key of Anthropic (Claude)'])
  })

  it('offers no copy in a browser and no change while it is read-only', () => {
    expect(labels('copy anth', { desktop: false, canWrite: true })).toEqual([])
    expect(labels('key anth', { desktop: true, canWrite: false })).toEqual(['Copy key of Anthropic (Claude)'])
  })
})

it('finds actions by the beginnings of their words', () => {
  const actions: Entry[] = [
    { kind: 'action', act: 'shortcuts', label: 'Show keyboard shortcuts' },
    { kind: 'action', act: 'go_settings', label: 'Go to settings' },
  ]
  expect(findActions(actions, 'key sh')).toEqual([actions[0]])
  expect(findActions(actions, 'board')).toEqual([])
  expect(findActions(actions, '')).toEqual(actions)
})

it('knows where words begin, capitals inside included', () => {
  expect(wordStarts('xAI (Grok)')).toEqual([0, 1, 5])
  expect(markWords('Set key of xAI', ['key', 'a']).filter(({ hit }) => hit)).toEqual([
    { text: 'key', hit: true },
    { text: 'A', hit: true },
  ])
})
