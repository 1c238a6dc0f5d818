import { describe, expect, it } from 'vitest'
import { capsOf, chordOf, commandOf, keymap, shownChord, type Press } from '../../../src/renderer/keyboard/keymap.ts'

const press = (key: string, held: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
})
const desktop = { desktop: true, mac: false }
const mac = { desktop: true, mac: true }
const browser = { desktop: false, mac: false }

describe('commandOf', () => {
  it('knows the keys of the desktop window', () => {
    expect(commandOf(press('k', { ctrlKey: true }), undefined, 'window', desktop)).toBe('palette')
    expect(commandOf(press('n', { ctrlKey: true }), undefined, 'window', desktop)).toBe('add_provider')
    expect(commandOf(press('f', { ctrlKey: true }), undefined, 'window', desktop)).toBe('search')
    expect(commandOf(press(',', { ctrlKey: true }), undefined, 'window', desktop)).toBe('go_settings')
    expect(commandOf(press('?', { shiftKey: true }), undefined, 'window', desktop)).toBe('shortcuts')
  })

  it('takes ⌘ for Ctrl on macOS, and leaves Ctrl to the system there', () => {
    expect(commandOf(press('k', { metaKey: true }), undefined, 'window', mac)).toBe('palette')
    expect(commandOf(press('k', { ctrlKey: true }), undefined, 'window', mac)).toBeUndefined()
    expect(commandOf(press('Backspace'), undefined, 'card', mac)).toBe('remove')
  })

  it('leaves the Ctrl forms to a browser and has others there', () => {
    expect(commandOf(press('n', { ctrlKey: true }), undefined, 'window', browser)).toBeUndefined()
    expect(commandOf(press('n'), undefined, 'window', browser)).toBe('add_provider')
    expect(commandOf(press(' ', { shiftKey: true }), undefined, 'window', browser)).toBe('palette')
    expect(commandOf(press('s'), 'G', 'window', browser)).toBe('go_settings')
    expect(commandOf(press('s'), undefined, 'window', browser)).toBeUndefined()
  })

  it('gives single letters to the focused card', () => {
    expect(commandOf(press('k'), undefined, 'card', desktop)).toBe('set_key')
    expect(commandOf(press('e'), undefined, 'card', desktop)).toBe('edit')
    expect(commandOf(press('m'), undefined, 'card', desktop)).toBe('models')
    expect(commandOf(press('Delete'), undefined, 'card', desktop)).toBe('remove')
    expect(commandOf(press('k', { ctrlKey: true }), undefined, 'card', desktop)).toBeUndefined()
  })

  it('copies a key in the desktop window alone', () => {
    expect(commandOf(press('c'), undefined, 'card', desktop)).toBe('copy_key')
    expect(commandOf(press('c'), undefined, 'card', browser)).toBeUndefined()
  })

  it('lets Alt alone', () => {
    expect(chordOf(press('k', { ctrlKey: true, altKey: true }), false)).toBeUndefined()
  })
})

it('gives no chord to two commands at the same place', () => {
  for (const form of ['desktop', 'browser'] as const) {
    const chords = keymap.flatMap((row) => row[form].map((chord) => `${row.on} ${chord}`))
    expect(new Set(chords).size).toBe(chords.length)
  }
})

it('shows chords in the form of the platform', () => {
  expect(shownChord('palette', true)).toBe('Mod K')
  expect(shownChord('palette', false)).toBe('Shift Space')
  expect(shownChord('copy_key', false)).toBeUndefined()
  expect(capsOf('Mod K', false)).toEqual(['Ctrl', 'K'])
  expect(capsOf('Mod K', true)).toEqual(['⌘K'])
})
