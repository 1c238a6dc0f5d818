import type { Command } from 'commander'
import { findToken } from '../find-token.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { print, printable, say } from '../terminal.ts'

/** `token print`: what a tool runs to get its token. */
export function addTokenPrint(token: Command): void {
  token
    .command('print <name>')
    .description('Print a token that counts as this one and lives 12 hours')
    .addHelpText(
      'after',
      `
For tools that take a command in place of a key: the token is on stdout, alone. It may do what NAME may, counts towards
NAME's limits and usage, and ends with NAME. NAME's own token cannot be printed again: only a hash of it is kept.

Examples:
  latchkey token print claude-code
  "apiKeyHelper": "latchkey token print claude-code"     in the settings.json of Claude Code
`,
    )
    .action(printToken)
}

async function printToken(name: string, _options: object, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client }) => {
    const { id } = await findToken(client, name)
    const printed = await client.printToken({ token_id: id })
    if (globals.json) return print(JSON.stringify(printed))
    print(printed.token)
    // A tool shows or keeps what its command says besides; only a person is told.
    if (process.stderr.isTTY) say(`It counts as ${printable(name)} and ends in 12 hours, or when that one is revoked.`)
  })
}
