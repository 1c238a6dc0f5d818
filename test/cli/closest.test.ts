import { expect, it } from 'vitest'
import { closest } from '../../src/cli/closest.ts'

const names = ['anthropic', 'google', 'openai', 'xai']

it('finds the name that was meant behind a slip of the hand', () => {
  expect(closest('opnai', names)).toBe('openai')
  expect(closest('OpenAI', names)).toBe('openai')
  expect(closest('opneai', names)).toBe('openai')
  expect(closest('antropic', names)).toBe('anthropic')
  expect(closest('xia', names)).toBe('xai')
})

it('finds none where nothing is near', () => {
  expect(closest('mistral', names)).toBeUndefined()
  expect(closest('', names)).toBeUndefined()
  expect(closest('openai', [])).toBeUndefined()
})
