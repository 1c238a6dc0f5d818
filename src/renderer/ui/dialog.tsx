import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { useState, type KeyboardEvent, type ReactNode } from 'react'
import { requestClose, returnOverlayFocus } from '../state/overlays.ts'
import { strings } from '../strings.ts'
import { IconButton } from './icon-button.tsx'
import { isInToast, ToastRegion } from './toast-region.tsx'

/** The last value that was there: what a closing overlay shows while it fades. */
export function useLast<T>(value: T | undefined): T | undefined {
  const [last, setLast] = useState(value)
  if (value !== undefined && value !== last) setLast(value)
  return value ?? last
}

/** Ctrl Enter presses the primary button of the surface it is typed in. */
export function pressPrimary(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  event.currentTarget.querySelector<HTMLButtonElement>('button[data-primary]')?.click()
}

interface SurfaceProps {
  open: boolean
  /** Its accessible name. */
  name: string
  className: string
  children: ReactNode
  /** Asked before Esc closes it; true where it has done something else. */
  onEscape?: () => boolean
}

/** Esc clears a search before it closes what the search stands in. */
const isFilledSearch = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement && target.dataset['search'] !== undefined && target.value !== ''

/** Presses of Esc that came to a surface which is only fading out. */
const takenWhileClosing = new WeakSet<Event>()

/** What dialogs, drawer and palette share: scrim, focus inside, Esc, and focus back to where it came from. */
export function Surface({ open, name, className, children, onEscape }: SurfaceProps) {
  return (
    <Radix.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) requestClose()
      }}
    >
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-20 bg-scrim data-[state=closed]:animate-fade-out data-[state=open]:animate-fade-in" />
        <Radix.Content
          aria-describedby={undefined}
          onKeyDown={(event) => {
            pressPrimary(event)
            // Pressed so soon after the opening that the surface before this one still takes it.
            const isFree = !event.defaultPrevented || takenWhileClosing.has(event.nativeEvent)
            if (event.key === 'Escape' && open && isFree && onEscape?.() !== true) requestClose()
          }}
          onOpenAutoFocus={(event) => {
            // A field that wants focus has taken it by now. Else the surface itself: keys act, and no button is armed.
            event.preventDefault()
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
          }}
          onEscapeKeyDown={(event) => {
            if (!open) takenWhileClosing.add(event)
            else if (isFilledSearch(event.target) || onEscape?.() === true) event.preventDefault()
          }}
          onInteractOutside={(event) => {
            if (isInToast(event.target)) event.preventDefault()
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            returnOverlayFocus()
          }}
          className={`group fixed z-30 flex flex-col bg-raised shadow-dialog outline-none ${className}`}
          data-raised=""
        >
          <Radix.Title className="sr-only">{name}</Radix.Title>
          {children}
          <ToastRegion inside />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

interface DialogProps {
  open: boolean
  title: string
  children: ReactNode
  /** 600 for the wizard, 560 for others. */
  wide?: boolean
  /** Keeps one height in every step, so that it does not jump. */
  steady?: boolean
  /** Asked before Esc closes it; true where it has done something else. */
  onEscape?: () => boolean
}

/** A dialog: its header, and whatever body and footer stand in it. */
export function Dialog({ open, title, children, wide = false, steady = false, ...rest }: DialogProps) {
  const size = `${wide ? 'w-[600px]' : 'w-[560px]'} ${steady ? 'h-[520px]' : 'h-fit'}`
  return (
    <Surface
      open={open}
      name={title}
      {...rest}
      className={`inset-0 m-auto max-h-[calc(100vh-48px)] max-w-[calc(100vw-48px)] rounded-12 data-[state=closed]:animate-rise-out data-[state=open]:animate-rise-in ${size}`}
    >
      {children}
    </Surface>
  )
}

/** Title left; steps or nothing in the middle; the close button. */
export function DialogHeader({
  title,
  children,
  closable = true,
}: {
  title: string
  children?: ReactNode
  closable?: boolean
}) {
  return (
    <header className="flex h-13 shrink-0 items-center gap-4 border-b border-line pr-3 pl-5">
      <h2 aria-hidden className="min-w-0 grow truncate text-15 font-semibold">
        {title}
      </h2>
      {children}
      {closable && <IconButton icon={X} name={strings.action.close} chord="Esc" onClick={requestClose} />}
    </header>
  )
}

export function DialogBody({ children, className = 'gap-5' }: { children: ReactNode; className?: string }) {
  return <div className={`flex min-h-0 grow flex-col overflow-y-auto p-5 ${className}`}>{children}</div>
}

/** Quiet acts left, Cancel and the primary right. */
export function DialogFooter({ left, children }: { left?: ReactNode; children: ReactNode }) {
  return (
    <footer className="flex min-h-14 shrink-0 flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-2">
      {left !== undefined && <div className="mr-auto flex items-center gap-2">{left}</div>}
      {children}
    </footer>
  )
}
