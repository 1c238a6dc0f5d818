/** Wrong passphrases in a row that cost nothing: everybody mistypes. */
const FREE = 3
const LONGEST = 300

/**
 * Seconds that the next try must still wait after so many wrong ones in a row: none after three, then 2, 4, 8 … up to
 * five minutes. `passed` is the time since the last one, in milliseconds; a clock that was set back makes no wait longer.
 */
export function unlockWait(wrongTries: number, passed: number): number {
  if (wrongTries < FREE) return 0
  const delay = Math.min(2 ** (wrongTries - FREE + 1), LONGEST)
  return Math.max(0, Math.ceil(delay - Math.max(0, passed) / 1000))
}
