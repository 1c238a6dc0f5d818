// Runs a program in our place: its terminal is ours, signals go on to it, and it ends as if we had been it.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { appError } from '../../shared/errors.ts'
import { reason } from '../private-files.ts'
import type { Environment } from './child-environment.ts'

/** How a program ended: with a code, or by a signal. */
export type ChildEnd = { code: number } | { signal: NodeJS.Signals }

const PASSED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

/** A terminal sends these to the child itself as well; twice is, for many a program, "at once". */
const FROM_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT'])

/** Runs it to its end. Throws `command_not_run` where it cannot be started. */
export function runChild(command: readonly string[], env: Environment): Promise<ChildEnd> {
  const [program = '', ...args] = command
  const onTerminal = [0, 1, 2].some((fd) => isatty(fd))
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: 'inherit', shell: false })
    const pass = (signal: NodeJS.Signals): void => {
      if (!(onTerminal && FROM_TERMINAL.has(signal))) child.kill(signal)
    }
    const handled = process.platform === 'win32' ? PASSED.slice(0, 1) : PASSED
    for (const signal of handled) process.on(signal, pass)
    const done = (): void => {
      for (const signal of handled) process.removeListener(signal, pass)
    }
    child.once('error', (cause) => {
      done()
      reject(appError('command_not_run', { command: program, what: reason(cause) }, { cause }))
    })
    child.once('exit', (code, signal) => {
      done()
      resolve(signal === null ? { code: code ?? 1 } : { signal })
    })
  })
}

/** Ends this process as the child ended, so that whoever started it sees the same. */
export function endLike(end: ChildEnd): never {
  if ('code' in end) process.exit(end.code)
  process.kill(process.pid, end.signal)
  // Where the signal is not deadly to us (Windows, an ignored one): the code that a shell would give.
  process.exit(128 + (constants.signals[end.signal] ?? 0))
}
