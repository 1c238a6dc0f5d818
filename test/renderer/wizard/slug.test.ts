import { expect, it } from 'vitest'
import { slugOf } from '../../../src/renderer/wizard/slug.ts'
import { ProviderName } from '../../../src/shared/schemas.ts'

it('makes a name of a display name', () => {
  expect(slugOf('Ollama on this machine')).toBe('ollama-on-this-machine')
  expect(slugOf('Acmé Research (EU)')).toBe('acme-research-eu')
  expect(slugOf('  llama.cpp_2 ')).toBe('llama.cpp_2')
})

it('makes names that the vault takes, or none', () => {
  for (const text of ['--x--', 'Ünïcode', 'a'.repeat(300), '.hidden', 'A/B:C', '9 lives']) {
    expect(ProviderName.safeParse(slugOf(text)).success).toBe(true)
  }
  expect(slugOf('日本')).toBe('')
})
