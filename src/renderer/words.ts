// Numbers, dates and counted things, in the form the window writes them.

const numbers = new Intl.NumberFormat('en')

/** With separators; below a thousand there are none, and asking Intl costs more than the rest of a card. */
export const formatNumber = (value: number): string => (value < 1000 ? String(value) : numbers.format(value))

/** `1 model`, `2,014 models`. */
export const count = (number: number, one: string, many: string): string =>
  `${formatNumber(number)} ${number === 1 ? one : many}`

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `3 Nov`, with the year if it is not this one. */
export function shortDate(timestamp: string, now: Date = new Date()): string {
  const date = new Date(timestamp)
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`
  return date.getFullYear() === now.getFullYear() ? day : `${day} ${date.getFullYear()}`
}

/** `3 Nov 2026`. */
export function longDate(timestamp: string): string {
  const date = new Date(timestamp)
  return `${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`
}

/** The host of an address with its port where it names one; undefined where it has none. */
export function hostOf(base_url: string | null): string | undefined {
  const host = base_url === null ? undefined : URL.parse(base_url)?.host
  return host === '' ? undefined : host
}

/** The vendor of a provider: its display name without what stands in brackets. */
export const vendorOf = (display_name: string): string => display_name.replace(/\s*\(.*\)\s*$/, '') || display_name
