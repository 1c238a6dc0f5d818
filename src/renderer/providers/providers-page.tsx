import { Plus } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo } from 'react'
import { shownChord } from '../keyboard/keymap.ts'
import { usePlatform } from '../keyboard/platform.ts'
import { PageHeader } from '../layout/page-header.tsx'
import { PageNotes } from '../layout/page-notes.tsx'
import { RecoveryNote } from '../recovery/recovery-note.tsx'
import { useProviders } from '../state/providers.ts'
import { useWriteBlock } from '../state/status.ts'
import { addProvider, setFilter, setQuery, useWindow } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { NoProviders } from './no-providers.tsx'
import { focusFirstCard, ProviderGrid } from './provider-grid.tsx'
import { hasKey } from './has-key.ts'
import { haystackOf, searchProviders } from './search-providers.ts'

/** All providers as cards, with search and filter. */
export function ProvidersPage() {
  const list = useProviders((state) => state.list)
  const phase = useProviders((state) => state.phase)
  const filter = useWindow((state) => state.filter)
  // Typing goes on while the grid for the word before is still being drawn.
  const query = useDeferredValue(useWindow((state) => state.query))
  const found = useMemo(() => searchProviders(list, query, filter), [list, query, filter])
  useEffect(() => {
    const idle = setTimeout(() => list.forEach(haystackOf), 0)
    return () => clearTimeout(idle)
  }, [list])
  return (
    <>
      <PageHeader title={strings.providers.title} count={phase === 'ready' ? list.length : undefined}>
        <Search />
        <KeyFilterChoice />
        <AddProvider />
        {/* In the narrowest window search and filter have a line of their own. */}
        <span className="hidden h-0 basis-full max-wide:order-2 max-wide:block" />
      </PageHeader>
      <span role="status" className="sr-only">
        {query === '' ? '' : strings.providers.found(found.length)}
      </span>
      <PageNotes />
      <RecoveryNote />
      {phase === 'loading' ? (
        <LoadingCards />
      ) : found.length === 0 ? (
        <NoProviders query={query} />
      ) : (
        <ProviderGrid providers={found} />
      )}
    </>
  )
}

function Search() {
  const query = useWindow((state) => state.query)
  const { desktop } = usePlatform()
  return (
    <SearchField
      ofPage
      name={strings.providers.search}
      placeholder={strings.providers.searchPlaceholder}
      value={query}
      onChange={setQuery}
      chord={shownChord('search', desktop)}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowDown' && event.key !== 'Enter') return
        event.preventDefault()
        focusFirstCard()
      }}
      className="max-w-58 min-w-32 grow basis-32 max-roomy:[&_kbd]:hidden max-wide:order-3 max-wide:max-w-none"
    />
  )
}

function KeyFilterChoice() {
  const filter = useWindow((state) => state.filter)
  const list = useProviders((state) => state.list)
  const withKey = useMemo(() => list.filter(hasKey).length, [list])
  return (
    <Segmented
      className="max-wide:order-4"
      name={strings.providers.filter}
      value={filter}
      onChange={setFilter}
      choices={[
        { value: 'all', label: strings.providers.all, count: list.length },
        { value: 'with_key', label: strings.providers.withKey, count: withKey },
        { value: 'no_key', label: strings.providers.noKey, count: list.length - withKey },
      ]}
    />
  )
}

function AddProvider() {
  return (
    <Button look="primary" icon={Plus} why={useWriteBlock()} onClick={() => addProvider()}>
      {strings.action.addProvider}
    </Button>
  )
}

/** Cards of the right height, once it takes longer than a moment. */
function LoadingCards() {
  return (
    <div
      role="status"
      aria-label={strings.providers.loading}
      className="mx-auto grid w-full max-w-[1328px] animate-appear-late grid-cols-[repeat(auto-fill,minmax(310px,1fr))] gap-3 px-6 pt-5"
    >
      {['a', 'b', 'c', 'd'].map((card) => (
        <div key={card} className="h-[154px] rounded-8 border border-line bg-surface p-4">
          <div className="flex gap-3">
            <div className="size-9 rounded-8 bg-hover" />
            <div className="flex grow flex-col gap-2 pt-1.5">
              <div className="h-2.5 w-2/5 rounded-4 bg-hover" />
              <div className="h-2 w-3/5 rounded-4 bg-hover" />
            </div>
          </div>
        </div>
      ))}
    </div>
  )
}
