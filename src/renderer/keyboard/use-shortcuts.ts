import { useEffect } from 'react'
import { addProvider, goTo, openPalette, openShortcuts } from '../state/window.ts'
import { lockOrHide } from '../lock/lock-now.ts'
import { isAnythingOpen } from '../state/overlays.ts'
import { isDesktop, isLocked } from '../state/status.ts'
import { undoToast } from '../state/toasts.ts'
import { chordOf, commandOf, type Command } from './keymap.ts'
import { isMac } from './platform.ts'

/** Two keys in a row, such as G P, belong together for this long. */
const SEQUENCE_MS = 1_500

/** True while what is typed goes into a field. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
}

/** The keys that act wherever focus is, while nothing lies over the page. */
export function useShortcuts(): void {
  useEffect(() => {
    let before: string | undefined
    let beforeAt = 0
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return
      const typing = isTyping(event.target)
      const isChord = event.ctrlKey || event.metaKey
      if (typing && !isChord) return
      const recent = Date.now() - beforeAt < SEQUENCE_MS ? before : undefined
      const command = commandOf(event, recent, 'window', { desktop: isDesktop(), mac: isMac })
      before = chordOf(event, isMac)
      beforeAt = Date.now()
      // In a field Ctrl Z takes back what was typed; over the page only undo is ours.
      if (command === undefined || (command === 'undo' && typing)) return
      // What is locked shows nothing but its own field; and locking waits for no dialog.
      if (isLocked()) return
      if (command !== 'undo' && command !== 'lock' && isAnythingOpen()) return
      if (run(command)) event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}

function run(command: Command): boolean {
  if (command === 'palette') openPalette()
  else if (command === 'add_provider') addProvider()
  else if (command === 'search') return focusSearch()
  else if (command === 'go_providers') goTo('providers')
  else if (command === 'go_tools') goTo('tools')
  else if (command === 'go_usage') goTo('usage')
  else if (command === 'go_activity') goTo('activity')
  else if (command === 'go_settings') goTo('settings')
  else if (command === 'lock') lockOrHide()
  else if (command === 'shortcuts') openShortcuts()
  else if (command === 'undo') return undoToast()
  else return false
  return true
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('input[data-page-search]')
  field?.focus()
  field?.select()
  return field !== null
}
