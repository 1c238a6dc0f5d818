import { Search } from 'lucide-react'
import { useEffect, useMemo, useState, type KeyboardEvent } from 'react'
import { usePlatform } from '../keyboard/platform.ts'
import { act } from '../providers/provider-actions.ts'
import { closeOverlay, useOverlays } from '../state/overlays.ts'
import { findProvider, useProviders } from '../state/providers.ts'
import { useWriteBlock } from '../state/status.ts'
import { useWindow } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Surface } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { KeyCaps } from '../ui/key-caps.tsx'
import { runPageAct, usePageActs } from './page-acts.ts'
import { entriesOf, findActions, findProviderEntries, type Entry } from './palette-entries.ts'
import { EntryRow, rowId } from './entry-row.tsx'
import { wordsOf } from './match-words.ts'

const LIST = 'palette-list'
/** More rows than these are reached by typing on. */
const MOST_ROWS = 30

interface Section {
  title: string
  entries: readonly Entry[]
}

/** Find a provider or run an action, by the beginnings of words. */
export function PaletteDialog() {
  const open = useOverlays(({ overlay }) => overlay?.kind === 'palette')
  const [within, setWithin] = useState<number | null>(null)
  if (!open && within !== null) setWithin(null)
  return (
    <Surface
      open={open}
      name={strings.palette.title}
      onEscape={() => {
        setWithin(null)
        return within !== null
      }}
      className="inset-x-0 top-26 mx-auto h-fit max-h-[calc(100vh-128px)] w-[600px] max-w-[calc(100vw-48px)] rounded-12 data-[state=closed]:animate-rise-out data-[state=open]:animate-rise-in"
    >
      <Palette key={within ?? 'all'} within={within} onWithin={setWithin} />
    </Surface>
  )
}

function Palette({ within, onWithin }: { within: number | null; onWithin: (id: number | null) => void }) {
  // Never behind what is typed: Enter must run what the words say, not what they said a moment ago.
  const [query, setQuery] = useState('')
  const [activeAt, setActiveAt] = useState(0)
  const { sections, total } = useSections(query, within)
  const entries = sections.flatMap((section) => section.entries)
  const active = entries[Math.min(activeAt, entries.length - 1)]
  useEffect(() => {
    if (active !== undefined) document.getElementById(rowId(active))?.scrollIntoView({ block: 'nearest' })
  }, [active])

  const keyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined)
      setActiveAt((Math.min(activeAt, entries.length - 1) + step + entries.length) % Math.max(1, entries.length))
    else if (event.key === 'Enter' && active !== undefined) run(active)
    else if (event.key === 'Tab' && !event.shiftKey && active?.kind === 'provider' && within === null) {
      onWithin(active.provider_id)
    } else if (event.key === 'Backspace' && query === '' && within !== null) onWithin(null)
    else if (event.key !== 'Tab') return
    event.preventDefault()
  }
  const words = wordsOf(query)
  const { palette } = strings
  return (
    <>
      <div className="flex h-12 shrink-0 items-center gap-2.5 border-b border-line px-4">
        <Icon of={Search} className="text-text-3" />
        {within !== null && (
          <span className="shrink-0 rounded-4 bg-hover px-1.5 text-12 font-medium">
            {findProvider(within)?.display_name}
          </span>
        )}
        <input
          autoFocus
          type="text"
          role="combobox"
          aria-label={palette.title}
          aria-expanded
          aria-controls={LIST}
          aria-autocomplete="list"
          aria-activedescendant={active === undefined ? undefined : rowId(active)}
          autoComplete="off"
          spellCheck={false}
          placeholder={palette.placeholder}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value)
            setActiveAt(0)
          }}
          onKeyDown={keyDown}
          className="min-w-0 grow bg-transparent text-15 outline-none"
        />
        <KeyCaps chord="Esc" />
      </div>
      <div
        id={LIST}
        role="listbox"
        aria-label={palette.title}
        className="flex max-h-[440px] flex-col overflow-y-auto p-2 pt-0"
      >
        {sections.map(({ title, entries: rows }) => (
          <div key={title} role="group" aria-label={title} className="flex flex-col">
            <span aria-hidden className="px-3 pt-2.5 pb-1 text-11 font-medium text-text-3">
              {title}
            </span>
            {rows.map((entry) => (
              <EntryRow
                key={rowId(entry)}
                entry={entry}
                words={words}
                isActive={entry === active}
                onHighlight={() => setActiveAt(entries.indexOf(entry))}
                onRun={() => run(entry)}
              />
            ))}
          </div>
        ))}
        {entries.length === 0 && (
          <p role="presentation" className="px-3 py-4 text-13 text-text-3">
            {palette.noHit(query)}
          </p>
        )}
      </div>
      <Foot total={total} canTab={active?.kind === 'provider' && within === null} />
    </>
  )
}

