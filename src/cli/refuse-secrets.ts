// A key in an argument stands in the shell's history and in the process list, where every user of the machine can read
// it. So it is refused even though it is too late for this one, and it is never repeated.
import { UsageError } from './refusals.ts'

/** How the keys of the large providers begin, a Latchkey token, a Fernet token, and a master key as a whole. */
const SECRET = /^(?:(?:sk-|xai-|AIza|gsk_|lk_|gAAAA)[A-Za-z0-9_-]{16,}={0,2}|[A-Za-z0-9_-]{43}=)$/

/** Options that other programs have for a key. Here there is none, and what follows is not to be repeated. */
const KEY_OPTION = /^--?(?:api[-_]?key|key|secret|token)(?:=|$)/i

/** Refuses a command line with something that looks like a key, alone or after a `=`, or an option for one. */
export function refuseSecrets(argv: readonly string[]): void {
  const found = argv.some(
    (argument) =>
      KEY_OPTION.test(argument) || SECRET.test(argument) || SECRET.test(argument.slice(argument.indexOf('=') + 1)),
  )
  if (found) throw keyInArguments('latchkey key set NAME')
}

/** The error for a key among the arguments; `command` is what to run instead. */
export function keyInArguments(command: string): UsageError {
  return new UsageError(
    'A key does not belong on the command line: the process list and the history of the shell show it to others',
    `Run "${command}" and paste the key when asked, or pipe it in. Nothing was stored; if that was a real key, replace it at its provider.`,
  )
}

/** The arguments that are Latchkey's own: what stands behind `run … --` belongs to the program that is run. */
export function ownArguments(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end > 0 && argv.slice(0, end).includes('run') ? argv.slice(0, end) : argv
}
