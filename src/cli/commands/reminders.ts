import { Argument, type Command } from 'commander'
import { RemindAfterDays } from '../../shared/schemas.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { print, printable, say } from '../terminal.ts'
import { reminderLines } from './status.ts'

export function addReminders(program: Command): void {
  program
    .command('reminders')
    .addArgument(new Argument('[days]', 'off, 90, 180 or 365').choices(['off', '90', '180', '365']))
    .description('Say which keys are old, the master key too; or after how many days to be told of it')
    .addHelpText(
      'after',
      `
Off until you choose a number of days. Then latchkey status, latchkey doctor, the card of a provider and the tray tell of
keys that were set so long ago, and of a master key that has been in use for so long. Nothing is done by itself.

Examples:
  latchkey reminders
  latchkey reminders 180
  latchkey reminders off
`,
    )
    .action(reminders)
}

async function reminders(days: string | undefined, _options: object, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client }) => {
    if (days !== undefined) {
      const remind_after_days = RemindAfterDays.parse(days === 'off' ? 0 : Number(days))
      await client.updateSettings({ remind_after_days })
    }
    const { reminders } = await client.getStatus()
    if (globals.json) return print(JSON.stringify(reminders))
    if (reminders.after_days === 0) return say('Off: nobody is reminded of old keys.')
    say(`Told of from ${reminders.after_days} days on:`)
    for (const line of reminderLines(reminders)) print(printable(line))
  })
}
