import { runChecks } from './checks.ts'
import { report } from './run-step.ts'

const results = await runChecks()
results.forEach(report)
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1
