import { problemOf, type Problem } from '../api.ts'
import { useProviders } from '../state/providers.ts'
import { refresh } from '../state/live.ts'
import { useDesktop } from '../state/status.ts'
import { addProvider, importKeys, setFilter, setQuery, useWindow } from '../state/window.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { sayProblem } from '../say-problem.ts'

/** Why the grid is empty, and the one thing to do about it. */
export function NoProviders({ query }: { query: string }) {
  const filter = useWindow((state) => state.filter)
  const problem = useProviders((state) => state.problem)
  const count = useProviders((state) => state.list.length)
  const isDesktop = useDesktop()
  return (
    <div className="mx-auto w-full max-w-[1328px] px-6 pt-5">
      <div className="rounded-8 border border-line bg-surface">
        {emptyState(query, filter, problem, count, isDesktop)}
      </div>
    </div>
  )
}

function emptyState(query: string, filter: string, problem: Problem | null, count: number, isDesktop: boolean) {
  const { providers, action } = strings
  if (problem !== null) {
    const again = (): void => {
      refresh().catch((cause: unknown) => useProviders.setState({ problem: problemOf(cause) }))
    }
    return (
      <EmptyState
        title={providers.failedTitle}
        text={sayProblem(problem)}
        action={
          <Button small onClick={again}>
            {action.tryAgain}
          </Button>
        }
      />
    )
  }
  if (query !== '') {
    return (
      <EmptyState
        title={providers.noHitTitle(query)}
        text={providers.noHitText}
        action={
          <Button small onClick={() => setQuery('')}>
            {action.clearSearch}
          </Button>
        }
      />
    )
  }
  const isFiltered = count > 0
  const title = !isFiltered
    ? providers.emptyTitle
    : filter === 'no_key'
      ? providers.allKeyedTitle
      : providers.noneKeyedTitle
  const text = !isFiltered
    ? providers.emptyText
    : filter === 'no_key'
      ? providers.allKeyedText
      : providers.noneKeyedText
  return (
    <EmptyState
      title={title}
      text={text}
      action={
        filter === 'no_key' && isFiltered ? (
          <Button small onClick={() => setFilter('all')}>
            {action.showAll}
          </Button>
        ) : (
          <span className="flex gap-2">
            <Button small onClick={() => addProvider()}>
              {isFiltered ? providers.setAKey : action.addProvider}
            </Button>
            {isDesktop && (
              <Button small onClick={importKeys}>
                {strings.import.open}
              </Button>
            )}
          </span>
        )
      }
    />
  )
}
