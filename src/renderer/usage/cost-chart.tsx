import { useMemo } from 'react'
import {
  Bar,
  BarChart,
  CartesianGrid,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
  type TooltipContentProps,
} from 'recharts'
import type { Usage } from '../../shared/usage-schemas.ts'
import { strings } from '../strings.ts'
import { formatNumber } from '../words.ts'
import { chartOf, namedDays, topOf, type Bar as DayBar, type Series } from './chart-series.ts'
import { useProvidersByName } from './provider-names.ts'
import { costOf, missingOf } from './sums-in-words.ts'
import { dateOf, type RangeChoice } from './usage-range.ts'

interface CostChartProps {
  /** Days, with providers as their parts. */
  usage: Usage
  days: readonly string[]
  choice: RangeChoice
}

/** Both charts stand on the same days: what is pointed at in one is marked in the other. */
const SYNC = 'usage'
const AXIS_WIDTH = 44

/** Cost by day, stacked by provider, and below it the requests of each day on an axis of their own. */
export function CostChart({ usage, days, choice }: CostChartProps) {
  const { series, bars } = useMemo(() => chartOf(usage.rows, days), [usage, days])
  const labelOf = useSeriesLabel()
  const top = topOf(Math.max(...bars.map(({ sums }) => sums.cost_usd)))
  const { usage: words } = strings
  return (
    <section
      aria-label={words.costByDay}
      className="mt-3 rounded-8 border border-line bg-surface pt-3 pr-4 pb-2 shadow-card"
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 pl-4">
        <h2 className="mr-auto text-13 font-semibold">{words.costByDay}</h2>
        <Legend series={series} />
      </div>
      <ResponsiveContainer width="100%" height={196}>
        <BarChart
          data={bars}
          syncId={SYNC}
          margin={{ top: 12, right: 0, bottom: 0, left: 8 }}
          barCategoryGap="13%"
          title={words.costByDay}
        >
          <CartesianGrid vertical={false} stroke="var(--color-line)" />
          <XAxis
            dataKey="day"
            tickFormatter={(day: string) => words.dayOnAxis(dateOf(day), choice)}
            interval={0}
            ticks={namedDays(days, choice === 'month')}
            tickLine={false}
            axisLine={{ stroke: 'var(--color-line-2)' }}
            tick={<Label anchor="middle" />}
          />
          <YAxis
            width={AXIS_WIDTH}
            domain={[0, top]}
            ticks={[0, top / 2, top]}
            tickFormatter={words.moneyOnAxis}
            tickLine={false}
            axisLine={false}
            tick={<Label anchor="end" />}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ className: 'fill-hover' }}
            content={<DayTip series={series} />}
          />
          {series.map(({ key, name }) => (
            <Bar
              key={key}
              dataKey={(bar: DayBar) => bar.parts[key]?.cost_usd ?? 0}
              name={labelOf(name).label}
              stackId="cost"
              isAnimationActive={false}
              shape={<Part hue={labelOf(name).hue} />}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
      <h3 className="pl-4 text-11 text-text-3">{words.requests}</h3>
      <ResponsiveContainer width="100%" height={56}>
        <BarChart
          data={bars}
          syncId={SYNC}
          accessibilityLayer={false}
          margin={{ top: 4, right: 0, bottom: 2, left: 8 }}
          barCategoryGap="13%"
        >
          <XAxis dataKey="day" hide />
          <YAxis
            width={AXIS_WIDTH}
            domain={[0, 'dataMax']}
            ticks={[0]}
            tickLine={false}
            axisLine={false}
            tick={<Label anchor="end" />}
          />
          <Tooltip isAnimationActive={false} cursor={{ className: 'fill-hover' }} content={() => null} />
          <Bar dataKey="sums.requests" isAnimationActive={false} shape={<Part hue={undefined} />} />
        </BarChart>
      </ResponsiveContainer>
    </section>
  )
}

/** What a series is called, and the hue its provider has everywhere; undefined where it has none. */
function useSeriesLabel() {
  const providers = useProvidersByName()
  return (name: string | null): { label: string; hue: number | undefined } => {
    if (name === null) return { label: strings.usage.other, hue: undefined }
    const provider = providers.get(name)
    return provider === undefined
      ? { label: name, hue: undefined }
      : { label: provider.display_name, hue: ((provider.id - 1) % 8) + 1 }
  }
}

function Legend({ series }: { series: readonly Series[] }) {
  const labelOf = useSeriesLabel()
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-12 text-text-2">
      {series.map(({ key, name, sums }) => {
        const { label, hue } = labelOf(name)
        return (
          <li key={key} className="flex min-w-0 items-center gap-1.5" title={missingOf(sums)}>
            <Swatch hue={hue} />
            <span className="max-w-44 truncate">{label}</span>
            <span className="tabular font-medium text-text">{costOf(sums)}</span>
          </li>
        )
      })}
    </ul>
  )
}

