import { defineConfig } from 'vitest/config'

// The long form of kill and fuzz runs: `npm run test:soak`.
export default defineConfig({
  test: { include: ['test/soak/**/*.test.ts'], pool: 'forks', testTimeout: 3_600_000 },
})
