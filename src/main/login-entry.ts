// Linux has no call for "start at login": desktops start what lies in ~/.config/autostart
// (https://specifications.freedesktop.org/autostart-spec/).
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** The file that makes Latchkey start at login. */
export function loginEntryFile(env: Environment): string {
  const config = env['XDG_CONFIG_HOME']
  const folder = config !== undefined && isAbsolute(config) ? config : join(homedir(), '.config')
  return join(folder, 'autostart', 'latchkey.desktop')
}

/** Writes or removes the entry; `command` is the program and its arguments. */
export function setLoginEntry(file: string, command: readonly string[] | null): void {
  if (command === null) return rmSync(file, { force: true })
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, loginEntry(command))
}

/** The text of the entry. */
export function loginEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Latchkey',
    'Comment=Keep API keys at hand for local tools',
    `Exec=${command.map(quoted).join(' ')}`,
    'Icon=latchkey-desktop',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}

/** What starts this very Latchkey hidden: the AppImage if it is one, and the vault's folder where it was chosen. */
export function loginCommand(program: readonly string[], env: Environment): string[] {
  const [binary, ...rest] = program
  const home = env['LATCHKEY_HOME']
  return [
    ...(home === undefined || home === '' ? [] : ['env', `LATCHKEY_HOME=${resolve(home)}`]),
    env['APPIMAGE'] ?? binary ?? 'latchkey',
    ...rest,
    '--hidden',
  ]
}

/** Quotes an argument of Exec: a string value first (backslashes), then the quoting of Exec, and % is a field code. */
function quoted(argument: string): string {
  if (/^[\w@+=:,./-]+$/.test(argument)) return argument
  const inQuotes = argument.replaceAll(/[\\"`$]/g, String.raw`\$&`).replaceAll('%', '%%')
  return `"${inQuotes.replaceAll('\\', '\\\\').replaceAll('\n', String.raw`\n`)}"`
}
