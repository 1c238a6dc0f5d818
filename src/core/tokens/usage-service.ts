import type { Api } from '../../shared/contract.ts'
import { sumUsage, type UsageSums } from '../../shared/usage-schemas.ts'
import type { UsageRow } from '../store/token-store.ts'
import type { Vault } from '../vault.ts'

const DAYS = 30

function sumsOf({ group: _group, part: _part, cost, ...sums }: UsageRow): UsageSums {
  return { ...sums, cost_usd: cost }
}

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
        rows: rows.map((row) => ({
          group: row.group,
          ...(asked.split_by === undefined ? {} : { part: row.part }),
          ...sumsOf(row),
        })),
        total: sumUsage(rows.map(sumsOf)),
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
