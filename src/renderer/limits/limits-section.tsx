import { useEffect, useState } from 'react'
import type { ProviderLimits } from '../../shared/limit-schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { showPageProblem } from '../state/page-problem.ts'
import { strings } from '../strings.ts'
import { money } from '../usage/sums-in-words.ts'
import type { LimitDraft } from './limit-draft.ts'
import { LimitFields } from './limit-fields.tsx'

/** The limits of a provider as they were when its drawer was opened; undefined until they are known. */
export function useProviderLimits(id: number): ProviderLimits | undefined {
  const [limits, setLimits] = useState<ProviderLimits>()
  useEffect(() => {
    api
      .getProviderLimits({ provider_id: id })
      .then(setLimits, (cause: unknown) => showPageProblem(sayProblem(problemOf(cause))))
  }, [id])
  return limits
}

interface LimitsSectionProps {
  limits: ProviderLimits
  draft: LimitDraft
  onChange: (draft: LimitDraft) => void
  wrong: Partial<LimitDraft>
}

/** What all tools together may use of a provider. */
export function LimitsSection({ limits: { spent }, draft, onChange, wrong }: LimitsSectionProps) {
  const { limits } = strings
  return (
    <section aria-label={limits.title} className="flex flex-col gap-2.5 border-b border-line px-5 pt-4 pb-5">
      <LimitFields draft={draft} onChange={(part) => onChange({ ...draft, ...part })} wrong={wrong} />
      <p className="tabular text-12 text-text-3">{limits.overAll(money(spent.day), money(spent.month))}</p>
    </section>
  )
}
