import { sumUsage, type Usage, type UsageSums } from '../../shared/usage-schemas.ts'
import { gather } from './gather-usage.ts'

/** A provider's part of every bar, or what is left of them: `name` is null there. */
export interface Series {
  key: 'a' | 'b' | 'c' | 'd' | 'rest'
  name: string | null
  sums: UsageSums
}

/** A day, with what each series has of it. */
export interface Bar {
  day: string
  sums: UsageSums
  parts: Partial<Record<Series['key'], UsageSums>>
}

const KEYS = ['a', 'b', 'c', 'd'] as const

/** The costs of each day by provider, the dearest four by name. `rows` are days with providers as their parts. */
export function chartOf(rows: Usage['rows'], days: readonly string[]): { series: Series[]; bars: Bar[] } {
  const providers = [...Map.groupBy(rows, (row) => row.part ?? null)]
    .map(([name, parts]) => ({ name, sums: sumUsage(parts) }))
    .sort((a, b) => b.sums.cost_usd - a.sums.cost_usd || b.sums.requests - a.sums.requests)
  const named = providers.slice(0, KEYS.length)
  const others = providers.slice(KEYS.length).map(({ sums }) => sums)
  const series: Series[] = [
    ...named.map((provider, at) => ({ key: KEYS[at] ?? ('rest' as const), ...provider })),
    ...(others.length === 0 ? [] : [{ key: 'rest' as const, name: null, sums: sumUsage(others) }]),
  ]
  const keyOf = new Map(series.map(({ key, name }) => [name, key]))
  const byDay = new Map(gather(rows).map((gathered) => [gathered.group, gathered]))
  const bars = days.map((day): Bar => {
    const { parts = [], sums = sumUsage([]) } = byDay.get(day) ?? {}
    const bySeries = Map.groupBy(parts, ({ part = null }) => keyOf.get(part) ?? 'rest')
    return { day, sums, parts: Object.fromEntries([...bySeries].map(([key, rows]) => [key, sumUsage(rows)])) }
  })
  return { series, bars }
}

/** What the axis ends at: a round number whose half is one too. */
export function topOf(most: number): number {
  if (most <= 0) return 1
  const unit = 10 ** Math.floor(Math.log10(most))
  const steps = [1, 2, 4, 6, 8, 10].find((step) => step * unit >= most) ?? 10
  return steps * unit
}

/** The days that are written below the chart: of a month the 1st and each fifth, else at most eight up to the last. */
export function namedDays(days: readonly string[], isMonth: boolean): string[] {
  if (isMonth) return days.filter((day) => day.endsWith('-01') || Number(day.slice(-2)) % 5 === 0)
  const stride = Math.ceil(days.length / 8)
  return days.filter((_, at) => (days.length - 1 - at) % stride === 0)
}