/** What is listed: lately used first without a query, the best match on top with one. */
function useSections(query: string, within: number | null): { sections: Section[]; total: number } {
  const list = useProviders((state) => state.list)
  const recent = useWindow((state) => state.recent)
  const actions = usePageActs()
  const { desktop } = usePlatform()
  const canWrite = useWriteBlock() === undefined
  const { palette } = strings
  return useMemo(() => {
    const around = { desktop, canWrite }
    if (within !== null) {
      const provider = findProvider(within)
      const entries = provider === undefined ? [] : findActions(entriesOf(provider, around), query)
      return { sections: [{ title: provider?.display_name ?? '', entries }], total: entries.length }
    }
    if (query.trim() === '') {
      const lately = recent.flatMap((id) => {
        const provider = findProvider(id)
        return provider === undefined ? [] : entriesOf(provider, around).filter((entry) => entry.act === 'edit')
      })
      const sections = [
        { title: palette.recent, entries: lately },
        { title: palette.actions, entries: actions },
      ]
      return { sections: sections.filter(({ entries }) => entries.length > 0), total: lately.length + actions.length }
    }
    const ofProviders = findProviderEntries(list, query, around, MOST_ROWS)
    const ofPage = findActions(actions, query)
    const [best, ...others] = [...ofProviders.entries, ...ofPage]
    const sections = [
      { title: palette.best, entries: best === undefined ? [] : [best] },
      { title: palette.providers, entries: others.filter(({ kind }) => kind === 'provider') },
      { title: palette.actions, entries: others.filter(({ kind }) => kind === 'action') },
    ]
    return {
      sections: sections.filter(({ entries }) => entries.length > 0),
      total: ofProviders.total + ofPage.length,
    }
  }, [query, within, list, recent, actions, desktop, canWrite, palette])
}

function run(entry: Entry): void {
  if (entry.kind === 'provider') act(entry.act, { id: entry.provider_id })
  else runPageAct(entry.act)
  // What opens an overlay of its own has taken the palette's place already.
  if (useOverlays.getState().overlay?.kind === 'palette') closeOverlay()
}

function Foot({ total, canTab }: { total: number; canTab: boolean }) {
  const { palette } = strings
  return (
    <footer className="flex h-9 shrink-0 items-center gap-4 border-t border-line px-4 text-11 text-text-3">
      <span aria-hidden className="flex items-center gap-1.5">
        <KeyCaps chord="↑" />
        <KeyCaps chord="↓" />
        {palette.move}
      </span>
      <span aria-hidden className="flex items-center gap-1.5">
        <KeyCaps chord="Enter" />
        {palette.run}
      </span>
      {canTab && (
        <span aria-hidden className="flex min-w-0 items-center gap-1.5 max-wide:hidden">
          <KeyCaps chord="Tab" />
          <span className="truncate">{palette.others}</span>
        </span>
      )}
      <span role="status" className="tabular ml-auto whitespace-nowrap">
        {palette.results(total)}
      </span>
    </footer>
  )
}
