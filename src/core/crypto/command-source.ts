// The master key from a command of the owner's: `vault kv get …`, `pass show …`. No shell takes part, nothing the
// command prints is logged or repeated, and what it costs is bounded.
import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { z } from 'zod'
import { appError } from '../../shared/errors.ts'
import { checkPrivateFile, readSmallFile, reason, writePrivateFile, type Warn } from '../private-files.ts'
import type { KeySource } from './key-source.ts'

const LIMIT_SECONDS = 10
/** A ring of two keys is 89 characters, a wrapped one some 600. */
const MOST_BYTES = 4096

/** A program and its arguments, each as it is: no quoting, no expansion. */
export const KeyCommand = z
  .array(z.string().regex(/^[^\0]*$/))
  .min(1)
  .max(64)
  .refine((argv) => argv[0] !== '')
export type KeyCommand = z.infer<typeof KeyCommand>

export interface CommandSource extends Omit<KeySource, 'name'> {
  readonly name: 'command'
}

export interface CommandOptions {
  /** The process's environment; our own secrets do not reach the command. */
  env: NodeJS.ProcessEnv
  limitSeconds?: number
}

/**
 * The command kept in this file of the configuration folder; undefined where there is none. It stands there and not in
 * the vault, so that a vault or backup from elsewhere can never name a program to run. Throws `key_file_unreadable`.
 */
export function readKeyCommand(path: string, warn: Warn): KeyCommand | undefined {
  checkPrivateFile(path, warn)
  try {
    const file = readSmallFile(path, MOST_BYTES)
    return file === undefined ? undefined : KeyCommand.parse(JSON.parse(file.bytes.toString('utf8')))
  } catch (cause) {
    const what = cause instanceof z.ZodError || cause instanceof SyntaxError ? 'it holds no command' : reason(cause)
    throw appError('key_file_unreadable', { path, what }, { cause })
  }
}

/** Keeps the command, whole or not at all. */
export function writeKeyCommand(path: string, command: KeyCommand): void {
  writePrivateFile(path, `${JSON.stringify(KeyCommand.parse(command))}\n`)
}

/** Runs the command for the key. `place` is the program and its first words, without what may be private. */
export function commandSource(command: KeyCommand, options: CommandOptions): CommandSource {
  const [program = ''] = command
  return {
    name: 'command',
    place: `the command ${basename(program)}`,
    read: () => run(command, options),
  }
}

function run(command: KeyCommand, { env, limitSeconds = LIMIT_SECONDS }: CommandOptions): Promise<string> {
  const [program = '', ...args] = command
  return new Promise((resolve, reject) => {
    const printed: Buffer[] = []
    let length = 0
    let complaint = 0
    // A group of its own, so that what the command started ends with it.
    const child = spawn(program, args, {
      env: withoutOurs(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: false,
      windowsHide: true,
      detached: process.platform !== 'win32',
    })
    const kill = (): void => endGroup(child.pid)
    process.once('exit', kill)

    let settled = false
    const settle = (act: () => void): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      process.removeListener('exit', kill)
      act()
      for (const chunk of printed) chunk.fill(0)
      printed.length = 0
    }
    const fail = (what: string, cause?: unknown): void =>
      settle(() => {
        kill()
        reject(appError('key_command_failed', { command: basename(program), what }, { cause }))
      })
    const timer = setTimeout(() => fail(`did not end within ${limitSeconds} seconds`), limitSeconds * 1000)

    child.stdout.on('data', (chunk: Buffer) => {
      printed.push(chunk)
      length += chunk.length
      if (length > MOST_BYTES) fail(`printed more than ${MOST_BYTES} bytes`)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.length
    })
    child.once('error', (cause) => fail(`could not be started: ${reason(cause)}`, cause))
    child.once('close', (code, signal) => {
      if (code !== 0) {
        fail(`ended with ${code === null ? String(signal) : `code ${code}`} and ${complaint} bytes of complaint`)
        return
      }
      settle(() => {
        const text = Buffer.concat(printed, length)
        const key = text.toString('utf8').trim()
        text.fill(0)
        if (key !== '') resolve(key)
        else reject(appError('key_command_failed', { command: basename(program), what: 'printed nothing' }))
      })
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
