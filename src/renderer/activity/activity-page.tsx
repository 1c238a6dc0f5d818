import { Braces, Download, Table2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { auditCsv } from '../../shared/audit-csv.ts'
import { problemOf } from '../api.ts'
import { shownChord } from '../keyboard/keymap.ts'
import { usePlatform } from '../keyboard/platform.ts'
import { PageBody, PageHeader } from '../layout/page-header.tsx'
import { PageNotes } from '../layout/page-notes.tsx'
import { saveText } from '../save-text.ts'
import { sayProblem } from '../say-problem.ts'
import { useRevision } from '../state/live.ts'
import { showPageProblem } from '../state/page-problem.ts'
import { useProviders } from '../state/providers.ts'
import { useDesktop, useSettings, useStatus } from '../state/status.ts'
import { useTools } from '../state/tools.ts'
import { goTo } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { FilterMenu } from '../ui/filter-menu.tsx'
import { Menu, MenuItem } from '../ui/menu.tsx'
import { Note } from '../ui/note.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { dayOf, today } from '../usage/usage-range.ts'
import { timeOf } from '../words.ts'
import {
  actorOfToken,
  clearFilters,
  fetchAll,
  filterEvents,
  loadEvents,
  loadOlder,
  searchEvents,
  seeRefusals,
  useActivity,
  useIsFiltered,
  verify,
} from './activity-state.ts'
import { BrokenChain, ChainVerdict } from './chain-verdict.tsx'
import { EventTable } from './event-table.tsx'

/** While tools are at work each use is an event: so long apart are the answers at least. */
const PAUSE_MS = 1_000

/** What was done with the vault and its keys, tried and refused. */
export function ActivityPage() {
  useFreshEvents()
  const events = useActivity((state) => state.events)
  const verdict = useActivity((state) => state.verdict)
  const problem = useActivity((state) => state.problem)
  const { activity } = strings
  return (
    <>
      <PageHeader title={activity.title} count={verdict?.events ?? undefined}>
        <Export isEmpty={events === null || events.length === 0} />
      </PageHeader>
      <PageNotes />
      <PageBody>
        <BrokenChain />
        <RefusalsNote />
        {problem !== null && problem.code !== 'unreachable' && (
          <div className="mb-3">
            <Note kind="failure">{sayProblem(problem)}</Note>
          </div>
        )}
        <Filters />
        {events !== null && (events.length === 0 ? <Nothing /> : <EventTable events={events} />)}
        <Foot />
      </PageBody>
    </>
  )
}

function useFreshEvents(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    void loadEvents().then(seeRefusals)
    void verify()
    const unfollow = useRevision.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined
        void loadEvents().then(seeRefusals)
      }, PAUSE_MS)
    })
    return () => {
      clearTimeout(timer)
      unfollow()
    }
  }, [])
}

/** Why Activity was marked; it stays after the mark is gone, until the page is left. */
function RefusalsNote() {
  const isMarked = useStatus(({ status }) => status?.refusals_to_see === true)
  const [wasMarked, setWasMarked] = useState(isMarked)
  if (isMarked && !wasMarked) setWasMarked(true)
  const { activity } = strings
  if (!wasMarked) return null
  return (
    <div className="mb-3">
      <Note
        kind="question"
        title={activity.refusalsTitle}
        actions={
          <Button small onClick={() => filterEvents({ kind: 'refused' })}>
            {activity.showRefused}
          </Button>
        }
      >
        {activity.refusalsText}
      </Note>
    </div>
  )
}

