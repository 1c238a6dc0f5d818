import { tryAgainNow, useConnection } from '../state/live.ts'
import { closePageProblem, usePageProblem } from '../state/page-problem.ts'
import { useStatus } from '../state/status.ts'
import { strings } from '../strings.ts'
import { Button } from '../ui/button.tsx'
import { Note } from '../ui/note.tsx'
import { sayProblem } from '../say-problem.ts'

/** What concerns the whole page: no answer, an act that failed, a catalog that was not read. */
export function PageNotes() {
  const silent = useConnection((state) => state.silent)
  const problem = usePageProblem((state) => state.text)
  const catalogProblem = useStatus((state) => state.status?.catalog.problem ?? null)
  if (!silent && problem === null && catalogProblem === null) return null
  return (
    <div className="mx-auto flex w-full max-w-[1328px] shrink-0 flex-col gap-3 px-6 pt-5">
      {silent && (
        <Note
          kind="failure"
          actions={
            <Button small onClick={tryAgainNow}>
              {strings.action.tryAgain}
            </Button>
          }
        >
          {strings.unreachable.page}
        </Note>
      )}
      <PageProblemNote />
      {catalogProblem !== null && <Note kind="question">{sayProblem({ detail: catalogProblem })}</Note>}
    </div>
  )
}

/** Why an act without a dialog of its own failed, until it is closed. */
export function PageProblemNote() {
  const problem = usePageProblem((state) => state.text)
  if (problem === null) return null
  return (
    <Note
      kind="failure"
      actions={
        <Button small onClick={closePageProblem}>
          {strings.action.close}
        </Button>
      }
    >
      {problem}
    </Note>
  )
}
