import { describe, expect, it } from 'vitest'
import { chartOf, namedDays, topOf } from '../../../src/renderer/usage/chart-series.ts'
import { costOf, money, tokens } from '../../../src/renderer/usage/sums-in-words.ts'
import { usageCsv } from '../../../src/renderer/usage/usage-csv.ts'
import { rangeOf, shownDays } from '../../../src/renderer/usage/usage-range.ts'
import type { Usage, UsageSums } from '../../../src/shared/usage-schemas.ts'

const sums = (more: Partial<UsageSums> = {}): UsageSums => ({
  requests: 1,
  failed: 0,
  input_tokens: 10,
  output_tokens: 5,
  cached_tokens: 0,
  cost_usd: 1,
  estimated: 0,
  unmeasured: 0,
  unpriced: 0,
  ...more,
})

describe('a range of days', () => {
  const now = new Date(2026, 10, 23, 14)
  const own = { from: '2026-02-27', to: '2026-03-02' }

  it('ends today and counts the first day', () => {
    expect(rangeOf('week', own, now)).toEqual({ from: '2026-11-17', to: '2026-11-23' })
    expect(rangeOf('thirty', own, now)).toEqual({ from: '2026-10-25', to: '2026-11-23' })
    expect(rangeOf('month', own, now)).toEqual({ from: '2026-11-01', to: '2026-11-23' })
  })

  it('shows a month to its end, and other days as they are, over the end of a month too', () => {
    expect(shownDays('month', rangeOf('month', own, now))).toHaveLength(30)
    expect(shownDays('own', own)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02'])
  })
})

describe('a cost', () => {
  it('that is not known is said to be so, and one that is not whole is marked', () => {
    expect(costOf(sums({ cost_usd: 0, unpriced: 1 }))).toBe('No price')
    expect(costOf(sums({ cost_usd: 0, unpriced: 1, unmeasured: 1 }))).toBe('Unknown')
    expect(costOf(sums({ requests: 2, cost_usd: 1234.5, unpriced: 1 }))).toBe('$1,234.50+')
    expect(costOf(sums({ cost_usd: 2, estimated: 1 }))).toBe('~$2.00')
    expect(costOf(sums({ cost_usd: 0 }))).toBe('$0.00')
    expect(money(0.004)).toBe('<$0.01')
  })

  it('stands beside tokens that are rounded only where they are many', () => {
    expect([812, 9_999, 99_400, 999_499, 41_600_000].map(tokens)).toEqual(['812', '9,999', '99 k', '999 k', '41.6 M'])
  })
})

describe('the chart', () => {
  it('names the four dearest providers and sums up the others', () => {
    const rows: Usage['rows'] = ['a', 'b', 'c', 'd', 'e', 'f'].map((part, at) => ({
      group: '2026-11-01',
      part,
      ...sums({ cost_usd: 6 - at, unpriced: part === 'f' ? 1 : 0 }),
    }))
    const { series, bars } = chartOf(rows, ['2026-11-01', '2026-11-02'])
    expect(series.map(({ name, sums }) => [name, sums.cost_usd])).toEqual([
      ['a', 6],
      ['b', 5],
      ['c', 4],
      ['d', 3],
      [null, 3],
    ])
    expect(bars[0]?.parts.rest).toMatchObject({ requests: 2, cost_usd: 3, unpriced: 1 })
    expect(bars[0]?.sums).toMatchObject({ requests: 6, cost_usd: 21 })
    expect(bars[1]).toMatchObject({ day: '2026-11-02', parts: {}, sums: { requests: 0, cost_usd: 0 } })
  })

  it('ends at a round number, and names few days', () => {
    expect([0, 0.07, 1, 5.6, 9.9, 41].map(topOf)).toEqual([1, 0.08, 1, 6, 10, 60])
    const month = shownDays('own', { from: '2026-11-01', to: '2026-11-30' })
    expect(namedDays(month, true).map((day) => day.slice(-2))).toEqual(['01', '05', '10', '15', '20', '25', '30'])
    expect(namedDays(month, false)).toHaveLength(8)
    expect(namedDays(month, false).at(-1)).toBe('2026-11-30')
  })
})

describe('usage as CSV', () => {
  it('leaves empty what is not known, and keeps a name from being a formula', () => {
    const usage: Usage = {
      from: '',
      to: '',
      group_by: 'day',
      rows: [
        { group: '2026-11-01', part: '=1+1', ...sums({ estimated: 1 }) },
        { group: '2026-11-01', part: null, ...sums({ cost_usd: 0, unpriced: 1, unmeasured: 1 }) },
      ],
      total: sums(),
    }
    expect(usageCsv(usage, 'model').split('\n')).toEqual([
      'day,model,requests,failed,input_tokens,output_tokens,cached_tokens,cost_usd,estimated,unmeasured,unpriced',
      "2026-11-01,'=1+1,1,0,10,5,0,1,1,0,0",
      '2026-11-01,,1,0,,,,,0,1,1',
      '',
    ])
  })
})
