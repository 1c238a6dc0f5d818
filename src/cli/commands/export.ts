import type { Command } from 'commander'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { counted } from '../table.ts'
import { say } from '../terminal.ts'

export function addExport(program: Command): void {
  program
    .command('export')
    .description('Print the providers and models, without keys')
    .addHelpText(
      'after',
      `
What is printed can be a models.yaml: YAML, or the same in JSON with --json. No key is in it, nor anything made from one;
for the keys, too, there is "latchkey backup".

Examples:
  latchkey export > models.yaml
  latchkey export --json | jq .providers
`,
    )
    .action(async (_options: object, command: Command) => {
      const globals = globalsOf(command)
      await withVault('read', globals, async ({ client }) => {
        process.stdout.write((await client.getExport({ format: globals.json ? 'json' : 'yaml' })).text)
        const rows = await client.listProviders()
        const models = rows.reduce((count, row) => count + row.models.length, 0)
        say(
          `${counted(rows.length, 'provider')} and ${counted(models, 'model')}. No keys are in it; for those: latchkey backup PATH`,
        )
      })
    })
}
