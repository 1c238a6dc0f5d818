// Days as the calendar of this machine has them, written 2026-11-25.

const DAY_MS = 24 * 60 * 60_000

/** How the days were chosen. */
export type RangeChoice = 'week' | 'thirty' | 'month' | 'own'

export interface DayRange {
  from: string
  /** The last day, which counts too. */
  to: string
}

/** The days of a choice, up to today where the person names none of their own. */
export function rangeOf(choice: RangeChoice, own: DayRange, now: Date): DayRange {
  const back = (days: number): string => dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - days))
  if (choice === 'own') return own
  if (choice === 'month') return { from: dayOf(new Date(now.getFullYear(), now.getMonth(), 1)), to: dayOf(now) }
  return { from: back(choice === 'week' ? 6 : 29), to: back(0) }
}

/** The days that the chart shows: of a month all of them, so that it keeps its shape. */
export function shownDays(choice: RangeChoice, { from, to }: DayRange): string[] {
  const begin = dateOf(from)
  const end = choice === 'month' ? new Date(begin.getFullYear(), begin.getMonth() + 1, 0) : dateOf(to)
  // In whole days, which the hour of summer time makes a little longer or shorter.
  const number = Math.round((end.getTime() - begin.getTime()) / DAY_MS) + 1
  return Array.from({ length: number }, (_, at) =>
    dayOf(new Date(begin.getFullYear(), begin.getMonth(), begin.getDate() + at)),
  )
}

/** Midnight at the beginning of a day. */
export function dateOf(day: string): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date)
}

/** The day of a moment. */
export function dayOf(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** The last day that can be chosen. */
export const today = (): string => dayOf(new Date())
