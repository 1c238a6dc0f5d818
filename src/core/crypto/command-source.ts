// The master key from a command of the owner's: `vault kv get …`, `pass show …`.
import { basename } from 'node:path'
import { z } from 'zod'
import { appError, type AppError } from '../../shared/errors.ts'
import { KeyCommand } from '../../shared/master-key-schemas.ts'
import { runBounded } from '../bounded-command.ts'
import { checkPrivateFile, readSmallFile, reason, writePrivateFile, type Warn } from '../private-files.ts'
import type { KeySource } from './key-source.ts'

const LIMIT_SECONDS = 10
/** A ring of two keys is 89 characters, a wrapped one some 600. */
const MOST_BYTES = 4096

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

async function run(command: KeyCommand, { env, limitSeconds = LIMIT_SECONDS }: CommandOptions): Promise<string> {
  const outcome = await runBounded(command, { env, limitSeconds, mostBytes: MOST_BYTES })
  const failed = (what: string, cause?: unknown): AppError =>
    appError('key_command_failed', { command: basename(command[0] ?? ''), what }, { cause })
  if ('failed' in outcome) throw failed(outcome.failed, outcome.cause)
  const key = outcome.printed.toString('utf8').trim()
  outcome.printed.fill(0)
  if (key === '') throw failed('printed nothing')
  return key
}
