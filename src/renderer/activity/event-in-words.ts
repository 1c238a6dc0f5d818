import type { AuditEvent } from '../../shared/audit-schemas.ts'
import { strings } from '../strings.ts'
import type { EventRow } from './event-rows.ts'

const text = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined

/** What happened, in a few words; an act that has none yet is named as it is written down. */
export function eventInWords({ event: { act, detail }, number }: EventRow): string {
  const { activity } = strings
  if (act === 'key.use') return activity.used(number, text(detail['model']))
  const words = activity.acts[act]
  const times = typeof detail['count'] === 'number' ? detail['count'] : 1
  const what = act.startsWith('token.') ? text(detail['token']) : (text(detail['name']) ?? text(detail['model']))
  const said = words === undefined ? act : typeof words === 'string' ? words : words(what)
  return times > 1 ? activity.times(said, times) : said
}

/** Why it was refused; undefined where it was done. */
export function refusalOf({ act, detail }: AuditEvent): string | undefined {
  if (!act.startsWith('refused.')) return undefined
  const { activity } = strings
  return activity.reasons[text(detail['why']) ?? ''] ?? activity.kinds[act] ?? activity.refused
}

/** Who it was: a token by its name, else the door. */
export function actorInWords({ door, caller, act }: AuditEvent): string {
  const { activity } = strings
  if (caller !== null) return caller
  return act.startsWith('refused.') && door === 'rest' ? activity.unknown : (activity.doors[door] ?? door)
}
