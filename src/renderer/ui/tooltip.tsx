import { Tooltip as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

interface TooltipProps {
  /** Nothing to say: no tooltip. */
  text: string | undefined
  chord?: string | undefined
  side?: 'top' | 'right' | 'bottom' | 'left'
  children: ReactNode
}

/** A word on a control, after half a second. It adds to the control's name and never replaces it. */
export function Tooltip({ text, chord, side = 'top', children }: TooltipProps) {
  if (text === undefined) return children
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex max-w-80 gap-2 rounded-6 bg-inverse px-2 py-1 text-12 wrap-anywhere text-on-inverse shadow-menu data-[state=delayed-open]:animate-fade-in"
        >
          {text}
          {chord !== undefined && <span className="text-on-inverse-2">{chord}</span>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
