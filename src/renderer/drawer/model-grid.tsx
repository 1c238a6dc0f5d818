import { useVirtualizer } from '@tanstack/react-virtual'
import { Trash2 } from 'lucide-react'
import { memo, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import type { Model } from '../../shared/schemas.ts'
import { useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { monoWidth, Pieces, useWidth } from '../ui/fitted-text.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { middleEllipsis } from '../ui/middle-ellipsis.ts'
import { rangeWith } from '../ui/range-with.ts'
import { deleteWithUndo } from './delete-with-undo.ts'

const ROW = 36
/** What the display name keeps of a row before its id is cut. */
const NAME_WIDTH = 128
/** Paddings, gap and the button. */
const REST_WIDTH = 84

interface ModelGridProps {
  id: number
  models: readonly Model[]
  query: string
  /** The scroller it stands in alone: only the rows in sight are drawn then. */
  scroller?: RefObject<HTMLDivElement | null>
}

/** Models as rows: one tab stop, arrows move, Del deletes with undo. */
export function ModelGrid({ id, models, query, scroller }: ModelGridProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const [activeName, setActiveName] = useState<string>()
  const block = useWriteBlock()
  const activeAt = Math.max(
    0,
    models.findIndex(({ name }) => name === activeName),
  )
  const rows = useVirtualizer({
    enabled: scroller !== undefined,
    count: models.length,
    getScrollElement: () => scroller?.current ?? null,
    estimateSize: () => ROW,
    overscan: 8,
    useFlushSync: false,
    rangeExtractor: useMemo(() => rangeWith(activeAt), [activeAt]),
  })
  const items =
    scroller === undefined ? models.map((_, index) => ({ index, start: index * ROW })) : rows.getVirtualItems()

  const focusRow = (at: number): void => {
    const model = models[at]
    if (model === undefined) return
    setActiveName(model.name)
    if (scroller !== undefined) rows.scrollToIndex(at)
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[aria-rowindex="${at + 1}"]`)?.focus())
  }
  const remove = async (at: number): Promise<void> => {
    const model = models[at]
    if (model === undefined || block !== undefined) return
    // The next row takes its place, and the focus.
    const next = models[at + 1] ?? models[at - 1]
    setActiveName(next?.name)
    await deleteWithUndo(id, model)
    requestAnimationFrame(() => {
      const place = box.current ?? document
      place.querySelector<HTMLElement>('[role="row"][tabindex="0"], [role="dialog"] input')?.focus()
    })
  }
  const keyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (!(event.target instanceof HTMLElement) || event.target.role !== 'row') return
    const last = models.length - 1
    const to = { ArrowDown: Math.min(activeAt + 1, last), ArrowUp: activeAt - 1, Home: 0, End: last }[event.key]
    if (event.key === 'Delete' || (event.key === 'Backspace' && event.metaKey)) void remove(activeAt)
    else if (to === undefined || to < 0) return
    else focusRow(to)
    event.preventDefault()
  }
  const ids = Math.floor((width - REST_WIDTH) / monoWidth())
  const idsBesideNames = Math.floor((width - REST_WIDTH - NAME_WIDTH) / monoWidth())
  return (
    <div
      ref={box}
      role="grid"
      tabIndex={-1}
      aria-label={strings.models.list}
      aria-rowcount={models.length}
      onKeyDown={keyDown}
      className="relative outline-none"
      style={{ height: models.length * ROW }}
    >
      {items.map(({ index, start }) => {
        const model = models[index]
        if (model === undefined) return null
        return (
          <ModelRow
            key={model.name}
            model={model}
            index={index}
            start={start}
            query={query}
            isTabStop={index === activeAt}
            chars={Math.max(12, model.display_name === model.name ? ids : idsBesideNames)}
            block={block}
            isAlone={scroller !== undefined}
            onFocus={() => setActiveName(model.name)}
            onDelete={() => void remove(index)}
          />
        )
      })}
    </div>
  )
}

interface ModelRowProps {
  model: Model
  index: number
  start: number
  query: string
  isTabStop: boolean
  /** How many characters of the id fit. */
  chars: number
  block: string | undefined
  /** It runs from edge to edge of the drawer. */
  isAlone: boolean
  onFocus: () => void
  onDelete: () => void
}

const ModelRow = memo(function ModelRow({ model, index, start, query, isTabStop, chars, ...props }: ModelRowProps) {
  const { block, isAlone, onFocus, onDelete } = props
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      aria-label={model.name}
      tabIndex={isTabStop ? 0 : -1}
      onFocus={onFocus}
      className={`absolute inset-x-0 flex h-9 items-center gap-3 border-t border-line hover:bg-hover focus-visible:-outline-offset-2 ${isAlone ? 'pr-3.5 pl-5' : 'pr-1.5 pl-3'}`}
      style={{ top: start }}
    >
      <span role="gridcell" title={model.name} className="mono shrink-0 text-12 whitespace-nowrap">
        <span className="sr-only">{model.name}</span>
        <span aria-hidden>
          <Pieces pieces={middleEllipsis(model.name, chars, query.trim())} />
        </span>
      </span>
      <span role="gridcell" title={model.display_name} className="min-w-0 grow truncate text-right text-12 text-text-3">
        {model.display_name === model.name ? '' : model.display_name}
      </span>
      <span role="gridcell">
        <IconButton
          icon={Trash2}
          name={strings.models.delete(model.name)}
          says={strings.action.delete}
          chord="Del"
          why={block}
          tabIndex={isTabStop ? 0 : -1}
          onClick={onDelete}
        />
      </span>
    </div>
  )
})
