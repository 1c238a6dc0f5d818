// Runs a command line and answers for it: what went wrong is said once, here, as a sentence and what to do.
import { CommanderError } from 'commander'
import { isAppError, toAppError, type ErrorBody } from '../shared/errors.ts'
import { createProgram } from './program.ts'
import { refuseSecrets } from './refuse-secrets.ts'
import { Cancelled, NotConfirmed, UsageError } from './refusals.ts'
import { allowClosedPipe, painted, printable, say } from './terminal.ts'

const HOW = 'The same command with --help shows how it is written.'

/** Runs the arguments; sets the process's exit code where it is not 0. */
export async function run(argv: readonly string[]): Promise<void> {
  allowClosedPipe()
  try {
    refuseSecrets(argv)
    await createProgram().parseAsync(argv, { from: 'user' })
  } catch (cause) {
    process.exitCode = await answerFor(cause, argv.includes('--json'))
  }
}

async function answerFor(cause: unknown, json: boolean): Promise<number> {
  if (cause instanceof CommanderError) {
    if (cause.exitCode === 0) return 0
    // A group without a command has shown its help already.
    if (cause.code !== 'commander.help') report({ detail: usageSentence(cause), code: 'usage', hint: HOW }, json)
    return 2
  }
  if (cause instanceof UsageError) {
    report({ detail: cause.message, code: 'usage', hint: cause.hint }, json)
    return 2
  }
  if (cause instanceof Cancelled) {
    report({ detail: 'Stopped; nothing was changed', code: 'cancelled' }, json)
    return 130
  }
  if (cause instanceof NotConfirmed) {
    report(
      { detail: cause.message, code: 'not_confirmed', ...(cause.hint === undefined ? {} : { hint: cause.hint }) },
      json,
    )
    return 1
  }
  if (!isAppError(cause)) await logUnexpected(cause)
  report(toAppError(cause).body, json)
  return 1
}

type Told = Omit<ErrorBody, 'code'> & { code: string }

function report(error: Told, json: boolean): void {
  if (json) return say(JSON.stringify(error))
  const mark = (style: 'red' | 'cyan', text: string) => painted(process.stderr, style, text)
  say(`${mark('red', 'error:')} ${printable(error.detail)}`)
  for (const { path, message } of error.errors?.slice(1) ?? []) say(`       ${printable(`${path}: ${message}`)}`)
  if (error.hint !== undefined) say(`${mark('cyan', 'hint:')} ${printable(error.hint)}`)
}

/** Commander's own words on one line. What stands behind a `=` is left out: it may be a key. */
function usageSentence({ message }: CommanderError): string {
  return message
    .replace(/^error: /, '')
    .replace(/'(--?[\w-]+)=[^']*'/, "'$1'")
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** A mistake of Latchkey's own: its trace, struck of whatever looks like a key. */
async function logUnexpected(cause: unknown): Promise<void> {
  const { createLog } = await import('../core/log.ts')
  createLog().error({ err: cause }, 'a command failed')
}
