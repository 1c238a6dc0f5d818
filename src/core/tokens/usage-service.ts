import type { Api } from '../../shared/contract.ts'
import type { UsageRow } from '../store/token-store.ts'
import type { Vault } from '../vault.ts'

const DAYS = 30

/** The operation that sums up what tools have used. */
export function usageOperations(vault: Vault): Pick<Api, 'getUsage'> {
  return {
    async getUsage({ from, to, group_by = 'day', ...asked }) {
      const now = new Date()
      const since = from === undefined ? startOfDay(now, 1 - DAYS) : momentOf(from, 0)
      const until = to === undefined ? now : momentOf(to, 1)
      // The present moment counts: a use of this very millisecond is one.
      const end = to === undefined ? until.getTime() + 1 : until.getTime()
      const rows = await vault.reader().tokens.sumUses({ from: since.getTime(), to: end, by: group_by, ...asked })
      return {
        from: since.toISOString(),
        to: until.toISOString(),
        group_by,
        rows: rows.map(({ group, part, ...row }) => ({
          group,
          ...(asked.split_by === undefined ? {} : { part }),
          ...sumOf([row]),
        })),
        total: sumOf(rows),
      }
    },
  }
}

/** A day is one of this machine's calendar: its beginning, or, `days` later, its end. */
function momentOf(text: string, days: number): Date {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  if (day === undefined) return new Date(text)
  return startOfDay(new Date(Number(year), Number(month) - 1, Number(day)), days)
}

function startOfDay(time: Date, days: number): Date {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate() + days)
}

type Sums = Omit<UsageRow, 'group' | 'part'>

function sumOf(rows: readonly Sums[]) {
  const sum = (field: keyof Sums): number => rows.reduce((all, row) => all + row[field], 0)
  return {
    requests: sum('requests'),
    failed: sum('failed'),
    input_tokens: sum('input_tokens'),
    output_tokens: sum('output_tokens'),
    cached_tokens: sum('cached_tokens'),
    cost_usd: sum('cost'),
    estimated: sum('estimated'),
    unmeasured: sum('unmeasured'),
    unpriced: sum('unpriced'),
  }
}
