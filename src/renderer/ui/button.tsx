import { LoaderCircle, type LucideIcon } from 'lucide-react'
import type { ComponentProps, MouseEvent } from 'react'
import { Icon } from './icon.tsx'
import { whyOff } from './tooltip.tsx'

type Look = 'primary' | 'secondary' | 'ghost' | 'quiet_danger' | 'danger'

interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  look?: Look
  small?: boolean
  icon?: LucideIcon | undefined
  /** The verb in progress; while it is given the button is busy. */
  busy?: string | false | undefined
  /** Why it is off: it stays focusable and says so. */
  why?: string | undefined
}

const looks: Record<Look, string> = {
  primary: 'bg-accent text-on-accent shadow-card hover:bg-accent-hover active:bg-accent-hover',
  secondary:
    'border border-line-2 bg-surface text-text shadow-card hover:bg-hover active:bg-active group-data-raised:bg-raised group-data-raised:hover:bg-hover',
  ghost: 'text-text-2 hover:bg-hover hover:text-text active:bg-active',
  quiet_danger: 'border border-line-2 bg-surface text-bad shadow-card hover:bg-hover active:bg-active',
  danger: 'bg-bad-fill text-on-accent shadow-card hover:bg-bad-hover active:bg-bad-hover',
}

const OFF = 'bg-inset border border-line text-text-3'

/** A labelled button. The label is a verb. */
export function Button({ look = 'secondary', small = false, icon, busy = false, why, ...props }: ButtonProps) {
  const { children, className = '', onClick, ...rest } = props
  const isBusy = busy !== false
  const isOff = why !== undefined
  const size = small ? 'h-7 px-2.5 text-12' : 'h-8 px-3 text-13'
  const click = (event: MouseEvent<HTMLButtonElement>): void => {
    if (isOff || isBusy) event.preventDefault()
    else onClick?.(event)
  }
  return (
    <button
      type="button"
      {...rest}
      {...whyOff(why)}
      onClick={click}
      aria-disabled={isOff || isBusy || undefined}
      aria-busy={isBusy || undefined}
      data-primary={look === 'primary' || undefined}
      className={`inline-flex shrink-0 items-center justify-center gap-1.5 rounded-6 font-medium whitespace-nowrap transition-colors ${size} ${isOff ? OFF : looks[look]} ${className}`}
    >
      {isBusy ? <Spinner /> : icon !== undefined && <Icon of={icon} size={small ? 14 : 16} />}
      {isBusy ? busy : children}
    </button>
  )
}

/** Turns only once something takes longer than 300 ms. */
export function Spinner() {
  return (
    <span className="animate-appear-late">
      <Icon of={LoaderCircle} size={14} className="animate-spin" />
    </span>
  )
}

interface LinkButtonProps extends ComponentProps<'button'> {
  icon?: LucideIcon
}

/** A button in a sentence. */
export function LinkButton({ icon, children, className = '', ...rest }: LinkButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`inline-flex min-h-6 items-center gap-1 rounded-4 font-medium text-accent-text hover:underline ${className}`}
    >
      {children}
      {icon !== undefined && <Icon of={icon} size={14} />}
    </button>
  )
}
