import { runStep, type StepResult } from './run-step.ts'

/** Types, lint and format: `npm run check`, and the first part of `npm test`. */
export function runChecks(): Promise<StepResult[]> {
  return Promise.all([
    runStep('types of the Node side', 'tsc', ['-p', 'tsconfig.json']),
    runStep('types of the window', 'tsc', ['-p', 'tsconfig.web.json']),
    runStep('types of the browser specs', 'tsc', ['-p', 'test/e2e/tsconfig.json']),
    runStep('lint', 'oxlint', ['--type-aware', '--deny-warnings']),
    runStep('format', 'oxfmt', ['--check', '.']),
  ])
}
