// Runs a command line and answers for it: what went wrong is said once, here, as a sentence and what to do.
import { CommanderError, type Command } from 'commander'
import { isAppError, toAppError, type ErrorBody } from '../shared/errors.ts'
import { createProgram } from './program.ts'
import { ownArguments, refuseSecrets } from './refuse-secrets.ts'
import { Cancelled, NotConfirmed, UsageError } from './refusals.ts'
import { allowClosedPipe, painted, printable, say } from './terminal.ts'

/** Runs the arguments; sets the process's exit code where it is not 0. */
export async function run(argv: readonly string[]): Promise<void> {
  allowClosedPipe()
  const own = ownArguments(argv)
  answerForTheUncaught(own.includes('--json'))
  const program = createProgram()
  try {
    refuseSecrets(own)
    await program.parseAsync(argv, { from: 'user' })
  } catch (cause) {
    process.exitCode = await answerFor(cause, own.includes('--json'), `See: ${commandIn(program, own)} --help`)
  }
}

/** Node itself would print what nobody caught as it is, with whatever hangs on it; here it goes through the log. */
function answerForTheUncaught(json: boolean): void {
  process.on('uncaughtException', (cause) => {
    void answerFor(cause, json, '').finally(() => process.exit(1))
  })
}

async function answerFor(cause: unknown, json: boolean, seeHelp: string): Promise<number> {
  if (cause instanceof CommanderError) {
    if (cause.exitCode === 0) return 0
    // A group without a command has shown its help already.
    if (cause.code !== 'commander.help')
      report({ detail: await usageSentence(cause), code: 'usage', hint: seeHelp }, json)
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
  const { body } = toAppError(cause)
  report(body.code === 'internal' ? { ...body, hint: 'Nothing was half-done. The line above says more.' } : body, json)
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

/** The command that was meant, as far as its words are known. */
function commandIn(program: Command, argv: readonly string[]): string {
  let command = program
  let words = program.name()
  for (const word of argv) {
    const next = command.commands.find((known) => known.name() === word)
    if (next === undefined) continue
    command = next
    words += ` ${word}`
  }
  return words
}

/** Commander's own words on one line. What stands behind a `=` is left out, and what looks like a key struck out. */
async function usageSentence({ message }: CommanderError): Promise<string> {
  const { strikeOut } = await import('../core/log.ts')
  const sentence = message
    .replace(/^error: /, '')
    .replace(/'(--?[\w-]+)=[^']*'/, "'$1'")
    .replaceAll(/\s+/g, ' ')
    .trim()
  return strikeOut(sentence.charAt(0).toUpperCase() + sentence.slice(1))
}

/** A mistake of Latchkey's own: its trace, struck of whatever looks like a key. */
async function logUnexpected(cause: unknown): Promise<void> {
  const { createLog } = await import('../core/log.ts')
  createLog({ destination: process.stderr }).error({ err: cause }, 'a command failed')
}
