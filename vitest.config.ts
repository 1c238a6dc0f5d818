import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Kill and fuzz runs in their long form: `npm run test:soak`.
    exclude: ['test/e2e/**', 'test/soak/**', 'node_modules/**'],
    environment: 'node',
    setupFiles: ['test/support/loopback-only.cjs', 'test/support/suite-sentinel.ts'],
    pool: 'forks',
    // One fewer by itself, which on two processors is one: most tests wait for the disk or another process.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
