import { expect, it } from 'vitest'
import { sayProblem } from '../../src/renderer/say-problem.ts'
import { ago, count, hostOf, shortDate, vendorOf } from '../../src/renderer/words.ts'

it('writes dates without the year if it is this one', () => {
  const now = new Date(2026, 10, 23)
  expect(shortDate(new Date(2026, 10, 3).toISOString(), now)).toBe('3 Nov')
  expect(shortDate(new Date(2025, 7, 14).toISOString(), now)).toBe('14 Aug 2025')
})

it('says how long ago something was', () => {
  const now = new Date(2026, 10, 23, 14, 31)
  const at = (...when: [number, number, number, number]): string => new Date(2026, ...when).toISOString()
  expect(ago(at(10, 23, 14, 30), now)).toBe('1 min ago')
  expect(ago(now.toISOString(), now)).toBe('Just now')
  expect(ago(at(10, 23, 10, 3), now)).toBe('Today 10:03')
  expect(ago(at(10, 22, 23, 59), now)).toBe('Yesterday')
  expect(ago(at(10, 3, 9, 0), now)).toBe('3 Nov')
})

it('counts', () => {
  expect(count(1, 'model', 'models')).toBe('1 model')
  expect(count(2014, 'model', 'models')).toBe('2,014 models')
})

it('names host and vendor', () => {
  expect(hostOf('http://127.0.0.1:11434/v1')).toBe('127.0.0.1:11434')
  expect(hostOf(null)).toBeUndefined()
  expect(vendorOf('Anthropic (Claude)')).toBe('Anthropic')
})

it('says the sentence and then what to do', () => {
  expect(sayProblem({ detail: 'Port 80 is used', hint: 'Choose another.' })).toBe('Port 80 is used. Choose another.')
  expect(sayProblem({ detail: 'Write a name.' })).toBe('Write a name.')
})
