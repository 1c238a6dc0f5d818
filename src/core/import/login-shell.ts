import { userInfo } from 'node:os'
import { runBounded } from '../bounded-command.ts'
import type { Variables } from './variables.ts'

const LIMIT_SECONDS = 10
const MOST_BYTES = 1024 * 1024
/** Stands between what start-up files print and the variables. */
const MARK = 'latchkey-variables'

/**
 * The environment that the person's own login shell sets up, as a terminal would have it; programs started from a
 * desktop do not inherit it. This runs the shell's start-up files, as every terminal does. Undefined on Windows, which
 * has no such thing, and where the shell does not end in time.
 */
export async function loginShellVariables(env: NodeJS.ProcessEnv, shell = ownShell()): Promise<Variables | undefined> {
  if (shell === undefined) return undefined
  const command = [shell, '-l', '-i', '-c', `printf '%s\\0' ${MARK}; env -0`]
  const outcome = await runBounded(command, { env, limitSeconds: LIMIT_SECONDS, mostBytes: MOST_BYTES })
  if ('failed' in outcome) return undefined
  const text = outcome.printed.toString('utf8')
  outcome.printed.fill(0)
  const at = text.lastIndexOf(`${MARK}\0`)
  if (at === -1) return undefined
  const pairs = text.slice(at + MARK.length + 1).split('\0')
  return new Map(
    pairs.flatMap((pair) => {
      const equals = pair.indexOf('=')
      return equals < 1 ? [] : [[pair.slice(0, equals), { value: pair.slice(equals + 1) }] as const]
    }),
  )
}

/** As the system has it for this user, not as a variable says. */
function ownShell(): string | undefined {
  if (process.platform === 'win32') return undefined
  const { shell } = userInfo()
  return shell === null || shell === '' || /\/(false|nologin)$/.test(shell) ? undefined : shell
}
