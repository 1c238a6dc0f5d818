/** The day of a moment in this machine's calendar: `2026-11-25`. */
export function dayOf(at: number): string {
  const time = new Date(at)
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
}
