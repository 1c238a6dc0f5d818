import type { Command } from 'commander'
import { appError } from '../../shared/errors.ts'
import { findListener } from '../../core/http/listener-file.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { Answers } from '../receive-passphrase.ts'
import { NotConfirmed } from '../refusals.ts'
import { note, say } from '../terminal.ts'

export function addLock(program: Command): void {
  program
    .command('lock')
    .description('Lock the vault, in every window and listener within a second')
    .addHelpText(
      'after',
      `
The master key is zeroed, what tools have under way is ended, and they are answered 423 until somebody unlocks.
Needs a passphrase: latchkey passphrase set

Examples:
  latchkey lock
`,
    )
    .action((_options: object, command: Command) =>
      withVault('report', globalsOf(command), async ({ client }) => {
        await client.lock()
        say('Locked.')
      }),
    )
  program
    .command('unlock')
    .description('Hand the passphrase to the listener that runs, so that tools can go on')
    .addHelpText(
      'after',
      `
The passphrase is asked for, hidden, or read from stdin; never from the arguments. It goes only to the listener that holds
this folder, on this machine. Each window unlocks itself, and a command asks for the passphrase when it needs the key.

Examples:
  latchkey unlock
  pass show latchkey | latchkey unlock
`,
    )
    .action(unlock)
}

async function unlock(_options: object, command: Command): Promise<void> {
  await withVault('report', globalsOf(command), async ({ core }) => {
    if (!core.vault.lock.isSet) throw core.vault.problem ?? appError('passphrase_not_set', undefined)
    const { places } = core.vault
    const passphrase = () => new Answers().hidden('Passphrase of the vault (it is not shown): ', 'passphrase')
    const { unlockListener } = await import('../unlock-listener.ts')
    const address = await unlockListener(() => findListener(places, note), passphrase, process.env['LATCHKEY_TOKEN'])
    if (address === undefined) {
      throw new NotConfirmed(
        'No listener runs here that this command can unlock',
        'Each window unlocks itself, and a command asks for the passphrase when it needs the key.',
      )
    }
    say(`Unlocked the listener at ${address}.`)
  })
}
