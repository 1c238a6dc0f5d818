import { appendFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildIfStale } from '../../../scripts/build-if-stale.ts'
import { chromiumPath } from '../../support/find-chromium.ts'
import { CANARIES } from './canaries.ts'

const LACK = 'Chromium is missing. To get it: apt-get install chromium, or npx playwright-core install chromium'

/** Tests what would be shipped: what is older than its sources is built first. */
export default async function beforeAll(): Promise<void> {
  if (chromiumPath() === undefined) {
    const report = process.env['LATCHKEY_TEST_MISSING']
    if (report) appendFileSync(report, `${LACK}\n`)
    if (process.env['LATCHKEY_TEST_REQUIRE'] === 'all') throw new Error(LACK)
    console.log(`${LACK}. The browser specs are skipped.`)
    return
  }
  process.env[CANARIES] = join(mkdtempSync(join(tmpdir(), 'latchkey-e2e-')), 'canaries.txt')
  await buildIfStale(console.log)
}
