import type { Command } from 'commander'
import { appError } from '../../shared/errors.ts'
import { globalsOf } from '../globals.ts'
import { withVault, type OpenVault } from '../open-vault.ts'
import { Answers, receiveNewPassphrase } from '../receive-passphrase.ts'
import { say } from '../terminal.ts'

const NEW = 'New passphrase of the vault (it is not shown): '
const CURRENT = 'Passphrase of the vault (it is not shown): '

export function addPassphrase(program: Command): void {
  const group = program
    .command('passphrase')
    .description('Put the master key under a passphrase, so that the vault can be locked')
    .addHelpText(
      'after',
      `
With a passphrase, the keychain or the key file holds only the wrapped master key: the vault starts locked, and opens to
whoever knows the passphrase. Nobody can open it without: a forgotten passphrase is a lost master key.
A passphrase has at least 8 characters. It is asked for, hidden, or read from stdin, a line for each; never from arguments.
A master key that is given at each start (ENCRYPTION_KEY, --key-file) or by a command can have none.

Examples:
  latchkey passphrase set
  latchkey passphrase change
`,
    )
  group
    .command('set')
    .description('Set a passphrase')
    .addHelpText('after', '\nExamples:\n  latchkey passphrase set\n  pass show latchkey | latchkey passphrase set\n')
    .action((_options: object, command: Command) =>
      withPassphrase(command, async ({ core, client }) => {
        if (core.vault.lock.isSet) throw appError('passphrase_set', undefined)
        await client.setPassphrase({ passphrase: await receiveNewPassphrase(new Answers(), NEW) })
        say('The passphrase is set. Windows and listeners that have the vault open ask for it now.')
        say('Nobody can open the vault without it. Keep it, or a backup: latchkey backup PATH')
      }),
    )
  group
    .command('change')
    .description('Exchange the passphrase for another')
    .addHelpText('after', '\nExamples:\n  latchkey passphrase change\n')
    .action((_options: object, command: Command) =>
      withPassphrase(command, async ({ core, client }) => {
        if (!core.vault.lock.isSet) throw appError('passphrase_not_set', undefined)
        const answers = new Answers()
        const current = await answers.hidden(CURRENT, 'passphrase')
        await client.changePassphrase({ current, passphrase: await receiveNewPassphrase(answers, NEW) })
        say('The passphrase is changed. Windows and listeners that have the vault open ask for the new one now.')
      }),
    )
  group
    .command('remove')
    .description('Take the passphrase away: the vault then opens without being asked')
    .addHelpText('after', '\nExamples:\n  latchkey passphrase remove\n')
    .action((_options: object, command: Command) =>
      withPassphrase(command, async ({ core, client }) => {
        if (!core.vault.lock.isSet) throw appError('passphrase_not_set', undefined)
        await client.removePassphrase({ current: await new Answers().hidden(CURRENT, 'passphrase') })
        say('The passphrase is removed: the vault opens without being asked, and cannot be locked.')
      }),
    )
}

/** Each of them asks for what it needs itself, so a locked vault is none to be opened first. */
function withPassphrase(command: Command, act: (vault: OpenVault) => Promise<void>): Promise<void> {
  return withVault('report', globalsOf(command), async (vault) => {
    const { problem } = vault.core.vault
    if (problem !== undefined && problem.code !== 'vault_locked') throw problem
    await act(vault)
  })
}
