import type { Command } from 'commander'
import type { Finding } from '../../core/doctor.ts'
import { globalsOf } from '../globals.ts'
import { painted, print, printable, say } from '../terminal.ts'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Look for what is wrong with the vault and around it, and say what to do')
    .option('--fix', 'repair what Latchkey can set right by itself: modes of files, what a stopped process left behind')
    .addHelpText(
      'after',
      `
Looks at the modes of folders and files, the soundness of the vault, its master key, every stored key, the catalog, the
listener, and whether anything private lies inside a git work tree. Changes nothing without --fix.
Exit code 1 when something is wrong.

Examples:
  latchkey doctor
  latchkey doctor --fix
  latchkey doctor --json
`,
    )
    .action(doctor)
}

async function doctor({ fix = false }: { fix?: boolean }, command: Command): Promise<void> {
  const { json, keyFile, envFile } = globalsOf(command)
  const { examine } = await import('../../core/doctor.ts')
  const findings = await examine({ env: process.env, cwd: process.cwd(), keyFile, envFile, fix })
  const wrong = findings.filter(({ level }) => level === 'wrong').length
  if (json) print(JSON.stringify({ healthy: wrong === 0, findings }))
  else tell(findings, wrong)
  if (wrong > 0) process.exitCode = 1
}

const marks = {
  fine: ['ok', 'green'],
  note: ['note', 'yellow'],
  wrong: ['wrong', 'red'],
  mended: ['mended', 'cyan'],
} as const satisfies Record<Finding['level'], readonly [string, string]>

function tell(findings: readonly Finding[], wrong: number): void {
  const indent = ' '.repeat(8)
  for (const { level, detail, hint } of findings) {
    const [word, colour] = marks[level]
    print(`${painted(process.stdout, colour, word.padEnd(6))}  ${printable(detail)}`)
    if (hint !== undefined) print(indent + printable(hint))
  }
  if (wrong === 0) say('Nothing is wrong.')
  else say(wrong === 1 ? 'One thing is wrong.' : `${wrong} things are wrong.`)
}
