import { TriangleAlert } from 'lucide-react'
import type { Token } from '../../shared/tool-schemas.ts'
import { strings } from '../strings.ts'
import { Icon } from '../ui/icon.tsx'
import { money } from '../usage/sums-in-words.ts'

/** From this part of a limit on, its owner is told. */
const NEAR = 0.8

/** What a token has cost this month, or against the limit that is nearest. */
export function Spent({ token }: { token: Token }) {
  const { tools } = strings
  const { day, month, estimated, unpriced } = token.spent
  const about = estimated > 0 ? '~' : ''
  const more = unpriced > 0 ? '+' : ''
  const nearest = nearestOf(token)
  if (nearest === undefined) {
    if (month === 0)
      return <span className="text-text-3">{unpriced > 0 ? tools.noPrice(unpriced) : tools.noSpend}</span>
    return <span>{`${about}${money(month)}${more}`}</span>
  }
  const { per, most } = nearest
  const spent = per === 'day' ? day : month
  const part = Math.min(1, spent / most)
  const isNear = part >= NEAR
  const said = tools.usedOf(token.name, money(spent), money(most), per)
  return (
    <span className="flex items-center gap-2">
      <span className="truncate">
        {`${about}${money(spent)}`} <span className="text-text-2">{tools.ofLimit(money(most), per)}</span>
      </span>
      <span
        role="meter"
        aria-label={said}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(part * 100)}
        className="h-1 w-10 shrink-0 overflow-hidden rounded-full bg-active max-[1060px]:hidden"
      >
        <span
          className={`block h-full ${isNear ? 'bg-warn-fill' : 'bg-text-3'}`}
          style={{ width: `${Math.round(part * 100)}%` }}
        />
      </span>
      {isNear && (
        <span className="text-warn" title={said}>
          <Icon of={TriangleAlert} size={14} />
        </span>
      )}
    </span>
  )
}

function nearestOf({
  spend_per_day,
  spend_per_month,
  spent,
}: Token): { per: 'day' | 'month'; most: number } | undefined {
  const set = [
    spend_per_month === null
      ? []
      : { per: 'month' as const, most: spend_per_month, part: spent.month / spend_per_month },
    spend_per_day === null ? [] : { per: 'day' as const, most: spend_per_day, part: spent.day / spend_per_day },
  ].flat()
  return set.toSorted((a, b) => b.part - a.part)[0]
}
