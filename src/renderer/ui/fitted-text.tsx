import { useLayoutEffect, useRef, useState, type RefObject } from 'react'
import { middleEllipsis, type Piece } from './middle-ellipsis.ts'

let measured: number | undefined

/** The width of one character of the 12 px mono type, in pixels. */
export function monoWidth(): number {
  if (measured === undefined) {
    const probe = document.createElement('span')
    probe.className = 'mono text-12 absolute invisible'
    probe.textContent = '0'.repeat(100)
    document.body.append(probe)
    measured = probe.getBoundingClientRect().width / 100
    probe.remove()
  }
  return measured
}

/** The inner width of a box, kept up to date. */
export function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = (): void => setWidth(element.clientWidth)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [box])
  return width
}

/** Pieces of a text, with what was searched for coloured and bold. */
export function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  let at = 0
  return pieces.map(({ text, hit }) => {
    const key = at
    at += text.length
    return hit ? (
      <b key={key} className="font-semibold text-accent-text">
        {text}
      </b>
    ) : (
      <span key={key}>{text}</span>
    )
  })
}

/** A path or address in mono type, cut in its middle where it does not fit. The whole stays in title and for readers. */
export function FittedText({ text }: { text: string }) {
  const box = useRef<HTMLSpanElement>(null)
  const width = useWidth(box)
  const max = width === 0 ? text.length : Math.max(12, Math.floor(width / monoWidth()))
  return (
    <span
      ref={box}
      title={text}
      className="mono block min-w-0 grow overflow-hidden text-12 whitespace-nowrap select-text"
    >
      <span className="sr-only">{text}</span>
      <span aria-hidden>
        <Pieces pieces={middleEllipsis(text, max)} />
      </span>
    </span>
  )
}
