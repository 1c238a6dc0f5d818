import { expect, it } from 'vitest'
import { requestAddress } from '../../../src/renderer/wizard/request-address.ts'

it('shows where a request goes, by what the address speaks', () => {
  expect(requestAddress('http://127.0.0.1:11434/v1', 'openai')).toBe('http://127.0.0.1:11434/v1/chat/completions')
  expect(requestAddress('https://api.anthropic.com/', 'anthropic')).toBe('https://api.anthropic.com/v1/messages')
  expect(requestAddress('https://g.example', 'google')).toBe('https://g.example/v1beta/models/MODEL:generateContent')
})

it('shows nothing for what is no address', () => {
  expect(requestAddress('', 'openai')).toBeUndefined()
  expect(requestAddress('http://example.com', 'openai')).toBeUndefined()
})
