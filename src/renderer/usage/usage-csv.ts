import { toCsv } from '../../shared/csv.ts'
import type { Usage, UsageGroup } from '../../shared/usage-schemas.ts'

/** One line for each day and group. What is not known is empty, not zero. */
export function usageCsv({ rows }: Usage, by: UsageGroup): string {
  const head = [
    'requests',
    'failed',
    'input_tokens',
    'output_tokens',
    'cached_tokens',
    'cost_usd',
    'estimated',
    'unmeasured',
    'unpriced',
  ]
  const lines = rows.map((row) => {
    const isUnmeasured = row.unmeasured === row.requests
    const measured = [row.input_tokens, row.output_tokens, row.cached_tokens].map((one) => (isUnmeasured ? '' : one))
    return [
      row.group ?? '',
      ...(by === 'day' ? [] : [row.part ?? '']),
      row.requests,
      row.failed,
      ...measured,
      row.unpriced === row.requests ? '' : row.cost_usd,
      row.estimated,
      row.unmeasured,
      row.unpriced,
    ]
  })
  return `${toCsv([['day', ...(by === 'day' ? [] : [by]), ...head], ...lines])}\n`
}
