import { Option, type Command } from 'commander'
import type { Status } from '../../shared/schemas.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { print } from '../terminal.ts'

export function addEnvironment(program: Command): void {
  program
    .command('environment')
    .description('Say or choose whether keys of the environment stand in where none is stored')
    .addOption(new Option('--use <on|off>', 'whether they do; off at first').choices(['on', 'off']))
    .addHelpText(
      'after',
      `
A provider without a stored key then uses the variable that its tools look into, such as OPENAI_API_KEY. The variable is read
when it is used, in the process that uses it: serve and run have the environment they were started with, and the window that of
the desktop, which rarely has what a terminal sets up. It goes to the address that the catalog gives the provider and nowhere
else. A stored key always goes before it.

Examples:
  latchkey environment
  latchkey environment --use on
`,
    )
    .action(environment)
}

async function environment({ use }: { use?: 'on' | 'off' }, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault(use === undefined ? 'read' : 'change', globals, async ({ client }) => {
    if (use !== undefined) await client.updateSettings({ environment_keys: use === 'on' })
    const { environment } = await client.getStatus()
    print(globals.json ? JSON.stringify(environment) : environmentLines(environment).join('\n'))
  })
}

/** Whether keys of the environment are used, and which, in words. */
export function environmentLines({ on, keys }: Status['environment'], whose = 'Keys of the environment '): string[] {
  if (!on) return [`${whose}are not used`]
  if (keys.length === 0) return [`${whose}are used where no key is stored; there is none for such a provider`]
  return [
    `${whose}are used where no key is stored`,
    ...keys.map(({ provider, variable }) => `${provider}: ${variable}`),
  ]
}
