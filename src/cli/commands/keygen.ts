import type { Command } from 'commander'
import { globalsOf } from '../globals.ts'
import { print, say } from '../terminal.ts'

export function addKeygen(program: Command): void {
  program
    .command('keygen')
    .description('Print a new master key. It is stored nowhere.')
    .addHelpText(
      'after',
      `
The key is what ENCRYPTION_KEY or the file of --key-file holds; Python's cryptography.fernet takes it as it is.
Keep it apart from the vault: whoever has both can read the keys, and without it nobody can.

Examples:
  (umask 077; latchkey keygen > ~/latchkey.key)      a key file that only you can read
  latchkey --key-file ~/latchkey.key status
`,
    )
    .action(async (_options: object, command: Command) => {
      const { generateFernetKey } = await import('../../core/crypto/fernet.ts')
      const key = generateFernetKey()
      print(globalsOf(command).json ? JSON.stringify({ key }) : key)
      if (process.stdout.isTTY)
        say('Keep this key apart from the vault. It is stored nowhere, and cannot be made again.')
    })
}
