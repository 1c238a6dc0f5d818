import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { Provider } from '../../shared/schemas.ts'
import { setActive, useWindow } from '../state/window.ts'
import { strings } from '../strings.ts'
import { cardOf } from '../ui/focus-return.ts'
import { rangeWith } from '../ui/range-with.ts'
import { cardAfter, columnsIn, GAP } from './card-grid.ts'
import { ProviderCard } from './provider-card.tsx'

const CARD_HEIGHT = 154

/** Focus goes to the card that is the tab stop. */
export function focusFirstCard(): void {
  document.querySelector<HTMLElement>('[role="gridcell"][tabindex="0"]')?.focus()
}

/** The cards: one tab stop, arrows move, only the rows in sight are drawn. */
export function ProviderGrid({ providers }: { providers: readonly Provider[] }) {
  const scroller = useRef<HTMLDivElement>(null)
  const inner = useRef<HTMLDivElement>(null)
  const columns = useColumns(inner)
  const active_id = useWindow((state) => state.active_id)
  const activeAt = Math.max(
    0,
    providers.findIndex((provider) => provider.id === active_id),
  )
  const activeRow = Math.floor(activeAt / columns)
  const rows = useVirtualizer({
    count: Math.ceil(providers.length / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD_HEIGHT,
    gap: GAP,
    paddingStart: 20,
    paddingEnd: 24,
    scrollPaddingStart: 20,
    scrollPaddingEnd: 24,
    overscan: 1,
    // Rows that come into sight may be drawn in slices, like everything else.
    useFlushSync: false,
    rangeExtractor: useMemo(() => rangeWith(activeRow), [activeRow]),
  })

  const keepFocus = useFocusAfterDelete(providers, activeAt)
  const move = (event: KeyboardEvent<HTMLElement>): void => {
    if (!(event.target instanceof HTMLElement) || event.target.role !== 'gridcell') return
    const to = providers[cardAfter(event.key, activeAt, columns, providers.length)]
    if (!/^(Arrow|Home$|End$)/.test(event.key) || to === undefined) return
    event.preventDefault()
    rows.scrollToIndex(Math.floor(providers.indexOf(to) / columns))
    setActive(to.id)
    requestAnimationFrame(() => document.querySelector<HTMLElement>(cardOf(to.id))?.focus({ preventScroll: true }))
  }

  return (
    <div ref={scroller} className="min-h-0 grow overflow-y-auto">
      <div className="mx-auto max-w-[1328px] px-6">
        <div
          ref={inner}
          role="grid"
          tabIndex={-1}
          aria-label={strings.providers.grid}
          aria-rowcount={Math.ceil(providers.length / columns)}
          aria-colcount={columns}
          onKeyDown={move}
          onFocus={keepFocus}
          className="relative outline-none"
          style={{ height: rows.getTotalSize() }}
        >
          {rows.getVirtualItems().map(({ index, start }) => (
            <div
              key={index}
              role="row"
              aria-rowindex={index + 1}
              className="absolute inset-x-0 grid gap-3"
              style={{ top: start, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
            >
              {providers.slice(index * columns, (index + 1) * columns).map(({ id }, at) => (
                <ProviderCard key={id} id={id} column={at + 1} isTabStop={index * columns + at === activeAt} />
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}

function useColumns(box: React.RefObject<HTMLDivElement | null>): number {
  const [columns, setColumns] = useState(2)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = (): void => setColumns(columnsIn(element.clientWidth))
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [box])
  return columns
}

/** When the card that had focus is gone, the one in its place gets it. */
function useFocusAfterDelete(providers: readonly Provider[], activeAt: number): () => void {
  const focused = useRef<number | null>(null)
  const at = useRef(activeAt)
  useEffect(() => {
    const id = focused.current
    if (id !== null && !providers.some((provider) => provider.id === id) && document.activeElement === document.body) {
      const next = providers[Math.min(at.current, providers.length - 1)]
      focused.current = null
      if (next !== undefined) {
        setActive(next.id)
        requestAnimationFrame(() => document.querySelector<HTMLElement>(cardOf(next.id))?.focus())
      }
    }
  }, [providers])
  return () => {
    const card = document.activeElement?.closest<HTMLElement>('[data-provider-id]')
    focused.current = card === undefined || card === null ? null : Number(card.dataset['providerId'])
    at.current = activeAt
  }
}
