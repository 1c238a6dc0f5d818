import { accessSync, chmodSync, constants, readdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import type { Places } from '../places.ts'
import { isOpenToOthers, lookAt, reason } from '../private-files.ts'
import { fine, mendable, wrong, type Finding } from './finding.ts'

/** Whether the folders may be opened at all: what lies behind a link or belongs to another is not looked into. */
export function checkFolders({ data, config }: Places): Finding[] {
  return [...new Set([data, config])].flatMap((path) => {
    let stats: Stats | undefined
    try {
      stats = lookAt(path)
    } catch (cause) {
      return [
        wrong(`${path} cannot be looked at: ${reason(cause)}`, 'Check the folders above it, or set LATCHKEY_HOME.'),
      ]
    }
    if (stats === undefined) return []
    const refusal = foreign(path, stats, stats.isDirectory() ? undefined : 'is not a folder')
    return refusal === undefined ? [] : [refusal]
  })
}

/** Whether what Latchkey made is its owner's alone. */
export function checkModes(places: Places, fix: boolean): Finding[] {
  const findings: Finding[] = []
  for (const [path, mode] of ownPaths(places)) {
    const stats = lookAt(path)
    if (stats === undefined) continue
    const isRight = mode === 0o700 ? stats.isDirectory() : stats.isFile()
    const refusal = foreign(path, stats, isRight ? undefined : `is not a ${mode === 0o700 ? 'folder' : 'file'}`)
    if (refusal !== undefined) findings.push(refusal)
    else if (isOpenToOthers(stats)) findings.push(tooOpen(path, mode, fix))
    else if (isClosedToOwner(stats, mode)) {
      findings.push(mendable(fix, `${path} is closed to yourself`, () => chmodSync(path, mode)))
    }
  }
  if (findings.length === 0 && !isWritable(places.data)) {
    findings.push(wrong(`You may not write in ${places.data}`, 'See whether its file system is read-only.'))
  }
  return findings.length === 0 ? [fine(`Folders and files are yours alone: ${places.data}`)] : findings
}

/** Whether the key files that the owner named are the owner's alone. A link to one is left as it is. */
export function checkKeyFiles(paths: readonly string[], fix: boolean): Finding[] {
  return paths.flatMap((path) => {
    const stats = lookAt(path)
    return stats?.isFile() === true && isOpenToOthers(stats) ? [tooOpen(path, 0o600, fix)] : []
  })
}

function ownPaths(places: Places): Map<string, 0o700 | 0o600> {
  const folders = [places.data, places.config, places.backups, places.window]
  const files = [
    ...['', '-wal', '-shm', '-journal'].map((suffix) => places.vault + suffix),
    places.listener_file,
    places.listener_lock,
    places.unlock_tries,
    places.master_key_lock,
    places.backup_lock,
    places.master_key_file,
    places.key_command_file,
    places.key_move_file,
    places.audit_head,
    ...(lookAt(places.backups)?.isDirectory() === true
      ? readdirSync(places.backups).map((name) => join(places.backups, name))
      : []),
  ]
  return new Map([...folders.map((path) => [path, 0o700] as const), ...files.map((path) => [path, 0o600] as const)])
}

function foreign(path: string, stats: Stats, otherwise: string | undefined): Finding | undefined {
  const what = stats.isSymbolicLink()
    ? 'is a link'
    : process.platform !== 'win32' && stats.uid !== process.getuid?.()
      ? 'belongs to another user'
      : otherwise
  if (what === undefined) return undefined
  return wrong(
    `${path} ${what}`,
    'Latchkey uses only folders and files of your own that are not links. Move it away, or set LATCHKEY_HOME.',
  )
}

function tooOpen(path: string, mode: number, fix: boolean): Finding {
  return mendable(fix, `${path} can be read by other users`, () => chmodSync(path, mode))
}

/** A vault without the right to write is one that nothing can be changed in. */
function isClosedToOwner(stats: Stats, mode: number): boolean {
  return process.platform !== 'win32' && (stats.mode & mode) !== mode
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
