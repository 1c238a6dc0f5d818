import { Download, Plus } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { PageProblemNote } from '../layout/page-notes.tsx'
import { isUsable } from '../providers/has-key.ts'
import { useProvider } from '../state/providers.ts'
import { useWriteBlock } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { KeyCaps } from '../ui/key-caps.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { formatNumber } from '../words.ts'
import { AddModel } from './add-model.tsx'
import { FetchModels } from './fetch-models.tsx'
import { ModelGrid } from './model-grid.tsx'
import { searchModels } from './search-models.ts'

/** All models of a provider, with the whole drawer for them. */
export function ModelsView({ id, back }: { id: number; back: ReactNode }) {
  const provider = useProvider(id)
  const [typed, setTyped] = useState('')
  const [open, setOpen] = useState<'add' | 'fetch'>()
  const query = useDeferredValue(typed)
  const scroller = useRef<HTMLDivElement>(null)
  const search = useRef<HTMLInputElement>(null)
  const models = provider?.models
  const shown = useMemo(() => searchModels(models ?? [], query), [models, query])
  const block = useWriteBlock()
  useEffect(() => search.current?.focus(), [])
  if (models === undefined) return null
  const { models: words } = strings
  const isSearched = query.trim() !== ''
  return (
    <section aria-label={words.title} className="flex min-h-0 grow flex-col">
      <div className="flex shrink-0 flex-col gap-2 border-b border-line px-5 py-2.5">
        <div className="flex h-8 items-center gap-1.5">
          {back}
          <h3 className="grow text-13 font-semibold">
            {words.title}{' '}
            <span role="status" className="tabular ml-1 font-normal text-text-3">
              {isSearched ? words.of(shown.length, models.length) : formatNumber(models.length)}
            </span>
          </h3>
          {provider !== undefined && isUsable(provider) && provider.base_url !== null && (
            <Button
              small
              icon={Download}
              why={block}
              aria-expanded={open === 'fetch'}
              onClick={() => setOpen(open === 'fetch' ? undefined : 'fetch')}
            >
              {words.fetch}
            </Button>
          )}
          <Button
            small
            icon={Plus}
            why={block}
            aria-expanded={open === 'add'}
            onClick={() => setOpen(open === 'add' ? undefined : 'add')}
          >
            {words.addModel}
          </Button>
        </div>
        <SearchField
          ref={search}
          mono
          name={words.search}
          placeholder={words.search}
          value={typed}
          onChange={setTyped}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return
            event.preventDefault()
            scroller.current?.querySelector<HTMLElement>('[role="row"][tabindex="0"]')?.focus()
          }}
        />
        <PageProblemNote />
      </div>
      {open === 'fetch' && provider !== undefined && (
        <div className="shrink-0 border-b border-line">
          <FetchModels provider={provider} onDone={() => setOpen(undefined)} />
        </div>
      )}
      {open === 'add' && (
        <div className="shrink-0 border-b border-line">
          <AddModel id={id} autoFocus onAdded={() => setTyped('')} />
        </div>
      )}
      <div ref={scroller} className="-mt-px min-h-0 grow overflow-y-auto">
        {shown.length > 0 ? (
          <ModelGrid id={id} models={shown} query={query} scroller={scroller} />
        ) : (
          <EmptyState
            title={isSearched ? words.noHitTitle(query) : words.noneTitle}
            text={isSearched ? words.noHitText : words.noneText}
            action={
              isSearched && (
                <Button small onClick={() => setTyped('')}>
                  {strings.action.clearSearch}
                </Button>
              )
            }
          />
        )}
      </div>
      <footer
        aria-hidden
        className="flex h-10 shrink-0 items-center gap-4 border-t border-line px-5 text-11 text-text-3"
      >
        <Hint chords={['↑', '↓']} text={words.hintMove} />
        <Hint chords={['Del']} text={words.hintDelete} />
        <Hint chords={['Esc']} text={words.hintBack} />
      </footer>
    </section>
  )
}

function Hint({ chords, text }: { chords: readonly string[]; text: string }) {
  return (
    <span className="flex items-center gap-1.5">
      {chords.map((chord) => (
        <KeyCaps key={chord} chord={chord} />
      ))}
      {text}
    </span>
  )
}
