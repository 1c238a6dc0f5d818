import type { AuditEvent } from './audit-schemas.ts'
import { toCsv } from './csv.ts'

const COLUMNS = ['seq', 'at', 'door', 'caller', 'os_user', 'pid', 'act', 'provider', 'detail'] as const

/** Events as CSV, without a line break at the end; the detail is JSON. */
export function auditCsv(events: readonly AuditEvent[]): string {
  const cells = (event: AuditEvent) =>
    COLUMNS.map((name) => (name === 'detail' ? JSON.stringify(event.detail) : (event[name] ?? '')))
  return toCsv([COLUMNS, ...events.map(cells)])
}
