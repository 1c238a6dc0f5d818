import type { Command } from 'commander'
import type { ErrorCode } from '../../shared/errors.ts'
import { askLine } from '../ask.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { canAsk, print, printable, say } from '../terminal.ts'

const lostKey: ReadonlySet<ErrorCode> = new Set([
  'encryption_key_missing',
  'encryption_key_wrong',
  'encryption_key_malformed',
  'key_file_unreadable',
  'keychain_unavailable',
  'key_command_failed',
  'vault_locked',
])

export function addStartOver(program: Command): void {
  program
    .command('start-over')
    .description('For the owner who lost the master key: go on with a new one')
    .addHelpText(
      'after',
      `
A copy of the vault is kept. Providers, models and settings stay; the keys that cannot be opened are dropped and listed,
so that they can be entered again. The vault's name has to be typed first; without a terminal it is read from stdin.

Examples:
  latchkey start-over
  echo latchkey | latchkey start-over
`,
    )
    .action(startOver)
}

async function startOver(_options: object, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('report', globals, async ({ core, client }) => {
    const { problem, name, state } = core.vault
    // Whatever else keeps the vault from opening is no lost key, and says itself what helps.
    if (problem !== undefined && (state === 'closed' || !lostKey.has(problem.code))) throw problem
    if (problem !== undefined) {
      // A locked vault names nothing until it was started over.
      const lost = state === 'locked' ? [] : await client.listProvidersWithKeys()
      say(`${printable(problem.body.detail)}.`)
      say(`Starting over makes a new master key for ${core.places.vault}. A copy of the vault is kept.`)
      if (lost.length > 0)
        say(
          `Keys that the new one does not open will be dropped, out of: ${lost.map((provider) => provider.name).join(', ')}.`,
        )
    }
    const typed = problem === undefined ? name : await askLine(`Type the name of the vault, ${name}, to start over: `)
    const result = await client.startOver({ vault_name: typed.trim() })
    if (globals.json) return print(JSON.stringify(result))
    say(`Started over. The vault as it was: ${result.copy}`)
    const { master_key } = await client.getStatus()
    if (master_key.place !== null) say(`The new master key: ${master_key.place}. Keep a copy of it.`)
    if (result.backup_passphrase_dropped) {
      say('The backup passphrase went with the old one. Set it again: latchkey backup passphrase set')
    }
    if (result.keys_to_enter_again.length === 0) return
    say(canAsk() ? 'Enter these keys again:' : 'Keys to enter again:')
    const keyed = new Set((await client.listProvidersWithKeys()).map((provider) => provider.name))
    for (const { name, key_url, labels } of result.keys_to_enter_again) {
      // What is left of its keys stays in its place.
      const gone = !keyed.has(name)
      if (gone) print(`latchkey key set ${name}${key_url === null ? '' : `    # ${key_url}`}`)
      for (const label of gone ? labels.slice(1) : labels)
        print(`latchkey key add ${name} --label '${printable(label).replaceAll("'", "'\\''")}'`)
    }
  })
}