const Swatch = ({ hue }: { hue: number | undefined }) => (
  <span
    aria-hidden
    data-hue={hue}
    className={`size-2 shrink-0 rounded-[2px] ${hue === undefined ? 'bg-field' : 'bg-(--chart)'}`}
  />
)

interface PartProps {
  hue: number | undefined
  x?: number
  y?: number
  width?: number
  height?: number
}

/** A part of a bar, a pixel short so that it stands apart from the one below. */
function Part({ hue, x = 0, y = 0, width = 0, height = 0 }: PartProps) {
  if (!(height > 0)) return null
  return (
    <rect
      data-hue={hue}
      x={x}
      y={y}
      width={Math.max(1, width)}
      height={height > 2 ? height - 1 : height}
      className={hue === undefined ? 'fill-field' : 'fill-(--chart)'}
    />
  )
}

interface LabelProps {
  anchor: 'middle' | 'end'
  x?: number
  y?: number
  payload?: { value: string | number }
  tickFormatter?: (value: string | number) => string
}

/** A word on an axis. */
function Label({ anchor, x = 0, y = 0, payload, tickFormatter }: LabelProps) {
  const value = payload?.value ?? ''
  return (
    <text x={x} y={y} dy={anchor === 'middle' ? 10 : 4} textAnchor={anchor} className="tabular fill-text-3 text-11">
      {tickFormatter === undefined ? value : tickFormatter(value)}
    </text>
  )
}

interface DayTipProps extends Partial<TooltipContentProps> {
  series: readonly Series[]
}

/** The numbers of a day, in the order of its bar from above. */
function DayTip({ active, payload, series }: DayTipProps) {
  const labelOf = useSeriesLabel()
  const bar: DayBar | undefined = payload?.[0]?.payload
  if (active !== true || bar === undefined) return null
  const { usage } = strings
  return (
    <div className="min-w-48 rounded-8 border border-line-2 bg-raised p-3 text-12 shadow-menu">
      <p className="mb-1.5 font-semibold">{usage.longDay(dateOf(bar.day))}</p>
      <table className="w-full border-separate border-spacing-y-1">
        <tbody>
          {series.map(({ key, name }) => {
            const { label, hue } = labelOf(name)
            const sums = bar.parts[key]
            return sums === undefined ? null : (
              <tr key={key}>
                <td className="pr-4 text-text-2">
                  <span className="flex items-center gap-1.5">
                    <Swatch hue={hue} />
                    <span className="max-w-44 truncate">{label}</span>
                  </span>
                </td>
                <td className="tabular text-right">{costOf(sums)}</td>
              </tr>
            )
          })}
          <tr className="font-semibold">
            <td>{usage.total}</td>
            <td className="tabular text-right">{costOf(bar.sums)}</td>
          </tr>
          <tr className="text-text-3">
            <td>{usage.requests}</td>
            <td className="tabular text-right">{formatNumber(bar.sums.requests)}</td>
          </tr>
        </tbody>
      </table>
    </div>
  )
}
