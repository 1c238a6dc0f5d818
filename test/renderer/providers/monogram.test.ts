import { expect, it } from 'vitest'
import { monogramOf } from '../../../src/renderer/providers/monogram.ts'

const custom = (display_name: string) => monogramOf({ display_name, is_predefined: false })

it('gives a predefined provider the first letter of its name, as it is written', () => {
  expect(monogramOf({ display_name: 'OpenAI', is_predefined: true })).toBe('O')
  expect(monogramOf({ display_name: 'xAI (Grok)', is_predefined: true })).toBe('x')
})

it('gives a custom provider up to two initials of its capital words', () => {
  expect(custom('Acme Research inference gateway')).toBe('AR')
  expect(custom('Ollama on this machine')).toBe('O')
  expect(custom('ollama')).toBe('O')
  expect(custom('𝒜cme')).toBe('𝒜')
})
