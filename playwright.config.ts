import { defineConfig } from '@playwright/test'
import type { HarnessOption } from './test/e2e/support/fixture.ts'

// The same specs twice: in a browser tab and in the desktop window. What only one of them has stands in a file that
// says so in its name.
export default defineConfig<HarnessOption>({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  globalSetup: './test/e2e/support/before-all.ts',
  globalTeardown: './test/e2e/support/after-all.ts',
  fullyParallel: true,
  workers: 2,
  // A spec that needs a second run is named as flaky in the last lines: a mistake to mend, not to live with.
  retries: process.env['CI'] === undefined ? 0 : 1,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: { trace: 'off', screenshot: 'off', video: 'off', actionTimeout: 15_000 },
  projects: [
    { name: 'browser', testIgnore: '**/*.desktop.spec.ts', use: { harness: 'browser' } },
    { name: 'desktop', testIgnore: '**/*.browser.spec.ts', use: { harness: 'desktop' } },
  ],
})
