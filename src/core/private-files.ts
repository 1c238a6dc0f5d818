// Files and folders that nobody else may read: folders 0700, files 0600, never through a link, never another's.
// On Windows the profile's access list is relied on, so modes and owners are not looked at there.
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  type Stats,
} from 'node:fs'
import { dirname } from 'node:path'
import { appError, isAppError } from '../shared/errors.ts'

const POSIX = process.platform !== 'win32'

/** Told of each step that reaches the disk, before it is made; tests stop the process there. */
export type OnStep = (step: string) => void

/** Told in a sentence of what was mended. */
export type Warn = (sentence: string) => void

/** The state of a path without following a link; undefined where nothing is. */
export function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (cause) {
    throw unwritable(path, cause)
  }
}

/** Makes the folder with mode 0700 where it is missing; refuses a link and another's; mends a wider mode with a warning. */
export function ensurePrivateFolder(path: string, warn: Warn): void {
  try {
    if (lookAt(path) === undefined) mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw unwritable(path, cause)
  }
  checkPrivateFolder(path, warn)
}

/** Checks a folder that Latchkey made, if it is there: own, no link, mode mended to 0700 with a warning. */
export function checkPrivateFolder(path: string, warn: Warn): boolean {
  const stats = lookAt(path)
  if (stats === undefined) return false
  assertOwn(path, stats)
  if (!stats.isDirectory()) throw appError('folder_unsafe', { path, what: 'it is not a folder' })
  narrow(path, stats, 0o700, warn)
  return true
}

/** Checks a file that Latchkey made, if it is there: own, no link, mode mended to 0600 with a warning. */
export function checkPrivateFile(path: string, warn: Warn): boolean {
  const stats = lookAt(path)
  if (stats === undefined) return false
  assertOwn(path, stats)
  if (!stats.isFile()) throw appError('folder_unsafe', { path, what: 'it is not a file' })
  narrow(path, stats, 0o600, warn)
  return true
}

/** Makes an empty file with mode 0600 from its first byte on; throws EEXIST where something is there. */
export function createPrivateFile(path: string): void {
  closeSync(openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600))
}

/** Refuses a link and, on POSIX, what belongs to another user. */
function assertOwn(path: string, stats: Stats): void {
  if (stats.isSymbolicLink()) throw appError('folder_unsafe', { path, what: 'it is a link' })
  if (POSIX && stats.uid !== process.getuid?.()) {
    throw appError('folder_unsafe', { path, what: 'it belongs to another user' })
  }
}

function narrow(path: string, stats: Stats, mode: number, warn: Warn): void {
  if (!isOpenToOthers(stats)) return
  try {
    chmodSync(path, mode)
  } catch (cause) {
    // SQLite's side files come and go with the connections of other processes.
    if (codeOf(cause) === 'ENOENT') return
    // A file system without modes, or one mounted so that they cannot be set.
    throw appError(
      'folder_unsafe',
      { path, what: 'other users may read it, and its mode cannot be changed' },
      { cause },
    )
  }
  warn(`${path} could be read by other users; its mode is now ${mode.toString(8).padStart(4, '0')}.`)
}

/** Throws `vault_unwritable` where this user may not write the file. */
export function assertWritable(path: string): void {
  try {
    accessSync(path, constants.W_OK)
  } catch (cause) {
    throw unwritable(path, cause)
  }
}

/** True where others may read or write the file: what the person made is refused then, not mended. */
export function isOpenToOthers(stats: Stats): boolean {
  return POSIX && (stats.mode & 0o077) !== 0
}

/** Reads at most `limit` bytes of a regular file; undefined where there is none. Does not follow a link where `own`. */
export function readSmallFile(path: string, limit: number, own = true): { bytes: Buffer; stats: Stats } | undefined {
  // Without O_NONBLOCK a FIFO would hold the process until somebody writes to it.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (own && POSIX ? constants.O_NOFOLLOW : 0)
  let file: number
  try {
    file = openSync(path, flags)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cause
  }
  try {
    const stats = fstatSync(file)
    if (!stats.isFile()) throw new Error('it is not a file')
    if (stats.size > limit) throw new Error(`it is larger than ${limit} bytes`)
    const bytes = Buffer.alloc(stats.size)
    let length = 0
    while (length < bytes.length) {
      const read = readSync(file, bytes, length, bytes.length - length, null)
      if (read === 0) break
      length += read
    }
    return { bytes: bytes.subarray(0, length), stats }
  } finally {
    closeSync(file)
  }
}

/**
 * Puts a file in place whole or not at all: written beside it with mode 0600, synced, then moved over.
 * With `replace: false` an existing file stays and the answer is false. Throws `disk_full` or `vault_unwritable`.
 */
export function writePrivateFile(
  path: string,
  bytes: Buffer | string,
  { replace = true, onStep }: { replace?: boolean; onStep?: OnStep | undefined } = {},
): boolean {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    onStep?.(`write ${draft}`)
    writeDraft(draft, bytes)
    onStep?.(`place ${path}`)
    if (replace) renameSync(draft, path)
    else if (!placeNew(draft, path)) return false
    onStep?.(`sync ${path}`)
    syncFolder(dirname(path))
    return true
  } catch (cause) {
    throw unwritable(path, cause)
  } finally {
    rmSync(draft, { force: true })
  }
}

function writeDraft(path: string, bytes: Buffer | string): void {
  const file = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600)
  try {
    writeFileSync(file, bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Gives a finished file its final name unless something already has it; the draft is gone afterwards. */
export function placeNew(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false
    throw cause
  } finally {
    rmSync(draft, { force: true })
  }
  return true
}

/** Makes a new name in the folder durable. Windows has no such call and needs none. */
export function syncFolder(path: string): void {
  if (POSIX) syncFile(path)
}

/** Makes what a file holds durable. Never called for a database that is open: see inspect.ts. */
export function syncFile(path: string): void {
  const file = openSync(path, POSIX ? constants.O_RDONLY : constants.O_RDWR)
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** The system's code of an error (`ENOENT`), if it has one. */
export function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
}

/** The row of the error table for a file step that failed; what is no error of the system stays what it is. */
export function unwritable(path: string, cause: unknown): unknown {
  const code = codeOf(cause)
  if (isAppError(cause) || code === undefined || !/^E[A-Z0-9]+$/.test(code)) return cause
  if (DISK_FULL.has(code)) return appError('disk_full', undefined, { cause })
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return appError('folder_unsafe', { path, what: 'a part of it is not a folder' }, { cause })
  }
  return appError('vault_unwritable', { path, what: reason(cause) }, { cause })
}

/** No space, no quota, or the size a file may have is reached: for the person they are the same thing. */
const DISK_FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** An error in a few words for a sentence, without the path that the sentence already names. */
export function reason(cause: unknown): string {
  const words: Record<string, string> = {
    EACCES: 'you are not permitted to',
    EPERM: 'you are not permitted to',
    EROFS: 'it is on a read-only file system',
    ENOSPC: 'the disk is full',
    ENAMETOOLONG: 'the name is too long',
    ENOENT: 'it does not exist',
    EISDIR: 'it is a folder',
    ELOOP: 'it is a link',
  }
  return words[codeOf(cause) ?? ''] ?? (cause instanceof Error ? cause.message : String(cause))
}
