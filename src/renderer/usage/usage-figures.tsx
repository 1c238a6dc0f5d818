import type { Usage } from '../../shared/usage-schemas.ts'
import { strings } from '../strings.ts'
import { formatNumber } from '../words.ts'
import { costOf, missingOf, tokens, tokensOf } from './sums-in-words.ts'
import { dateOf, type DayRange } from './usage-range.ts'

/** The four figures: what it cost, how often, how much, and what of it is not known. */
export function UsageFigures({ usage: { total }, range }: { usage: Usage; range: DayRange }) {
  const { usage } = strings
  const { requests, failed, input_tokens, output_tokens, cached_tokens, unmeasured, unpriced } = total
  const isKnown = unmeasured < requests
  return (
    <dl className="grid grid-cols-4 divide-x divide-line rounded-8 border border-line bg-surface shadow-card max-roomy:grid-cols-2 max-roomy:[&>*:nth-child(2)]:border-r-0 max-roomy:[&>*:nth-child(n+3)]:border-t max-roomy:[&>*:nth-child(n+3)]:border-line">
      <Figure
        name={usage.cost}
        value={costOf(total)}
        title={missingOf(total)}
        below={usage.during(dateOf(range.from), dateOf(range.to))}
      />
      <Figure name={usage.requests} value={formatNumber(requests)} below={usage.failedOf(failed)} />
      <Figure
        name={usage.tokens}
        value={tokensOf(total, input_tokens + output_tokens)}
        below={
          isKnown ? usage.inAndOut(tokens(input_tokens), tokens(cached_tokens), tokens(output_tokens)) : usage.notSaid
        }
      />
      <Figure
        name={usage.unknownCost}
        value={formatNumber(unpriced)}
        below={unpriced === 0 ? usage.allKnown : usage.whyUnknown(Math.min(unmeasured, unpriced))}
      />
    </dl>
  )
}

interface FigureProps {
  name: string
  value: string
  below: string
  title?: string | undefined
}

function Figure({ name, value, below, title }: FigureProps) {
  return (
    <div className="flex min-w-0 flex-col px-4 py-2.5">
      <dt className="text-11 text-text-3">{name}</dt>
      <dd className="tabular truncate text-20 font-semibold" title={title}>
        {value}
      </dd>
      <dd className="truncate text-11 text-text-3" title={below}>
        {below}
      </dd>
    </div>
  )
}
