// The keyboard, once: shortcuts run from this table, and the list under "?" is printed from it.
import type { strings } from '../strings.ts'

export type Command =
  | 'palette'
  | 'add_provider'
  | 'search'
  | 'go_providers'
  | 'go_tools'
  | 'go_usage'
  | 'go_activity'
  | 'go_settings'
  | 'lock'
  | 'shortcuts'
  | 'undo'
  | 'set_key'
  | 'copy_key'
  | 'test_key'
  | 'edit'
  | 'models'
  | 'remove'

export interface Shortcut {
  command: Command
  /** Acts on the focused card, or anywhere outside a field and an open dialog. */
  on: 'window' | 'card'
  /** Chords of the desktop window, the one that is shown first. `Mod` is Ctrl, on macOS ⌘. */
  desktop: readonly string[]
  /** Chords of a browser tab, where the Ctrl forms belong to the browser. `G P` is one key after the other. */
  browser: readonly string[]
  label: keyof typeof strings.shortcuts.does
}

const both = (...chords: string[]): Pick<Shortcut, 'desktop' | 'browser'> => ({ desktop: chords, browser: chords })

export const keymap: readonly Shortcut[] = [
  { command: 'palette', on: 'window', desktop: ['Mod K'], browser: ['Shift Space'], label: 'palette' },
  { command: 'add_provider', on: 'window', desktop: ['Mod N'], browser: ['N'], label: 'add_provider' },
  { command: 'search', on: 'window', desktop: ['Mod F', '/'], browser: ['/'], label: 'search' },
  { command: 'go_providers', on: 'window', desktop: ['Mod 1'], browser: ['G P'], label: 'go_providers' },
  { command: 'go_tools', on: 'window', desktop: ['Mod 2'], browser: ['G T'], label: 'go_tools' },
  { command: 'go_usage', on: 'window', desktop: ['Mod 3'], browser: ['G U'], label: 'go_usage' },
  { command: 'go_activity', on: 'window', desktop: ['Mod 4'], browser: ['G A'], label: 'go_activity' },
  { command: 'go_settings', on: 'window', desktop: ['Mod ,'], browser: ['G S'], label: 'go_settings' },
  { command: 'lock', on: 'window', desktop: ['Mod L'], browser: ['L'], label: 'lock' },
  { command: 'shortcuts', on: 'window', ...both('?'), label: 'shortcuts' },
  { command: 'undo', on: 'window', ...both('Mod Z'), label: 'undo' },
  { command: 'set_key', on: 'card', ...both('K'), label: 'set_key' },
  { command: 'copy_key', on: 'card', desktop: ['C'], browser: [], label: 'copy_key' },
  { command: 'test_key', on: 'card', ...both('T'), label: 'test_key' },
  { command: 'edit', on: 'card', ...both('E'), label: 'edit' },
  { command: 'models', on: 'card', ...both('M'), label: 'models' },
  { command: 'remove', on: 'card', ...both('Del'), label: 'remove' },
]

/** What of a key press matters here. */
export interface Press {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  shiftKey: boolean
  altKey: boolean
}

export interface Platform {
  desktop: boolean
  mac: boolean
}

/** A press in the words of the table: `Mod K`, `Shift Space`, `?`, `Del`; undefined for what no chord can be. */
export function chordOf(press: Press, mac: boolean): string | undefined {
  if (press.altKey || (mac ? press.ctrlKey : press.metaKey)) return undefined
  const mod = mac ? press.metaKey : press.ctrlKey
  // The delete key of a Mac is the one that Chromium calls Backspace.
  const names: Record<string, string> = {
    ' ': 'Space',
    Delete: 'Del',
    Escape: 'Esc',
    ...(mac ? { Backspace: 'Del' } : {}),
  }
  const key = names[press.key] ?? (press.key.length === 1 ? press.key.toUpperCase() : press.key)
  // Signs such as ? and / already say whether Shift was held; letters and Space do not.
  const isSign = key.length === 1 && !/[A-Z0-9]/.test(key)
  return [mod ? 'Mod' : '', press.shiftKey && !isSign ? 'Shift' : '', key].filter((part) => part !== '').join(' ')
}

/** The command of a press, given the key that was pressed just before it. */
export function commandOf(
  press: Press,
  before: string | undefined,
  on: Shortcut['on'],
  { desktop, mac }: Platform,
): Command | undefined {
  const chord = chordOf(press, mac)
  if (chord === undefined) return undefined
  const isMeant = (shortcut: Shortcut): boolean => {
    const chords = desktop ? shortcut.desktop : shortcut.browser
    return shortcut.on === on && (chords.includes(chord) || (before === 'G' && chords.includes(`G ${chord}`)))
  }
  return keymap.find(isMeant)?.command
}

/** The chord of a command that is shown beside it. */
export function shownChord(command: Command, desktop: boolean): string | undefined {
  const shortcut = keymap.find((row) => row.command === command)
  return (desktop ? shortcut?.desktop : shortcut?.browser)?.[0]
}

/** A chord as key caps in the platform's form: `Mod K` → `Ctrl`, `K`, on macOS `⌘K`. */
export function capsOf(chord: string, mac: boolean): string[] {
  const parts = chord.split(' ')
  if (!mac) return parts.map((part) => (part === 'Mod' ? 'Ctrl' : part))
  const signs: Record<string, string> = { Mod: '⌘', Shift: '⇧', Del: '⌫' }
  const shown = parts.map((part) => signs[part] ?? part)
  return parts[0] === 'Mod' || parts[0] === 'Shift' ? [shown.join('')] : shown
}
