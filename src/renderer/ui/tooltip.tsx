import { useEffect, useLayoutEffect, useRef, useState } from 'react'

type Side = 'top' | 'right'

interface Tip {
  text: string
  chord: string | undefined
  side: Side
  at: DOMRect
}

/** What a control carries to have a tooltip. It adds to the control's name and never replaces it. */
export function tip(text: string | undefined, chord?: string, side: Side = 'top') {
  if (text === undefined) return {}
  return { 'data-tip': text, 'data-tip-chord': chord, 'data-tip-side': side }
}

/** The tooltip of a control that is off, read out too: why it is. */
export function whyOff(why: string | undefined) {
  return why === undefined ? {} : { ...tip(why), 'aria-description': why }
}

const DELAY_MS = 500
/** Going from one control to the next, the words follow at once. */
const WARM_MS = 300
const GAP = 6
const EDGE = 8

/**
 * The one tooltip of the window: after half a second over a control, or with the keyboard on it. It is no layer of its
 * own, so that Esc closes what it stands in at the first press.
 */
export function TooltipHost() {
  const tipNow = useTip()
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null || tipNow === null) return
    const { width, height } = element.getBoundingClientRect()
    const { at, side } = tipNow
    const above = at.top - height - GAP
    const y = side === 'right' ? at.top + (at.height - height) / 2 : above < EDGE ? at.bottom + GAP : above
    const x = side === 'right' ? at.right + GAP : at.left + (at.width - width) / 2
    element.style.left = `${clamp(x, window.innerWidth - width)}px`
    element.style.top = `${clamp(y, window.innerHeight - height)}px`
  }, [tipNow])
  if (tipNow === null) return null
  return (
    <div
      ref={box}
      role="tooltip"
      className="pointer-events-none fixed z-50 flex max-w-80 animate-fade-in gap-2 rounded-6 bg-inverse px-2 py-1 text-12 wrap-anywhere text-on-inverse shadow-menu"
    >
      {tipNow.text}
      {tipNow.chord !== undefined && <span className="text-on-inverse-2">{tipNow.chord}</span>}
    </div>
  )
}

const clamp = (value: number, most: number): number => Math.max(EDGE, Math.min(value, most - EDGE))

function useTip(): Tip | null {
  const [shown, setShown] = useState<Tip | null>(null)
  useEffect(() => {
    const stop = new AbortController()
    let over: Element | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    let isShown = false
    let shownAt = 0
    const hide = (): void => {
      clearTimeout(timer)
      if (!isShown) return
      isShown = false
      shownAt = Date.now()
      setShown(null)
    }
    const show = (element: HTMLElement): void => {
      const { tip: text, tipChord, tipSide } = element.dataset
      if (text === undefined || !element.isConnected) return
      isShown = true
      const side = tipSide === 'right' ? 'right' : 'top'
      setShown({ text, chord: tipChord, side, at: element.getBoundingClientRect() })
    }
    const aim = (target: EventTarget | null): void => {
      const element = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null
      if (element === over) return
      const isWarm = Date.now() - shownAt < WARM_MS
      over = element
      hide()
      if (element !== null) timer = setTimeout(() => show(element), isWarm ? 0 : DELAY_MS)
    }
    const { signal } = stop
    document.addEventListener('pointerover', (event) => aim(event.target), { signal })
    document.addEventListener(
      'focusin',
      (event) => {
        if (event.target instanceof Element && event.target.matches(':focus-visible')) aim(event.target)
      },
      { signal },
    )
    document.addEventListener('focusout', () => aim(null), { signal })
    for (const event of ['keydown', 'pointerdown', 'scroll'] as const) {
      document.addEventListener(event, hide, { signal, capture: true })
    }
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [])
  return shown
}
