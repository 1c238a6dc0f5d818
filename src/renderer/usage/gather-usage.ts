import { sumUsage, type Usage, type UsageSums } from '../../shared/usage-schemas.ts'

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
  return [...groups].map(([group, parts]) => ({ group, parts, sums: sumUsage(parts) }))
}
