import { ArrowDown, ArrowUp } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Usage, UsageGroup } from '../../shared/usage-schemas.ts'
import { strings } from '../strings.ts'
import { Icon } from '../ui/icon.tsx'
import { Mark } from '../ui/mark.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { formatNumber, shortDate, weekdayOf } from '../words.ts'
import { gather, type Gathered } from './gather-usage.ts'
import { useProvidersByName } from './provider-names.ts'
import { costOf, missingOf, tokensOf } from './sums-in-words.ts'
import { dateOf } from './usage-range.ts'
import { wish } from './usage-state.ts'

type Column = 'group' | 'requests' | 'failed' | 'input_tokens' | 'output_tokens' | 'cost_usd'

interface Order {
  column: Column
  down: boolean
}

const GROUPS: readonly UsageGroup[] = ['tool', 'provider', 'model', 'key', 'day']

/** The sums of the days by tool, provider, model, key or day. */
export function UsageTable({ usage: { rows }, by }: { usage: Usage; by: UsageGroup }) {
  const [order, setOrder] = useState<Order>()
  const { usage: words } = strings
  const { column, down }: Order = order ?? { column: by === 'day' ? 'group' : 'cost_usd', down: true }
  const groups = useMemo(() => sorted(gather(rows), { column, down }), [rows, column, down])
  const most = Math.max(...groups.map(({ sums }) => sums.cost_usd))
  const head = (own: Column, label: string, className: string) => (
    <th className={`pr-4 ${className}`} aria-sort={column !== own ? undefined : down ? 'descending' : 'ascending'}>
      <button
        type="button"
        onClick={() => setOrder({ column: own, down: column === own ? !down : own !== 'group' })}
        className="inline-flex min-h-6 items-center gap-1 rounded-4 font-medium hover:text-text"
      >
        {column === own && <Icon of={down ? ArrowDown : ArrowUp} size={12} />}
        {label}
      </button>
    </th>
  )
  return (
    <section className="mt-3 overflow-hidden rounded-8 border border-line bg-surface shadow-card">
      <div className="px-4 py-2">
        <Segmented
          small
          name={words.groupBy}
          value={by}
          choices={GROUPS.map((value) => ({ value, label: words.by[value] }))}
          onChange={(by) => wish({ by })}
        />
      </div>
      <table className="w-full table-fixed text-left text-12">
        <thead>
          <tr className="h-8 text-11 text-text-3 [&>th]:font-medium">
            {head('group', words.heads[by], 'pl-4')}
            <th className="pr-4 max-roomy:hidden">{words.partHeads[by]}</th>
            {head('requests', words.requests, 'w-24 text-right')}
            {head('failed', words.failed, 'w-20 text-right max-[700px]:hidden')}
            {head('input_tokens', words.input, 'w-24 text-right max-[700px]:hidden')}
            {head('output_tokens', words.output, 'w-24 text-right max-[700px]:hidden')}
            <th className="w-28 max-[1060px]:hidden">
              <span className="sr-only">{words.share}</span>
            </th>
            {head('cost_usd', words.cost, 'w-28 text-right')}
          </tr>
        </thead>
        <tbody>
          {groups.map((row) => (
            <Row key={row.group ?? ''} by={by} row={row} most={most} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Row({ by, row, most }: { by: UsageGroup; row: Gathered; most: number }) {
  const { sums } = row
  return (
    <tr className="tabular h-8 border-t border-line transition-colors hover:bg-hover">
      <td className="pr-4 pl-4">
        <Name by={by} group={row.group} />
      </td>
      <td className="truncate pr-4 text-text-2 max-roomy:hidden">
        <Parts by={by} row={row} />
      </td>
      <td className="pr-4 text-right">{formatNumber(sums.requests)}</td>
      <td className="pr-4 text-right text-text-2 max-[700px]:hidden">{formatNumber(sums.failed)}</td>
      <td className="pr-4 text-right text-text-2 max-[700px]:hidden">{tokensOf(sums, sums.input_tokens)}</td>
      <td className="pr-4 text-right text-text-2 max-[700px]:hidden">{tokensOf(sums, sums.output_tokens)}</td>
      <td className="pr-4 max-[1060px]:hidden">{sums.cost_usd > 0 && <Share of={sums.cost_usd / most} />}</td>
      <td
        className={`pr-4 text-right ${sums.unpriced === sums.requests ? 'text-text-3' : 'font-medium'}`}
        title={missingOf(sums)}
      >
        {costOf(sums)}
      </td>
    </tr>
  )
}

/** How much of the dearest. */
function Share({ of }: { of: number }) {
  return (
    <svg aria-hidden className="block h-1 w-full" preserveAspectRatio="none" viewBox="0 0 100 4">
      <rect width="100" height="4" className="fill-line" />
      <rect width={Math.max(1, of * 100)} height="4" className="fill-text-3" />
    </svg>
  )
}

function Name({ by, group }: { by: UsageGroup; group: string | null }) {
  const providers = useProvidersByName()
  const { usage } = strings
  if (group === null) return <span className="text-text-3">{usage.unknownModel}</span>
  if (by === 'day') return `${weekdayOf(dateOf(group)).slice(0, 3)} ${shortDate(dateOf(group))}`
  const name = by === 'provider' ? group : by === 'key' ? providerOfKey(group) : undefined
  if (name !== undefined) {
    const provider = providers.get(name)
    return (
      <span className="flex min-w-0 items-center gap-2">
        {provider !== undefined && <Mark provider_id={provider.id} size={20} />}
        <span className="truncate text-13 font-medium">{provider?.display_name ?? name}</span>
      </span>
    )
  }
  const shown = by === 'model' ? group.slice(group.indexOf('/') + 1) : group
  return (
    <span title={group} className={`block truncate ${by === 'model' ? 'mono' : 'text-13 font-medium'}`}>
      {shown}
    </span>
  )
}

function Parts({ by, row: { group, parts } }: { by: UsageGroup; row: Gathered }) {
  const providers = useProvidersByName()
  const { usage } = strings
  if (by === 'key') return <span className="mono">{group?.slice(providerOfKey(group).length + 1)}</span>
  const nameOf = (name: string): string => (by === 'provider' ? name : (providers.get(name)?.display_name ?? name))
  const names = parts.map(({ part }) => nameOf(part ?? usage.unknown))
  const [only] = names
  const text = names.length === 1 ? only : usage.parts(names.length, by === 'provider' ? 'tool' : 'provider')
  return <span title={names.length === 1 ? undefined : names.join(', ')}>{text}</span>
}

/** A key is named by its provider, which has no space in it, and what tells it from the others. */
const providerOfKey = (group: string): string => group.split(' ', 1)[0] ?? group

function sorted(groups: readonly Gathered[], { column, down }: Order): Gathered[] {
  const compare = (a: Gathered, b: Gathered): number =>
    column === 'group' ? (a.group ?? '').localeCompare(b.group ?? '') : a.sums[column] - b.sums[column]
  return groups.toSorted((a, b) => (down ? compare(b, a) : compare(a, b)))
}
