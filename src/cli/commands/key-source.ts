import type { Command } from 'commander'
import type { MoveMasterKey } from '../../shared/master-key-schemas.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { UsageError } from '../refusals.ts'
import { note, print, printable, say } from '../terminal.ts'
import { sourceWords } from './status.ts'

const PLACES = ['keychain', 'file', 'env', 'command'] as const
const SEE = 'See: latchkey key-source --help'

export function addKeySource(program: Command): void {
  const group = program
    .command('key-source')
    .description('Say where the master key comes from, or move it to another place')
    .addHelpText(
      'after',
      `
  keychain   the system's keychain
  file       the key file master.key in the configuration folder
  env        the environment, where ENCRYPTION_KEY is set there; else .env in the Latchkey folder
  command    what a command prints: it has to print this vault's master key already

A move is seen to work before the place changes, and the old place is wiped last: stopped anywhere, the vault opens.
The command is run without a shell, has 10 seconds, and nothing that it prints is shown or logged.

Examples:
  latchkey key-source
  latchkey key-source set keychain
  latchkey key-source set command -- pass show latchkey
  latchkey key-source set command -- vault kv get -field=key secret/latchkey
`,
    )
    .action(show)
  group
    .command('set <place> [command...]')
    .description('Move the master key: keychain, file, env, or command -- PROGRAM ARGUMENTS')
    .addHelpText(
      'after',
      '\nExamples:\n  latchkey key-source set keychain\n  latchkey key-source set command -- pass show latchkey\n',
    )
    .action(set)
}

async function show(_options: object, command: Command): Promise<void> {
  const globals = globalsOf(command)
  const { master_key } = await withVault('report', globals, ({ client }) => client.getStatus())
  if (globals.json) return print(JSON.stringify(master_key))
  const { source, place } = master_key
  print(source === null ? 'not found' : printable(sourceWords[source](place ?? '')))
}

async function set(place: string, argv: string[], _options: object, command: Command): Promise<void> {
  const globals = globalsOf(command)
  const destination = destinationOf(place, argv)
  await withVault('change', globals, async ({ client }) => {
    const moved = await client.moveMasterKey(destination)
    if (globals.json) return print(JSON.stringify(moved))
    say(`The master key now comes from ${printable(sourceWords[moved.source](moved.place))}.`)
    for (const wiped of moved.wiped) say(`Wiped: ${printable(wiped)}`)
    for (const left of moved.left) note(`Not wiped: ${left}. Take the key away there yourself.`)
  })
}

function destinationOf(place: string, argv: string[]): MoveMasterKey {
  const to = PLACES.find((known) => known === place)
  if (to === undefined) {
    throw new UsageError(`The master key can be kept in: ${PLACES.join(', ')}`, SEE)
  }
  if (to === 'command' && argv.length === 0) {
    throw new UsageError('The command that prints the master key is missing', 'Write it after two dashes: -- PROGRAM …')
  }
  if (to !== 'command' && argv.length > 0) {
    throw new UsageError(`"latchkey key-source set ${to}" takes nothing more`, SEE)
  }
  return to === 'command' ? { to, command: argv } : { to }
}
