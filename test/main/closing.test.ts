import { describe, expect, it } from 'vitest'
import { closingChoice, closingQuestion, whatClosingDoes } from '../../src/main/closing.ts'

describe('closing the window', () => {
  it.each([
    ['linux', true, 'ask', 'ask'],
    ['linux', true, 'tray', 'hide'],
    ['linux', true, 'quit', 'quit'],
    ['win32', true, 'ask', 'ask'],
    ['linux', false, 'ask', 'quit'],
    ['linux', false, 'tray', 'quit'],
    ['darwin', true, 'ask', 'hide'],
    ['darwin', true, 'quit', 'quit'],
  ] as const)('on %s, tray %s, choice %s: %s', (platform, hasTray, choice, does) => {
    expect(whatClosingDoes({ platform, hasTray, choice })).toBe(does)
  })

  it('keeps what was answered, and nothing where the question was closed', () => {
    expect(closingQuestion.buttons.map((_, button) => closingChoice(button))).toEqual(['tray', 'quit', undefined])
    expect(closingQuestion.buttons[closingQuestion.cancelId]).toBe('Cancel')
    expect(closingChoice(-1)).toBeUndefined()
  })
})
