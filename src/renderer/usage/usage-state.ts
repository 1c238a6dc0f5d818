import { create } from 'zustand'
import type { Usage, UsageGroup } from '../../shared/usage-schemas.ts'
import { api, problemOf, type Problem } from '../api.ts'
import { rangeOf, type DayRange, type RangeChoice } from './usage-range.ts'

/** What the person wants to see. It stays while they look at another page. */
interface Wish {
  choice: RangeChoice
  /** The days of a choice of their own. */
  own: DayRange
  /** Only this tool, or this provider, by name. */
  tool: string | null
  provider: string | null
  by: UsageGroup
}

interface UsageState extends Wish {
  /** What was answered last, and the days it is of; null until then. */
  shown: { choice: RangeChoice; range: DayRange; by: UsageGroup; days: Usage; groups: Usage } | null
  problem: Problem | null
}

export const useUsage = create<UsageState>()(() => ({
  choice: 'month',
  own: rangeOf('thirty', { from: '', to: '' }, new Date()),
  tool: null,
  provider: null,
  by: 'tool',
  shown: null,
  problem: null,
}))

/** Shows something else. */
export function wish(change: Partial<Wish>): void {
  useUsage.setState(change)
  void loadUsage()
}

/** Takes a day of the person's own range; the other end moves along where it would lie on the wrong side. */
export function wishDay(end: 'from' | 'to', day: string): void {
  if (day === '') return
  const { own } = useUsage.getState()
  const other = end === 'from' ? 'to' : 'from'
  const isWrong = end === 'from' ? day > own.to : day < own.from
  wish({ own: { ...own, [end]: day, ...(isWrong ? { [other]: day } : {}) } })
}

/** The filters in the words of the operation. */
const filters = ({ tool, provider }: Wish) => ({
  ...(tool === null ? {} : { tool }),
  ...(provider === null ? {} : { provider }),
})

let asked = 0

/** Fetches what is wished for. An answer that another wish has overtaken is dropped. */
export async function loadUsage(): Promise<void> {
  const number = ++asked
  const { choice, own, by, ...rest } = useUsage.getState()
  const range = rangeOf(choice, own, new Date())
  const query = { ...range, ...filters({ choice, own, by, ...rest }) }
  try {
    const [days, groups] = await Promise.all([
      api.getUsage({ ...query, group_by: 'day', split_by: 'provider' }),
      api.getUsage({ ...query, group_by: by, split_by: by === 'provider' ? 'tool' : 'provider' }),
    ])
    if (number === asked) useUsage.setState({ shown: { choice, range, by, days, groups }, problem: null })
  } catch (cause) {
    if (number === asked) useUsage.setState({ problem: problemOf(cause) })
  }
}

/** Each day's use by what the table shows, for a spreadsheet. */
export async function fetchForExport(): Promise<{ usage: Usage; by: UsageGroup; range: DayRange }> {
  const { choice, own, by, ...rest } = useUsage.getState()
  const range = rangeOf(choice, own, new Date())
  const query = { ...range, ...filters({ choice, own, by, ...rest }) }
  const usage = await api.getUsage({ ...query, group_by: 'day', ...(by === 'day' ? {} : { split_by: by }) })
  return { usage, by, range }
}
