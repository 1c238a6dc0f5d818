import { appendFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/**
 * Whether the machine has what a suite needs; for `it.runIf` and `describe.runIf`. Where it is missing, the file named
 * by LATCHKEY_TEST_MISSING gets a line that says so, and with LATCHKEY_TEST_REQUIRE=all a test of that name fails.
 */
export function requirement(name: string, available: boolean, howToGet: string): boolean {
  if (available) return true
  const report = process.env.LATCHKEY_TEST_MISSING
  if (report) appendFileSync(report, `${name} is missing. To get it: ${howToGet}\n`)
  it.runIf(process.env.LATCHKEY_TEST_REQUIRE === 'all')(`${name} is missing. To get it: ${howToGet}`, () => {
    expect(available).toBe(true)
  })
  return false
}
