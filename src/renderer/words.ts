// Numbers, dates and counted things, in the form the window writes them.

const numbers = new Intl.NumberFormat('en')

/** With separators; below a thousand there are none, and asking Intl costs more than the rest of a card. */
export const formatNumber = (value: number): string => (value < 1000 ? String(value) : numbers.format(value))

/** `1 model`, `2,014 models`. */
export const count = (number: number, one: string, many: string): string =>
  `${formatNumber(number)} ${number === 1 ? one : many}`

/** The size of a file: `212 KB`, `1.4 MB`. */
export const size = (bytes: number): string =>
  bytes < 999_500 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const LONG_MONTHS = 'January February March April May June July August September October November December'.split(' ')
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** `November`. */
export const monthOf = (date: Date): string => LONG_MONTHS[date.getMonth()] ?? ''

/** `Tuesday`. */
export const weekdayOf = (date: Date): string => WEEKDAYS[date.getDay()] ?? ''

const twoDigits = (number: number): string => String(number).padStart(2, '0')

/** `14:31:07`. */
export function timeOf(timestamp: string): string {
  const date = new Date(timestamp)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':')
}

/** `Today, 23 November`, `Yesterday, 22 November`, `Friday, 20 November`, with the year if it is not this one. */
export function dayHeading(date: Date, now: Date = new Date()): string {
  const days = Math.round((startOfDay(now) - startOfDay(date)) / DAY_MS)
  const name = days === 0 ? 'Today' : days === 1 ? 'Yesterday' : weekdayOf(date)
  const year = date.getFullYear() === now.getFullYear() ? '' : ` ${date.getFullYear()}`
  return `${name}, ${date.getDate()} ${monthOf(date)}${year}`
}

/** `3 Nov`, with the year if it is not this one. */
export function shortDate(timestamp: string | Date, now: Date = new Date()): string {
  const date = new Date(timestamp)
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`
  return date.getFullYear() === now.getFullYear() ? day : `${day} ${date.getFullYear()}`
}

/** `3 Nov 2026`. */
export function longDate(timestamp: string): string {
  const date = new Date(timestamp)
  return `${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`
}

/** `Just now`, `2 min ago` under an hour, then `Today 10:03`, `Yesterday`, a date. */
export function ago(timestamp: string, now: Date = new Date()): string {
  const date = new Date(timestamp)
  const minutes = Math.floor((now.getTime() - date.getTime()) / 60_000)
  if (minutes < 1) return 'Just now'
  if (minutes < 60) return `${minutes} min ago`
  const days = Math.round((startOfDay(now) - startOfDay(date)) / DAY_MS)
  if (days === 0) return `Today ${date.getHours()}:${String(date.getMinutes()).padStart(2, '0')}`
  return days === 1 ? 'Yesterday' : shortDate(timestamp, now)
}

/** The time so many days from now. */
export const inDays = (days: number, now: Date = new Date()): string =>
  new Date(now.getTime() + days * DAY_MS).toISOString()

/** Milliseconds from now; below zero once it is past. */
export const msUntil = (timestamp: string, now: Date = new Date()): number =>
  new Date(timestamp).getTime() - now.getTime()

const DAY_MS = 24 * 60 * 60_000

const startOfDay = (date: Date): number => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()

/** The host of an address with its port where it names one; undefined where it has none. */
export function hostOf(base_url: string | null): string | undefined {
  const host = base_url === null ? undefined : URL.parse(base_url)?.host
  return host === '' ? undefined : host
}

/** The vendor of a provider: its display name without what stands in brackets. */
export const vendorOf = (display_name: string): string => display_name.replace(/\s*\(.*\)\s*$/, '') || display_name
