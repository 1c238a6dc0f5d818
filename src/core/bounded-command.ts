// A program of the owner's, run for what it prints: no shell, nothing it says is logged, and what it costs is bounded.
import { spawn } from 'node:child_process'
import { reason } from './private-files.ts'

export interface CommandBounds {
  /** The environment of our own process; our secrets do not reach the command. */
  env: NodeJS.ProcessEnv
  limitSeconds: number
  mostBytes: number
}

/** `printed` is the caller's to zero. Otherwise `failed` completes a sentence that begins with the command. */
export type CommandOutcome = { printed: Buffer } | { failed: string; cause?: unknown }

/** Runs it to its end, or ends it together with what it started. */
export function runBounded(command: readonly string[], bounds: CommandBounds): Promise<CommandOutcome> {
  const [program = '', ...args] = command
  const { limitSeconds, mostBytes } = bounds
  return new Promise((resolve) => {
    const printed: Buffer[] = []
    let length = 0
    let complaint = 0
    // A group of its own, so that what the command started ends with it.
    const child = spawn(program, args, {
      env: withoutOurs(bounds.env),
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: false,
      windowsHide: true,
      detached: process.platform !== 'win32',
    })
    const kill = (): void => endGroup(child.pid)
    process.once('exit', kill)

    let settled = false
    const settle = (outcome: CommandOutcome): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      process.removeListener('exit', kill)
      if ('failed' in outcome) kill()
      for (const chunk of printed) chunk.fill(0)
      resolve(outcome)
    }
    const timer = setTimeout(
      () => settle({ failed: `did not end within ${limitSeconds} seconds` }),
      limitSeconds * 1000,
    )

    child.stdout.on('data', (chunk: Buffer) => {
      printed.push(chunk)
      length += chunk.length
      if (length > mostBytes) settle({ failed: `printed more than ${mostBytes} bytes` })
    })
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.length
    })
    child.once('error', (cause) => settle({ failed: `could not be started: ${reason(cause)}`, cause }))
    child.once('close', (code, signal) => {
      const end = code === null ? String(signal) : `code ${code}`
      if (code === 0) settle({ printed: Buffer.concat(printed, length) })
      else settle({ failed: `ended with ${end} and ${complaint} bytes of complaint` })
    })
  })
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // ESRCH: it has ended already.
  }
}

function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(LATCHKEY_|ENCRYPTION_KEY$)/i.test(name)))
}
