import { capsOf } from '../keyboard/keymap.ts'
import { isMac } from '../keyboard/platform.ts'

/** A chord of the keymap as key caps in the platform's form. For the eye: the control's name says what it does. */
export function KeyCaps({ chord, className = '' }: { chord: string | undefined; className?: string }) {
  if (chord === undefined) return null
  return (
    <span aria-hidden className={`inline-flex shrink-0 gap-1 ${className}`}>
      {capsOf(chord, isMac).map((cap) => (
        <KeyCap key={cap}>{cap}</KeyCap>
      ))}
    </span>
  )
}

export function KeyCap({ children }: { children: string }) {
  return (
    <kbd className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-4 border border-line-2 bg-surface px-1 font-sans text-11 text-text-2">
      {children}
    </kbd>
  )
}

/** A chord as text, for a tooltip. */
export const sayChord = (chord: string | undefined): string | undefined =>
  chord === undefined ? undefined : capsOf(chord, isMac).join(' ')
