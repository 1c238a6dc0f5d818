import { CircleAlert, ShieldCheck } from 'lucide-react'
import { strings } from '../strings.ts'
import { Icon } from '../ui/icon.tsx'
import { Note } from '../ui/note.tsx'
import { sayProblem } from '../say-problem.ts'
import { tip } from '../ui/tooltip.tsx'
import { useActivity, verify } from './activity-state.ts'

/** Whether the trail is as it was written; a click asks again. */
export function ChainVerdict() {
  const verdict = useActivity((state) => state.verdict)
  const { activity } = strings
  if (verdict === null) return null
  const { intact, broken_at, detail } = verdict
  return (
    <button
      type="button"
      {...tip(activity.verifyAgain(detail))}
      onClick={() => void verify()}
      className={`inline-flex h-7 items-center gap-1.5 rounded-6 px-1.5 text-12 font-medium ${intact ? 'text-text-2 hover:bg-hover' : 'bg-bad-bg text-bad'}`}
    >
      <Icon of={intact ? ShieldCheck : CircleAlert} size={14} className={intact ? 'text-ok' : 'text-bad'} />
      {intact ? activity.intact : activity.broken(broken_at)}
    </button>
  )
}

/** What to do about a trail that is not as it was written. */
export function BrokenChain() {
  const verdict = useActivity((state) => state.verdict)
  if (verdict === null || verdict.intact) return null
  const { detail, hint } = verdict
  return (
    <div className="mb-3">
      <Note kind="failure">{sayProblem({ detail, hint: hint ?? undefined })}</Note>
    </div>
  )
}
