// `latchkey` for the terminal, where no installer could put it on the PATH: a link to the command line that came with the
// app or, out of an AppImage, whose place changes with each start, a script that mounts it. What somebody else put there stays.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { appError } from '../shared/errors.ts'
import type { ShellCommand } from '../shared/shell-command-schemas.ts'
import { codeOf, reason } from './private-files.ts'

/** What the app that runs has to offer. */
export type ShippedCommand = { program: string } | { appimage: string }

type Environment = Readonly<Record<string, string | undefined>>

/** Where the command line lies within an installed app, and by what a link of ours is known. */
const WITHIN = '/resources/cli/latchkey'
const WITHIN_MAC = '/Resources/cli/latchkey'
const MARK = '# Made by Latchkey, which can remove it again (Settings, Command line).'

/** Whether the command is there, and what to do for a terminal to find it. */
export function lookAtCommand(shipped: ShippedCommand, env: Environment): ShellCommand {
  const { folder, path } = placeOf(env)
  const standing = whatStands(path)
  const package_path = standing === undefined ? onPath(shipped, env) : null
  const is_on_path = (env['PATH'] ?? '').split(delimiter).includes(folder)
  return {
    state:
      standing === undefined
        ? 'none'
        : standing === 'foreign'
          ? 'taken'
          : standing === wanted(shipped)
            ? 'installed'
            : 'outdated',
    path,
    package_path,
    line: is_on_path ? null : `export PATH="${folder.replace(homeOf(env), '$HOME')}:$PATH"`,
  }
}

/** Puts the command there, or in place of an older one of ours. Throws `command_taken` and `desktop_failed`. */
export function installCommand(shipped: ShippedCommand, env: Environment): void {
  const { folder, path } = placeOf(env)
  if (whatStands(path) === 'foreign') throw appError('command_taken', { path })
  try {
    mkdirSync(folder, { recursive: true })
    put(shipped, path)
  } catch (cause) {
    throw appError('desktop_failed', { what: `${path} could not be made: ${reason(cause)}` }, { cause })
  }
}

/** Whole or not at all: made beside it, then moved over. */
function put(shipped: ShippedCommand, path: string): void {
  const draft = `${path}.${process.pid}.tmp`
  try {
    if ('program' in shipped) symlinkSync(shipped.program, draft)
    else {
      writeFileSync(draft, mountingScript(shipped.appimage), { flag: 'wx' })
      chmodSync(draft, 0o755)
    }
    renameSync(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Takes it away, if it is ours. Throws `command_taken` and `desktop_failed`. */
export function removeCommand(env: Environment): void {
  const { path } = placeOf(env)
  if (whatStands(path) === 'foreign') throw appError('command_taken', { path })
  try {
    rmSync(path, { force: true })
  } catch (cause) {
    throw appError('desktop_failed', { what: `${path} could not be removed: ${reason(cause)}` }, { cause })
  }
}

const homeOf = (env: Environment): string => env['HOME'] ?? homedir()

/** A folder of the person's own: nothing is asked of an administrator. */
function placeOf(env: Environment): { folder: string; path: string } {
  const folder = join(homeOf(env), '.local', 'bin')
  return { folder, path: join(folder, 'latchkey') }
}

/** What a command of ours says: where a link leads, or the script. */
function wanted(shipped: ShippedCommand): string {
  return 'program' in shipped ? shipped.program : mountingScript(shipped.appimage)
}

function whatStands(path: string): string | undefined {
  try {
    const stats = lstatSync(path)
    if (stats.isSymbolicLink()) {
      const to = readlinkSync(path)
      return to.endsWith(WITHIN) || to.endsWith(WITHIN_MAC) ? to : 'foreign'
    }
    if (!stats.isFile() || stats.size > 4096) return 'foreign'
    const text = readFileSync(path, 'utf8')
    return text.includes(`\n${MARK}\n`) ? text : 'foreign'
  } catch (cause) {
    return ['ENOENT', 'ENOTDIR'].includes(codeOf(cause) ?? '') ? undefined : 'foreign'
  }
}

/** The command of this very app, where a package has put it on the PATH. */
function onPath(shipped: ShippedCommand, env: Environment): string | null {
  if (!('program' in shipped)) return null
  const names = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'latchkey'))
  return names.find((name) => existsSync(name) && realpathSync(name) === realpathSync(shipped.program)) ?? null
}

/**
 * An AppImage is mounted under another name each time, for as long as the program that asked runs. The script becomes the
 * command line itself, so that signals and the exit code are its own; what keeps the mount watches for its end.
 */
export function mountingScript(appimage: string): string {
  return `#!/bin/sh
${MARK}
image='${appimage.replaceAll("'", String.raw`'\''`)}'
me=$$
at=$(mktemp -d) && mkfifo "$at/mount" || exit 1
(
  trap '' INT HUP
  "$image" --appimage-mount >"$at/mount" </dev/null &
  while kill -0 "$me"; do sleep 1; done
  kill "$!"
) >/dev/null 2>&1 &
read -r root <"$at/mount"
rm -r "$at"
if [ -z "$root" ]; then
  echo "error: $image cannot be mounted. Is it still there, and is FUSE installed?" >&2
  exit 1
fi
exec "$root/resources/cli/latchkey" "$@"
`
}
