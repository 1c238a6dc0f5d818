import { Copy, Trash2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useOverlays } from '../state/overlays.ts'
import { closeToast, undoToast, useToast, type Toast } from '../state/toasts.ts'
import { strings } from '../strings.ts'
import { Icon } from './icon.tsx'

const AFTERWARDS_MS = 4_000

export const isInToast = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[data-toast-region]') !== null

/**
 * Where the one toast stands: at the bottom of the page, or beside an open drawer. An open dialog has a region of its
 * own (`inside`), so that the toast is within reach of the focus it keeps.
 */
export function ToastRegion({ inside = false }: { inside?: boolean }) {
  const toast = useToast((state) => state.toast)
  const kind = useOverlays(({ overlay }) => overlay?.kind)
  const isShown = inside === (kind !== undefined)
  const place = kind === 'edit' ? 'right-[min(500px,100vw-320px)]' : 'left-1/2 -translate-x-1/2'
  return (
    <div role="status" data-toast-region="" className={`fixed bottom-5 z-40 ${place}`}>
      {isShown && toast !== null && <ToastCard key={toast.id} toast={toast} />}
    </div>
  )
}

function ToastCard({ toast }: { toast: Toast }) {
  const { left, hold, release } = useCountdown(toast)
  const isOver = left === 0
  return (
    <div
      onPointerEnter={hold}
      onPointerLeave={release}
      onFocus={hold}
      onBlur={release}
      className="flex h-10 items-center gap-2.5 rounded-8 bg-inverse px-3.5 text-13 font-medium whitespace-nowrap text-on-inverse shadow-menu animate-rise-in"
    >
      <Icon of={toast.icon === 'copied' ? Copy : Trash2} />
      <span className="max-w-80 truncate">{isOver ? toast.afterwards : toast.text}</span>
      {toast.undo !== undefined && (
        <button
          type="button"
          onClick={() => undoToast()}
          className="mx-2 rounded-4 underline underline-offset-3 outline-offset-4 focus-visible:outline-on-inverse"
        >
          {strings.action.undo}
        </button>
      )}
      {/* The seconds are for the eye; read out, they would talk without end. */}
      {!isOver && (
        <span aria-hidden className="tabular min-w-7 text-right font-normal text-on-inverse-2">
          {left} s
        </span>
      )}
    </div>
  )
}

/** Seconds left. An undo waits while pointer or focus is on it; the clipboard's time does not. */
function useCountdown(toast: Toast): { left: number; hold: () => void; release: () => void } {
  const endsAt = useRef(toast.ends_at)
  const heldSince = useRef<number | null>(null)
  const [left, setLeft] = useState(() => secondsUntil(toast.ends_at))
  useEffect(() => {
    const timer = setInterval(() => {
      if (heldSince.current !== null) return
      const seconds = secondsUntil(endsAt.current)
      setLeft(seconds)
      const stays = toast.afterwards === undefined ? 0 : AFTERWARDS_MS
      if (Date.now() >= endsAt.current + stays) closeToast(toast.id)
    }, 250)
    return () => clearInterval(timer)
  }, [toast])
  const canHold = toast.undo !== undefined
  return {
    left,
    hold: () => {
      if (canHold) heldSince.current ??= Date.now()
    },
    release: () => {
      if (heldSince.current === null) return
      endsAt.current += Date.now() - heldSince.current
      heldSince.current = null
    },
  }
}

const secondsUntil = (at: number): number => Math.max(0, Math.ceil((at - Date.now()) / 1_000))
