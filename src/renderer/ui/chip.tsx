import { CircleAlert, CircleCheck, CircleDashed, SquareTerminal, type LucideIcon } from 'lucide-react'
import type { KeyState } from '../../shared/schemas.ts'
import { strings } from '../strings.ts'
import { Icon } from './icon.tsx'

const looks: Record<KeyState, { icon: LucideIcon; color: string; text: string }> = {
  stored: { icon: CircleCheck, color: 'text-ok', text: 'text-text-2' },
  none: { icon: CircleDashed, color: 'text-text-3', text: 'text-text-2' },
  environment: { icon: SquareTerminal, color: 'text-text-3', text: 'text-text-2' },
  unreadable: { icon: CircleAlert, color: 'text-bad', text: 'text-bad' },
}

/** The state of a key: quiet where it is fine, filled where a person has to act. */
export function KeyChip({ state, id, more }: { state: KeyState; id?: string; more?: string }) {
  const { icon, color, text } = looks[state]
  const fill = state === 'unreadable' ? 'rounded-6 bg-bad-bg px-1.5' : ''
  return (
    <span
      id={id}
      className={`inline-flex h-[22px] shrink-0 items-center gap-1 text-12 whitespace-nowrap ${text} ${fill}`}
    >
      <Icon of={icon} size={14} className={color} />
      {more === undefined ? strings.vaultState[state] : `${strings.vaultState[state]}, ${more}`}
    </span>
  )
}

/** A word about a thing, such as Custom. */
export function Tag({ children }: { children: string }) {
  return (
    <span className="inline-flex h-5 shrink-0 items-center rounded-4 bg-hover px-1.5 text-11 font-medium text-text-2">
      {children}
    </span>
  )
}
