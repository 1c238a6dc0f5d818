import type { AuditEvent } from '../../shared/audit-schemas.ts'

/** A row of the list: an event, or uses of a key that belong together. */
export interface EventRow {
  /** The newest of them. */
  event: AuditEvent
  /** How many they are. */
  number: number
}

/** Uses of one key by one tool are gathered by the minute; the newest first, as the events are. */
export function rowsOf(events: readonly AuditEvent[]): EventRow[] {
  const rows: EventRow[] = []
  for (const event of events) {
    const last = rows.at(-1)
    if (last !== undefined && belongTogether(last.event, event)) last.number += 1
    else rows.push({ event, number: 1 })
  }
  return rows
}

function belongTogether(a: AuditEvent, b: AuditEvent): boolean {
  return (
    a.act === 'key.use' &&
    b.act === 'key.use' &&
    a.provider === b.provider &&
    a.caller === b.caller &&
    a.door === b.door &&
    a.at.slice(0, 16) === b.at.slice(0, 16)
  )
}
