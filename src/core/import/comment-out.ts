// Takes imported keys out of the files they came from: only lines that set exactly that variable to exactly that key,
// with the file as it was kept beside it, and back again as long as nobody has changed the file since.
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, fchmodSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { appError } from '../../shared/errors.ts'
import { lookAt, readSmallFile, syncFolder, unwritable, writePrivateFile } from '../private-files.ts'
import type { FoundKey } from './found-key.ts'
import { variablesOfEnvFile, variablesOfShellFile } from './static-variables.ts'

const LIMIT = 4 * 1024 * 1024

/** A line that holds an imported key. */
export interface OwnedLine {
  path: string
  line: number
  variable: string
  key: FoundKey
  /** In a shell's start-up file a block must not be left empty. */
  in_shell_file: boolean
}

/** What was done to one file, enough to undo it. */
export interface CommentedOut {
  path: string
  /** The file as it was, readable by its owner alone. It holds the keys: delete it when all is well. */
  backup: string
  variables: string[]
  sha256: string
}

/**
 * Replaces each line by a comment that says where the key is now; answers what was done, file by file. Throws
 * `import_source_changed`, before anything is written, where a line is not what it was when the key was found.
 */
export function commentOut(lines: readonly OwnedLine[], now: Date = new Date()): CommentedOut[] {
  const byFile = Map.groupBy(lines, ({ path }) => realpathSync(path))
  const planned = [...byFile].map(([path, owned]) => ({ path, owned, ...rewritten(path, owned, now) }))
  return planned.map(({ path, owned, before, after }) => {
    const backup = `${path}.before-latchkey-${now.toISOString().replaceAll(/[:.]/g, '-')}`
    if (!writePrivateFile(backup, before, { replace: false })) throw appError('import_source_changed', { path: backup })
    replaceKeepingMode(path, after)
    return { path, backup, variables: owned.map(({ variable }) => variable), sha256: sha256(after) }
  })
}

/** Puts a file back as it was. Throws `import_source_changed` where it is no longer as `commentOut` left it. */
export function undoCommentOut({ path, backup, sha256: left }: CommentedOut): void {
  const [now, before] = [read(path), read(backup)]
  if (now === undefined || before === undefined || sha256(now) !== left)
    throw appError('import_source_changed', { path })
  replaceKeepingMode(path, before)
  rmSync(backup)
}

function rewritten(path: string, owned: readonly OwnedLine[], now: Date): { before: Buffer; after: Buffer } {
  const before = read(path)
  if (before === undefined) throw appError('import_source_changed', { path })
  const lines = before.toString('utf8').split('\n')
  for (const { line, variable, key, in_shell_file } of owned) {
    const text = lines[line - 1] ?? ''
    if (!setsExactly(text, variable, key)) throw appError('import_source_changed', { path })
    const indent = /^[ \t]*/.exec(text)?.[0] ?? ''
    const end = text.endsWith('\r') ? '\r' : ''
    const day = now.toISOString().slice(0, 10)
    lines[line - 1] = `${indent}${in_shell_file ? ': ' : ''}# ${variable} is kept by Latchkey since ${day}${end}`
  }
  return { before, after: Buffer.from(lines.join('\n')) }
}

/** The line alone, as either kind of file reads it, sets the variable to the key: nothing goes on below it. */
function setsExactly(text: string, variable: string, key: FoundKey): boolean {
  return [variablesOfEnvFile(text), variablesOfShellFile(text)].some((variables) => {
    const value = variables.get(variable)?.value.trim()
    return variables.size === 1 && value !== undefined && key.lend((expected) => expected === value)
  })
}

function read(path: string): Buffer | undefined {
  return readSmallFile(path, LIMIT, false)?.bytes
}

/** Puts a file in place whole, with the mode it had. */
export function replaceKeepingMode(path: string, bytes: Buffer): void {
  const mode = (lookAt(path)?.mode ?? 0o600) & 0o7777
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = openSync(draft, 'wx', 0o600)
    try {
      writeFileSync(file, bytes)
      fchmodSync(file, mode)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
    syncFolder(dirname(path))
  } catch (cause) {
    rmSync(draft, { force: true })
    throw unwritable(path, cause)
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
