import { describe, expect, it } from 'vitest'
import { differencesOf, type ComparedProvider } from '../../../src/core/backup/vault-differences.ts'

const provider = (name: string, change: Partial<ComparedProvider> = {}): ComparedProvider => ({
  name,
  base_url: `https://${name}.example/v1`,
  has_key: true,
  models: ['a', 'b'],
  ...change,
})

describe('what a backup would change', () => {
  it('is nothing where both are alike, in whatever order', () => {
    const [one, two] = [provider('one'), provider('two', { models: ['a', 'b'] })]
    expect(differencesOf([one, two], [{ ...two, models: ['b', 'a'] }, one])).toEqual({
      added: [],
      removed: [],
      changed: [],
    })
  })

  it('names providers that come and go, in order', () => {
    const differences = differencesOf([provider('b'), provider('z'), provider('a')], [provider('z'), provider('m')])
    expect(differences).toEqual({ added: ['m'], removed: ['a', 'b'], changed: [] })
  })

  it('names each origin that a key would go to instead', () => {
    const base_url = 'https://evil.example/v1'
    expect(differencesOf([provider('one')], [provider('one', { base_url })]).changed).toEqual([
      { name: 'one', origin: { vault: 'https://one.example', backup: 'https://evil.example' } },
    ])
    expect(differencesOf([provider('one', { base_url: null })], [provider('one')]).changed).toEqual([
      { name: 'one', origin: { vault: null, backup: 'https://one.example' } },
    ])
  })

  it('tells another path at the same origin from another origin', () => {
    const base_url = 'https://one.example:443/v2'
    expect(differencesOf([provider('one')], [provider('one', { base_url })]).changed).toEqual([
      { name: 'one', base_url: { vault: 'https://one.example/v1', backup: base_url } },
    ])
  })

  it('names keys and models that come and go', () => {
    const there = provider('one', { has_key: false, models: ['b', 'd', 'c'] })
    expect(differencesOf([provider('one')], [there]).changed).toEqual([
      { name: 'one', has_key: { vault: true, backup: false }, models_added: ['c', 'd'], models_removed: ['a'] },
    ])
  })
})
