import { Option, type Command } from 'commander'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { print, say } from '../terminal.ts'

export function addUpdateCheck(program: Command): void {
  program
    .command('update-check')
    .description('Ask now whether there is a newer Latchkey; nothing is installed')
    .addOption(
      new Option('--daily <on|off>', 'ask once a day by itself, while serve or the window runs').choices(['on', 'off']),
    )
    .addHelpText(
      'after',
      `
Off until you switch it on. It asks the place this build was released at for the number of its newest release. That
question is all that is sent: no version, nothing that tells your machine from another, nothing of the vault.

Examples:
  latchkey update-check
  latchkey update-check --daily on
`,
    )
    .action(async ({ daily }: { daily?: 'on' | 'off' }, command: Command) => {
      const globals = globalsOf(command)
      await withVault(daily === undefined ? 'report' : 'change', globals, async ({ client }) => {
        if (daily !== undefined) {
          const { update_check } = await client.updateSettings({ update_check: daily === 'on' })
          if (globals.json) print(JSON.stringify({ update_check }))
          else say(update_check ? 'Asks once a day from now on.' : 'Asks only when told to from now on.')
          return
        }
        const answer = await client.checkForUpdate()
        if (globals.json) print(JSON.stringify(answer))
        else if (answer.is_newer)
          print(`Latchkey ${answer.latest} is there; this is ${answer.version}. See ${answer.page}`)
        else print(`Latchkey ${answer.version} is the newest.`)
      })
    })
}
