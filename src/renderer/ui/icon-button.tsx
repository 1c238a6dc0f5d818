import type { LucideIcon } from 'lucide-react'
import type { ComponentProps, MouseEvent } from 'react'
import { Icon } from './icon.tsx'
import { sayChord } from './key-caps.tsx'
import { tip, whyOff } from './tooltip.tsx'

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'disabled' | 'children'> {
  icon: LucideIcon
  /** Its accessible name, and what its tooltip says, unless `says` or `why` do. */
  name: string
  says?: string
  chord?: string | undefined
  why?: string | undefined
}

/** A 28 × 28 button that is an icon. Always visible, always named. */
export function IconButton({ icon, name, says = name, chord, why, className = '', onClick, ...rest }: IconButtonProps) {
  const isOff = why !== undefined
  const click = (event: MouseEvent<HTMLButtonElement>): void => {
    if (isOff) event.preventDefault()
    else onClick?.(event)
  }
  return (
    <button
      type="button"
      {...rest}
      {...(isOff ? whyOff(why) : tip(says, sayChord(chord)))}
      onClick={click}
      aria-label={name}
      aria-disabled={isOff || undefined}
      className={`inline-flex size-7 shrink-0 items-center justify-center rounded-6 transition-colors ${isOff ? 'text-field' : 'text-text-3 hover:bg-hover hover:text-text active:bg-active data-[state=open]:bg-hover data-[state=open]:text-text'} ${className}`}
    >
      <Icon of={icon} />
    </button>
  )
}