function Filters() {
  const { search, provider, actor, kind, from } = useActivity()
  const { desktop } = usePlatform()
  const providers = useProviders((state) => state.list)
  const tools = useTools((state) => state.list)
  const isFiltered = useIsFiltered()
  const { activity, filter } = strings
  const doors = ['window', 'cli', 'rest', 'start'].map((value) => ({ value, label: activity.doors[value] ?? value }))
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <SearchField
        ofPage
        name={activity.search}
        placeholder={activity.search}
        value={search}
        onChange={searchEvents}
        chord={shownChord('search', desktop)}
        className="w-50"
      />
      <FilterMenu
        name={activity.provider}
        value={provider}
        choices={providers.map(({ name, display_name }) => ({ value: name, label: display_name }))}
        onChange={(provider) => filterEvents({ provider })}
      />
      <FilterMenu
        name={activity.actor}
        value={actor}
        choices={[...doors, ...tools.map(({ name }) => ({ value: actorOfToken(name), label: name }))]}
        onChange={(actor) => filterEvents({ actor })}
      />
      <FilterMenu
        name={activity.kind}
        value={kind}
        choices={Object.entries(activity.kindsOfActs).map(([value, label]) => ({ value, label }))}
        onChange={(kind) => filterEvents({ kind })}
      />
      <label className="field-box flex h-8 items-center gap-2 border-line-2 px-2.5 text-13">
        <span className="text-text-3">{activity.from}</span>
        <input
          type="date"
          max={today()}
          value={from}
          onChange={(event) => filterEvents({ from: event.target.value })}
          className="tabular bg-transparent outline-none"
        />
      </label>
      {isFiltered && (
        <Button look="ghost" onClick={clearFilters}>
          {filter.clear}
        </Button>
      )}
      <div className="ml-auto">
        <ChainVerdict />
      </div>
    </div>
  )
}

function Nothing() {
  const isFiltered = useIsFiltered()
  const { activity, filter } = strings
  return (
    <div className="rounded-8 border border-line bg-surface shadow-card">
      {isFiltered ? (
        <EmptyState
          title={activity.noMatchTitle}
          text={activity.noMatchText}
          action={
            <Button small onClick={clearFilters}>
              {filter.clearAll}
            </Button>
          }
        />
      ) : (
        <EmptyState title={activity.emptyTitle} text={activity.emptyText} />
      )}
    </div>
  )
}

/** How far the list goes and how far the chain was verified. */
function Foot() {
  const shown = useActivity((state) => state.events?.length ?? 0)
  const next = useActivity((state) => state.next)
  const verdict = useActivity((state) => state.verdict)
  const isDesktop = useDesktop()
  const { audit_kept_years: kept } = useSettings()
  const { activity } = strings
  if (shown === 0) return null
  return (
    <div className="mt-3 flex flex-wrap items-center gap-3 text-12 text-text-3">
      <p>
        {activity.showing(shown, next !== null)}{' '}
        {verdict?.intact === true && activity.verifiedTo(verdict.events ?? 0, timeOf(verdict.checked_at))}
      </p>
      {next !== null && (
        <Button small onClick={() => void loadOlder()}>
          {activity.older}
        </Button>
      )}
      {isDesktop && (
        <p className="ml-auto flex items-center gap-2">
          {activity.kept(kept)}
          <Button look="ghost" small onClick={() => goTo('settings', 'activity')}>
            {activity.changeKept}
          </Button>
        </p>
      )}
    </div>
  )
}

function Export({ isEmpty }: { isEmpty: boolean }) {
  const { activity } = strings
  const trigger = (
    <Button icon={Download} why={isEmpty ? activity.emptyTitle : undefined}>
      {activity.export}
    </Button>
  )
  if (isEmpty) return trigger
  return (
    <Menu trigger={trigger}>
      <MenuItem icon={Table2} label={activity.asCsv} onSelect={() => void save('csv')} />
      <MenuItem icon={Braces} label={activity.asJson} onSelect={() => void save('json')} />
    </Menu>
  )
}

async function save(form: 'csv' | 'json'): Promise<void> {
  try {
    const events = await fetchAll()
    const name = `latchkey-activity-${dayOf(new Date())}.${form}`
    if (form === 'csv') await saveText(name, `${auditCsv(events)}\n`, 'text/csv')
    else await saveText(name, `${JSON.stringify(events, null, 2)}\n`, 'application/json')
  } catch (cause) {
    showPageProblem(sayProblem(problemOf(cause)))
  }
}
