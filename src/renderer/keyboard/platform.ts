import { useDesktop } from '../state/status.ts'
import type { Platform } from './keymap.ts'

export const isMac = /^mac/i.test(navigator.platform)

/** Which keyboard the person has before them, and which of its chords are ours. */
export function usePlatform(): Platform {
  return { desktop: useDesktop(), mac: isMac }
}
