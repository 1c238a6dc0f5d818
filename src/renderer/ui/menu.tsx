import type { LucideIcon } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useRef, type ReactNode } from 'react'
import { useOverlays } from '../state/overlays.ts'
import { Icon } from './icon.tsx'
import { KeyCaps } from './key-caps.tsx'

interface MenuProps {
  /** A single control that opens it. */
  trigger: ReactNode
  children: ReactNode
  onOpen?: () => void
  /** A field that one of its entries opened, if any: it has the focus once the menu is gone. */
  fieldAfter?: () => HTMLElement | null | undefined
}

/** A list of acts under a button. */
export function Menu({ trigger, children, onOpen, fieldAfter }: MenuProps) {
  const overlayAtOpening = useRef<string>(undefined)
  return (
    <DropdownMenu.Root
      modal={false}
      onOpenChange={(open) => {
        if (!open) return
        overlayAtOpening.current = useOverlays.getState().overlay?.kind
        onOpen?.()
      }}
    >
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          loop
          onCloseAutoFocus={(event) => {
            // What an entry opened has the focus already.
            const { overlay, confirm } = useOverlays.getState()
            const field = fieldAfter?.()
            const isTaken = overlay?.kind !== overlayAtOpening.current || confirm !== null
            if (isTaken || (field !== undefined && field !== null)) event.preventDefault()
            // Only now: while the menu fades, the pointer over it takes the focus back.
            if (!isTaken) field?.focus()
          }}
          className="z-40 min-w-52 rounded-8 border border-line-2 bg-raised p-1 shadow-menu data-[state=closed]:animate-rise-out data-[state=open]:animate-rise-in"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

interface MenuItemProps {
  icon: LucideIcon
  label: string
  chord?: string | undefined
  danger?: boolean
  why?: string | undefined
  onSelect: () => void
}

export function MenuItem({ icon, label, chord, danger = false, why, onSelect }: MenuItemProps) {
  return (
    <DropdownMenu.Item
      disabled={why !== undefined}
      title={why}
      onSelect={onSelect}
      className={`flex h-7 items-center gap-2 rounded-6 px-2 text-13 outline-none data-disabled:text-text-3 data-highlighted:bg-hover ${danger ? 'text-bad' : 'text-text'}`}
    >
      <Icon of={icon} size={14} className={danger ? '' : 'text-text-3'} />
      <span className="grow pr-4">{label}</span>
      <KeyCaps chord={chord} />
    </DropdownMenu.Item>
  )
}

export function MenuLine() {
  return <DropdownMenu.Separator className="mx-1 my-1 h-px bg-line" />
}
