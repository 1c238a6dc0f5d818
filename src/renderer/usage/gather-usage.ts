import type { Usage, UsageSums } from '../../shared/usage-schemas.ts'

type Row = Usage['rows'][number]

/** A group with all its parts. */
export interface Gathered {
  group: string | null
  parts: readonly Row[]
  sums: UsageSums
}

/** Rows with parts, as one for each group. */
export function gather(rows: readonly Row[]): Gathered[] {
  const groups = Map.groupBy(rows, (row) => row.group)
  return [...groups].map(([group, parts]) => ({ group, parts, sums: sumOf(parts) }))
}

/** The sum of sums. */
export function sumOf(rows: readonly UsageSums[]): UsageSums {
  const sum = (field: keyof UsageSums): number => rows.reduce((all, row) => all + row[field], 0)
  return {
    requests: sum('requests'),
    failed: sum('failed'),
    input_tokens: sum('input_tokens'),
    output_tokens: sum('output_tokens'),
    cached_tokens: sum('cached_tokens'),
    cost_usd: sum('cost_usd'),
    estimated: sum('estimated'),
    unmeasured: sum('unmeasured'),
    unpriced: sum('unpriced'),
  }
}
