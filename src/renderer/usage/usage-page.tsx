import { Download } from 'lucide-react'
import { useEffect } from 'react'
import { problemOf } from '../api.ts'
import { PageBody, PageHeader } from '../layout/page-header.tsx'
import { PageNotes } from '../layout/page-notes.tsx'
import { saveText } from '../save-text.ts'
import { sayProblem } from '../say-problem.ts'
import { useRevision } from '../state/live.ts'
import { showPageProblem } from '../state/page-problem.ts'
import { useProviders } from '../state/providers.ts'
import { useTools } from '../state/tools.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { FilterMenu } from '../ui/filter-menu.tsx'
import { Note } from '../ui/note.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { CostChart } from './cost-chart.tsx'
import { usageCsv } from './usage-csv.ts'
import { UsageFigures } from './usage-figures.tsx'
import { shownDays, today, type RangeChoice } from './usage-range.ts'
import { fetchForExport, loadUsage, useUsage, wish, wishDay } from './usage-state.ts'
import { UsageTable } from './usage-table.tsx'

/** While tools are at work something changes with every request: so long apart are the answers at least. */
const PAUSE_MS = 2_000

const CHOICES: readonly RangeChoice[] = ['week', 'thirty', 'month', 'own']

/** What tools have used, and what it cost. */
export function UsagePage() {
  useFreshUsage()
  const choice = useUsage((state) => state.choice)
  const shown = useUsage((state) => state.shown)
  const problem = useUsage((state) => state.problem)
  const { usage } = strings
  const ranges = usage.ranges()
  return (
    <>
      <PageHeader title={usage.title}>
        <Segmented
          name={usage.range}
          value={choice}
          choices={CHOICES.map((value) => ({ value, label: ranges[value] }))}
          onChange={(choice) => wish({ choice })}
        />
        <Filters />
        <Button
          icon={Download}
          aria-label={usage.csvName}
          why={shown === null || shown.days.rows.length === 0 ? usage.emptyTitle : undefined}
          onClick={() => void exportCsv()}
        >
          {usage.csv}
        </Button>
      </PageHeader>
      <PageNotes />
      <PageBody>
        {choice === 'own' && <OwnDays />}
        {problem !== null && problem.code !== 'unreachable' && <Note kind="failure">{sayProblem(problem)}</Note>}
        {shown !== null && (shown.days.rows.length === 0 ? <Nothing /> : <Shown {...shown} />)}
      </PageBody>
    </>
  )
}

function Shown({ days, groups, by, choice, range }: NonNullable<ReturnType<typeof useUsage.getState>['shown']>) {
  return (
    <>
      <UsageFigures usage={days} range={range} />
      <CostChart usage={days} days={shownDays(choice, range)} choice={choice} />
      <UsageTable key={by} usage={groups} by={by} />
    </>
  )
}

/** Fetches what is wished for, and again while things change. */
function useFreshUsage(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    void loadUsage()
    const unfollow = useRevision.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined
        void loadUsage()
      }, PAUSE_MS)
    })
    return () => {
      clearTimeout(timer)
      unfollow()
    }
  }, [])
}

function Filters() {
  const tool = useUsage((state) => state.tool)
  const provider = useUsage((state) => state.provider)
  const tools = useTools((state) => state.list)
  const providers = useProviders((state) => state.list)
  const { usage } = strings
  return (
    <>
      <FilterMenu
        name={usage.tool}
        value={tool}
        choices={tools.map(({ name }) => ({ value: name, label: name }))}
        onChange={(tool) => wish({ tool })}
      />
      <FilterMenu
        name={usage.provider}
        value={provider}
        choices={providers.map(({ name, display_name }) => ({ value: name, label: display_name }))}
        onChange={(provider) => wish({ provider })}
      />
    </>
  )
}

function OwnDays() {
  const own = useUsage((state) => state.own)
  const { usage } = strings
  return (
    <div className="mb-3 flex flex-wrap gap-2">
      {(['from', 'to'] as const).map((end) => (
        <label key={end} className="field-box flex h-8 items-center gap-2 border-line-2 px-2.5 text-13">
          <span className="text-text-3">{usage[end]}</span>
          <input
            type="date"
            max={today()}
            value={own[end]}
            onChange={(event) => wishDay(end, event.target.value)}
            className="tabular bg-transparent outline-none"
          />
        </label>
      ))}
    </div>
  )
}

function Nothing() {
  const isFiltered = useUsage(({ tool, provider }) => tool !== null || provider !== null)
  const { usage, filter } = strings
  return (
    <div className="rounded-8 border border-line bg-surface shadow-card">
      {isFiltered ? (
        <EmptyState
          title={usage.noMatchTitle}
          text={usage.noMatchText}
          action={
            <Button small onClick={() => wish({ tool: null, provider: null })}>
              {filter.clearAll}
            </Button>
          }
        />
      ) : (
        <EmptyState title={usage.emptyTitle} text={usage.emptyText} />
      )}
    </div>
  )
}

async function exportCsv(): Promise<void> {
  try {
    const { usage, by, range } = await fetchForExport()
    await saveText(`latchkey-usage-${range.from}-to-${range.to}.csv`, usageCsv(usage, by), 'text/csv')
  } catch (cause) {
    showPageProblem(sayProblem(problemOf(cause)))
  }
}
