// Everything this machine can test. What it lacks is named at the end, with the command that helps; with
// LATCHKEY_TEST_REQUIRE=all a lack is a failure.
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChecks } from './checks.ts'
import { report, runStep, type StepResult } from './run-step.ts'

interface Counts {
  passed: number
  failed: number
}

const folder = mkdtempSync(join(tmpdir(), 'latchkey-results-'))
const missingFile = join(folder, 'missing.txt')
const unitFile = join(folder, 'unit.json')
const browserFile = join(folder, 'browser.json')
const env = {
  LATCHKEY_TEST_MISSING: missingFile,
  LATCHKEY_TEST_COMMAND: 'out/main/cli.js',
  PLAYWRIGHT_JSON_OUTPUT_NAME: browserFile,
}

const results: StepResult[] = []
const done = (result: StepResult): void => {
  results.push(result)
  report(result)
}

for (const result of await runChecks()) done(result)
// The command line and the window are tested as they are shipped.
done(await runStep('build', 'electron-vite', ['build']))
done(
  await runStep(
    'unit and integration',
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitFile}`],
    { env, live: true },
  ),
)
if (existsSync('/usr/bin/dpkg-deb')) done(await runStep('package', 'node', ['scripts/package/index.ts', '--check']))
else
  appendFileSync(
    missingFile,
    'dpkg-deb is missing, so no package was checked. On Debian and Ubuntu it is always there.\n',
  )
done(await runStep('browser', 'playwright', ['test', '--reporter=list,json'], { env, live: true }))

const unit = read(unitFile) as { numPassedTests: number; numFailedTests: number } | undefined
const browser = read(browserFile) as { stats: { expected: number; unexpected: number; flaky: number } } | undefined
const counts = sum([
  { passed: unit?.numPassedTests ?? 0, failed: unit?.numFailedTests ?? 0 },
  { passed: (browser?.stats.expected ?? 0) + (browser?.stats.flaky ?? 0), failed: browser?.stats.unexpected ?? 0 },
])
const missing = existsSync(missingFile) ? [...new Set(readFileSync(missingFile, 'utf8').trim().split('\n'))] : []
rmSync(folder, { recursive: true })

console.log('')
results.forEach(({ name, ok, seconds }) => console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)`))
const flaky = browser?.stats.flaky ?? 0
if (flaky > 0) console.log(`flaky: ${flaky} browser specs passed only when run again`)
for (const lack of missing) console.log(`missing: ${lack}`)
console.log(`${counts.passed} passed, ${counts.failed} failed`)
const required = process.env['LATCHKEY_TEST_REQUIRE'] === 'all'
process.exitCode = results.every(({ ok }) => ok) && !(required && missing.length > 0) ? 0 : 1

function read(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

function sum(all: readonly Counts[]): Counts {
  return all.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }))
}
