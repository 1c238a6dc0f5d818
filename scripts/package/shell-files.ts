// What a shell knows of `latchkey`, made from the program itself so that it never says less or more.
import { gzipSync } from 'node:zlib'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { createProgram } from '../../src/cli/program.ts'
import { root } from './root.ts'
import { readManifest } from './stage-cli.ts'

/** Where the .deb puts the application. */
const INSTALLED = '/opt/Latchkey'

/** Writes man page, completions, the link on the PATH and the last words of the .deb to `dist/linux`. */
export function writeShellFiles(): void {
  const target = join(root, 'dist', 'linux')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  const program = createProgram()
  const commands = allCommands(program)
  // Bytes of a .gz differ from run to run by its time, which zlib leaves at zero.
  writeFileSync(join(target, 'latchkey.1.gz'), gzipSync(manPage(program, commands), { level: 9 }))
  writeFileSync(join(target, 'latchkey.bash'), bashCompletion(program, commands))
  writeFileSync(join(target, '_latchkey'), zshCompletion(program, commands))
  writeFileSync(join(target, 'latchkey.fish'), fishCompletion(program, commands))
  symlinkSync(`${INSTALLED}/resources/cli/latchkey`, join(target, 'latchkey'))
  writeFileSync(join(target, 'after-remove.tpl'), afterRemove())
}

interface Entry {
  /** `key set`, as typed after `latchkey`. */
  path: string
  command: Command
}

function allCommands(program: Command, above = ''): Entry[] {
  return program.commands.flatMap((command) => {
    const path = `${above}${command.name()}`
    return [{ path, command }, ...allCommands(command, `${path} `)]
  })
}

/** The names that may stand next after what is typed. */
function words({ commands, options }: Command): string[] {
  return [...commands.map((command) => command.name()), ...options.flatMap(({ long }) => long ?? []), '--help']
}

/** A man page in man(7), readable without any package. */
export function manPage(program: Command, commands: Entry[] = allCommands(program)): string {
  const lines = [
    `.TH LATCHKEY 1 "" "Latchkey ${readManifest().version}" "User Commands"`,
    '.SH NAME',
    'latchkey \\- keeps the API keys of LLM providers encrypted on this machine',
    '.SH SYNOPSIS',
    '.B latchkey',
    '[\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]',
    '.SH DESCRIPTION',
    'Works on the vault directly; a running window or listener sees each change at once. Keys are read from a hidden',
    'prompt or from standard input, never from arguments.',
    '.SH OPTIONS',
    ...optionLines(program),
    '.SH COMMANDS',
    ...commands
      .filter(({ command }) => command.commands.length === 0)
      .flatMap(({ path, command }) => [
        '.TP',
        `.B latchkey ${roff(path)} ${roff(command.usage().replace('[options] ', ''))}`.trimEnd(),
        roff(command.description()),
        ...(command.options.length === 0 ? [] : ['.RS', ...optionLines(command), '.RE']),
      ]),
    '.SH FILES',
    '.TP',
    '.I ~/.local/share/latchkey/vault.db',
    'The vault. Keys in it are encrypted; names, addresses and times are not.',
    '.TP',
    '.I ~/.config/latchkey/master.key',
    'The master key, where it is kept in a file. Keep a copy.',
    '.TP',
    '.I ~/.local/share/latchkey/listener.json',
    'Port and token of a running listener.',
  ]
  return `${lines.join('\n')}\n`
}

function optionLines({ options }: Command): string[] {
  return options.flatMap(({ flags, description }) => ['.TP', `.B ${roff(flags)}`, roff(description)])
}

/** Text for man: a hyphen is a hyphen, and no line begins with a command. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1')
}

export function bashCompletion(program: Command, commands: Entry[] = allCommands(program)): string {
  const cases = commands.map(({ path, command }) => `    '${path}') words='${words(command).join(' ')}' ;;`)
  return `# bash completion for latchkey
_latchkey() {
  local current=\${COMP_WORDS[COMP_CWORD]} path='' words='${words(program).join(' ')}' i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in -*) continue ;; esac
    path="\${path:+$path }$word"
    case $path in
${cases.join('\n')}
    esac
  done
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _latchkey latchkey
`
}

export function zshCompletion(program: Command, commands: Entry[] = allCommands(program)): string {
  const list = (command: Command): string =>
    command.commands.map((sub) => `'${sub.name()}:${quoted(sub.description())}'`).join(' ')
  const groups = [{ path: '', command: program }, ...commands].filter(({ command }) => command.commands.length > 0)
  const cases = groups.map(({ path, command }) => `    '${path}') known=(${list(command)}) ;;`)
  const options = commands.map(({ path, command }) => `    '${path}') flags=(${longFlags(command)}) ;;`)
  return `#compdef latchkey
_latchkey() {
  local -a known flags
  local path="\${(j: :)\${(@)words[2,CURRENT-1]:#-*}}"
  case $path in
${cases.join('\n')}
  esac
  flags=(${longFlags(program)})
  case $path in
${options.join('\n')}
  esac
  (( \${#known} )) && _describe command known
  compadd -- $flags
}
_latchkey "$@"
`
}

const longFlags = ({ options }: Command): string => [...options.flatMap(({ long }) => long ?? []), '--help'].join(' ')

export function fishCompletion(program: Command, commands: Entry[] = allCommands(program)): string {
  const top = program.commands.map(
    (command) =>
      `complete -c latchkey -n __fish_use_subcommand -a ${command.name()} -d '${quoted(command.description())}'`,
  )
  const below = commands.flatMap(({ path, command }) => {
    const seen = `'__fish_seen_subcommand_from ${path.split(' ').at(-1) ?? path}'`
    return [
      ...command.commands.map(
        (sub) => `complete -c latchkey -n ${seen} -a ${sub.name()} -d '${quoted(sub.description())}'`,
      ),
      ...command.options.flatMap(({ long, description }) =>
        long === undefined || long === null
          ? []
          : [`complete -c latchkey -n ${seen} -l ${long.slice(2)} -d '${quoted(description)}'`],
      ),
    ]
  })
  return ['complete -c latchkey -f', ...top, ...below].join('\n').concat('\n')
}

function quoted(text: string): string {
  return text.replaceAll("'", '’').replaceAll(':', ' -')
}

/** The packager's own script, and a last word of ours: removing the program is not removing the vault. */
function afterRemove(): string {
  const builder = dirname(createRequire(import.meta.url).resolve('app-builder-lib/package.json'))
  const own = readFileSync(join(builder, 'templates/linux/after-remove.tpl'), 'utf8')
  return `${own}
if [ "$1" = remove ] || [ "$1" = purge ]; then
  echo 'Latchkey is removed. Vaults were not touched: each stays in ~/.local/share/latchkey, its key file in ~/.config/latchkey.'
fi
`
}
