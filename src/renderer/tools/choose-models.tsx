import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowLeft } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import { searchModels } from '../drawer/search-models.ts'
import { useProviders } from '../state/providers.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { DialogFooter } from '../ui/dialog.tsx'
import { monoWidth, Pieces, useWidth } from '../ui/fitted-text.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { middleEllipsis } from '../ui/middle-ellipsis.ts'
import { rangeWith } from '../ui/range-with.ts'
import { SearchField } from '../ui/search-field.tsx'
import { offeredModels, type OfferedModel } from './offered-models.ts'
import type { TokenDraft } from './token-form.ts'

const ROW = 36
/** What a row has beside the id: paddings, box and gap. */
const REST_WIDTH = 68

interface ChooseModelsProps {
  /** Its name. */
  provider: string
  draft: TokenDraft
  onChange: (part: Partial<TokenDraft>) => void
  onBack: () => void
}

/** The models of one provider that a tool may use: all, or those that are ticked. Covers the form of the token. */
export function ChooseModels({ provider: name, draft, onChange, onBack }: ChooseModelsProps) {
  const provider = useProviders((state) => state.list.find((one) => one.name === name))
  const [typed, setTyped] = useState('')
  const query = useDeferredValue(typed)
  const search = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const chosen = draft.models.get(name)
  // What is ticked off stays in sight until the list is closed.
  const [atFirst] = useState(chosen)
  const listed = provider?.models
  const offered = useMemo(
    () => offeredModels(listed ?? [], new Set([...(atFirst ?? []), ...(chosen ?? [])])),
    [listed, atFirst, chosen],
  )
  const shown = useMemo(() => searchModels(offered, query), [offered, query])
  useEffect(() => search.current?.focus(), [])
  const { tools } = strings
  const title = tools.modelsOf(provider?.display_name ?? name)
  const wanted = query.trim()

  const choose = (next: ReadonlySet<string> | undefined): void => {
    const models = new Map(draft.models)
    if (next === undefined) models.delete(name)
    else models.set(name, next)
    onChange({ models })
  }
  const tick = (model: string, on: boolean): void => {
    const next = new Set(chosen ?? offered.map((one) => one.name))
    if (on) next.add(model)
    else next.delete(model)
    choose(next)
  }
  const allow = (): void => {
    choose(new Set([...(chosen ?? []), wanted]))
    setTyped('')
    search.current?.focus()
  }
  return (
    <section aria-label={title} className="absolute inset-0 z-10 flex flex-col rounded-12 bg-raised">
      <header className="flex h-13 shrink-0 items-center gap-2 border-b border-line pr-5 pl-3.5">
        <IconButton icon={ArrowLeft} name={tools.backToToken} chord="Esc" onClick={onBack} />
        <h3 title={title} className="min-w-0 grow truncate text-15 font-semibold">
          {title}
        </h3>
        <span role="status" className="tabular shrink-0 text-12 text-text-2">
          {chosen === undefined ? tools.allModels : tools.someModels(chosen.size, offered.length)}
        </span>
      </header>
      <div className="flex shrink-0 flex-col gap-1 border-b border-line px-5 pt-3 pb-1">
        <SearchField
          ref={search}
          mono
          name={strings.models.search}
          placeholder={strings.models.search}
          value={typed}
          onChange={setTyped}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return
            event.preventDefault()
            list.current?.querySelector<HTMLElement>('input[tabindex="0"]')?.focus()
          }}
        />
        <Checkbox
          checked={chosen === undefined}
          onChange={(all) => choose(all ? undefined : new Set())}
          className="h-9 shrink-0"
        >
          <span className="truncate text-13">{tools.allModelsAndNew}</span>
        </Checkbox>
      </div>
      <div ref={list} className="min-h-0 grow overflow-y-auto">
        {shown.length > 0 ? (
          <ModelRows
            title={title}
            models={shown}
            query={wanted}
            isTicked={(model) => chosen?.has(model) !== false}
            onTick={tick}
            list={list}
            onLeave={() => search.current?.focus()}
          />
        ) : (
          <div className="flex flex-col items-center gap-3 px-5 py-8 text-center text-12 text-text-3">
            <p>{wanted === '' ? tools.noneListed(provider?.display_name ?? name) : tools.noModelListed(wanted)}</p>
            {wanted !== '' && (
              <Button small onClick={allow}>
                {tools.allow(wanted)}
              </Button>
            )}
          </div>
        )}
      </div>
      <DialogFooter>
        <Button look="primary" onClick={onBack}>
          {tools.done}
        </Button>
      </DialogFooter>
    </section>
  )
}

interface ModelRowsProps {
  title: string
  models: readonly OfferedModel[]
  query: string
  isTicked: (model: string) => boolean
  onTick: (model: string, on: boolean) => void
  /** The scroller: only the rows in sight are drawn. */
  list: RefObject<HTMLDivElement | null>
  /** Upward from the first. */
  onLeave: () => void
}

/** One tab stop; arrows move, Space ticks. */
function ModelRows({ title, models, query, isTicked, onTick, list, onLeave }: ModelRowsProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const [active, setActive] = useState<string>()
  const at = Math.max(
    0,
    models.findIndex(({ name }) => name === active),
  )
  const rows = useVirtualizer({
    count: models.length,
    getScrollElement: () => list.current,
    estimateSize: () => ROW,
    overscan: 8,
    useFlushSync: false,
    rangeExtractor: useMemo(() => rangeWith(at), [at]),
  })
  const keyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const last = models.length - 1
    const to = { ArrowDown: Math.min(at + 1, last), ArrowUp: at - 1, Home: 0, End: last }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const model = models[to]
    if (model === undefined) return onLeave()
    setActive(model.name)
    rows.scrollToIndex(to)
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-at="${to}"] input`)?.focus())
  }
  const chars = Math.max(12, Math.floor((width - REST_WIDTH) / monoWidth()))
  return (
    <div ref={box} role="group" aria-label={title} className="relative" style={{ height: models.length * ROW }}>
      {rows.getVirtualItems().map(({ index, start }) => {
        const model = models[index]
        if (model === undefined) return null
        return (
          <div
            key={model.name}
            data-at={index}
            className="absolute inset-x-0 border-b border-line hover:bg-hover"
            style={{ top: start, height: ROW }}
          >
            <Checkbox
              checked={isTicked(model.name)}
              onChange={(on) => {
                setActive(model.name)
                onTick(model.name, on)
              }}
              input={{ tabIndex: index === at ? 0 : -1, onKeyDown: keyDown }}
              className="h-full px-5"
            >
              <span title={model.name} className="mono min-w-0 overflow-hidden text-12 whitespace-nowrap">
                <span className="sr-only">{model.name}</span>
                <span aria-hidden>
                  <Pieces pieces={middleEllipsis(model.name, chars, query)} />
                </span>
              </span>
            </Checkbox>
          </div>
        )
      })}
    </div>
  )
}
