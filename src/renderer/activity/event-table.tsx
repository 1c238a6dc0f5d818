import { AppWindow, Ban, Braces, Plug, Shield, SquareTerminal, type LucideIcon } from 'lucide-react'
import { Fragment, useMemo, useState } from 'react'
import type { AuditEvent } from '../../shared/audit-schemas.ts'
import { strings } from '../strings.ts'
import { Icon } from '../ui/icon.tsx'
import { Mark } from '../ui/mark.tsx'
import { useProvidersByName } from '../usage/provider-names.ts'
import { dayHeading, timeOf } from '../words.ts'
import { actorInWords, eventInWords, refusalOf } from './event-in-words.ts'
import { rowsOf, type EventRow } from './event-rows.ts'

const COLUMNS = 5

/** Events by day, the newest first; a click opens the detail under its row. */
export function EventTable({ events }: { events: readonly AuditEvent[] }) {
  const [open, setOpen] = useState<number>()
  const days = useMemo(
    () => [...Map.groupBy(rowsOf(events), ({ event }) => new Date(event.at).toDateString())],
    [events],
  )
  const { activity } = strings
  return (
    <div className="overflow-hidden rounded-8 border border-line bg-surface shadow-card">
      <table className="w-full table-fixed text-left text-12">
        <thead>
          <tr className="h-8 text-11 text-text-3 [&>th]:font-medium">
            <th className="w-23 pr-3 pl-4">{activity.time}</th>
            <th className="w-36 pr-3 max-[700px]:hidden">{activity.actor}</th>
            <th className="pr-3">{activity.event}</th>
            <th className="w-49 pr-3 max-roomy:hidden">{activity.provider}</th>
            <th className="w-42 pr-4">{activity.outcome}</th>
          </tr>
        </thead>
        {days.map(([day, rows]) => (
          <tbody key={day}>
            <tr>
              <th
                colSpan={COLUMNS}
                scope="rowgroup"
                className="h-7.5 border-t border-line bg-inset px-4 font-semibold text-text-2"
              >
                {dayHeading(new Date(day))}
              </th>
            </tr>
            {rows.map((row) => (
              <Fragment key={row.event.seq}>
                <Row
                  row={row}
                  isOpen={open === row.event.seq}
                  onToggle={() => setOpen(open === row.event.seq ? undefined : row.event.seq)}
                />
                {open === row.event.seq && <Detail row={row} />}
              </Fragment>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  )
}

interface RowProps {
  row: EventRow
  isOpen: boolean
  onToggle: () => void
}

function Row({ row, isOpen, onToggle }: RowProps) {
  const { event } = row
  const refusal = refusalOf(event)
  const actor = actorInWords(event)
  return (
    <tr
      onClick={onToggle}
      className={`h-8 border-t border-line transition-colors hover:bg-hover ${isOpen ? 'bg-accent-bg' : ''}`}
    >
      <td className="mono pr-3 pl-4 whitespace-nowrap text-text-3">{timeOf(event.at)}</td>
      <td className="pr-3 max-[700px]:hidden">
        <span className="flex min-w-0 items-center gap-2" title={actor}>
          <Icon of={iconOf(event)} size={14} className="text-text-3" />
          <span className="truncate text-text-2">{actor}</span>
        </span>
      </td>
      <td className="pr-3">
        <button
          type="button"
          aria-expanded={isOpen}
          title={eventInWords(row)}
          className="block min-h-6 w-full truncate rounded-4 text-left text-13"
        >
          {eventInWords(row)}
        </button>
      </td>
      <td className="pr-3 max-roomy:hidden">
        <ProviderName name={event.provider} />
      </td>
      <td className="pr-4">
        {refusal === undefined ? (
          <span className="text-text-3">{strings.activity.done}</span>
        ) : (
          <span className="flex min-w-0 items-center gap-1 text-bad" title={refusal}>
            <Icon of={Ban} size={14} />
            <span className="truncate">{refusal}</span>
          </span>
        )}
      </td>
    </tr>
  )
}

function ProviderName({ name }: { name: string | null }) {
  const provider = useProvidersByName().get(name ?? '')
  if (name === null) return null
  return (
    <span className="flex min-w-0 items-center gap-2" title={provider?.display_name ?? name}>
      {provider !== undefined && <Mark provider_id={provider.id} size={20} />}
      <span className="truncate text-text-2">{provider?.display_name ?? name}</span>
    </span>
  )
}

/** Everything that is written down of an event. */
function Detail({ row: { event, number } }: { row: EventRow }) {
  const { activity } = strings
  const { seq, at, door, caller, os_user, pid, act, provider, detail } = event
  const facts: [string, string][] = [
    [activity.number, number === 1 ? String(seq) : activity.lastOf(seq, number)],
    [activity.time, at],
    [activity.act, act],
    [activity.through, activity.doors[door] ?? door],
    ...(caller === null ? [] : ([[activity.token, caller]] satisfies [string, string][])),
    ...(provider === null ? [] : ([[activity.provider, provider]] satisfies [string, string][])),
    [activity.user, activity.userAndProcess(os_user, pid)],
    ...Object.entries(detail)
      .filter(([, value]) => value !== null)
      .map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  ]
  return (
    <tr>
      <td colSpan={COLUMNS} className="border-t border-line bg-inset px-4 py-2.5">
        <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1 select-text">
          {facts.map(([name, value]) => (
            <Fragment key={name}>
              <dt className="text-text-3">{name}</dt>
              <dd className="mono wrap-anywhere text-text-2">{value}</dd>
            </Fragment>
          ))}
        </dl>
      </td>
    </tr>
  )
}

function iconOf({ door, caller }: AuditEvent): LucideIcon {
  if (door === 'window') return AppWindow
  if (door === 'cli') return SquareTerminal
  if (door === 'start') return Shield
  return caller === 'run' ? Braces : Plug
}
