// Limits as they are typed, and what of them is sent. An empty field is no limit.
import { limitNames, limitValues, noLimits, type LimitName, type Limits } from '../../shared/limit-schemas.ts'

export type LimitDraft = Record<LimitName, string>

export function limitDraftOf(limits: Limits = noLimits): LimitDraft {
  const text = (name: LimitName): string => String(limits[name] ?? '')
  return {
    requests_per_minute: text('requests_per_minute'),
    tokens_per_minute: text('tokens_per_minute'),
    spend_per_day: text('spend_per_day'),
    spend_per_month: text('spend_per_month'),
  }
}

/** What is wrong, by field, in the sentences of the operations; empty where it can be sent. */
export function wrongLimits(draft: LimitDraft): Partial<LimitDraft> {
  const wrong: Partial<LimitDraft> = {}
  for (const name of limitNames) {
    const value = valueOf(draft[name])
    const refused = value === null ? undefined : limitValues[name].safeParse(value).error?.issues[0]?.message
    if (refused !== undefined) wrong[name] = refused
  }
  return wrong
}

/** What the draft says; for one with nothing wrong in it. */
export function limitsOf(draft: LimitDraft): Limits {
  const limits = { ...noLimits }
  for (const name of limitNames) limits[name] = valueOf(draft[name])
  return limits
}

/** The limits of a draft that differ from those that hold; undefined where none does. */
export function changedLimits(limits: Limits, draft: LimitDraft): Partial<Limits> | undefined {
  const after = limitsOf(draft)
  const changed = limitNames.filter((name) => after[name] !== limits[name])
  return changed.length === 0 ? undefined : Object.fromEntries(changed.map((name) => [name, after[name]]))
}

/** Null where nothing is typed; what is no number is refused by every limit. */
function valueOf(text: string): number | null {
  const typed = text.trim().replace(/^\$\s*/, '')
  if (typed === '') return null
  return /^\d+(?:\.\d+)?$/.test(typed) ? Number(typed) : Number.NaN
}
