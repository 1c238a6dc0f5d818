import { resolve } from 'node:path'
import type { Command } from 'commander'
import { confirm } from '../ask.ts'
import { paperLines } from '../../core/recovery/paper-copy.ts'
import { globalsOf, type Globals } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { Answers, receiveNewPassphrase } from '../receive-passphrase.ts'
import { UsageError } from '../refusals.ts'
import { print, printable, say } from '../terminal.ts'

interface Options {
  print?: boolean
  yes?: boolean
}

const SEE = 'See: latchkey recovery-copy --help'

export function addRecoveryCopy(program: Command): void {
  program
    .command('recovery-copy [path]')
    .description('Keep a copy of the master key for the day it is lost: a file under a passphrase, or on paper')
    .option('--print', 'print the master key itself instead, to be kept on paper')
    .option('--yes', 'with --print: do not ask whether the master key may be shown')
    .addHelpText(
      'after',
      `
The file holds the master key alone, under a passphrase of its own; it is yours to keep apart from the vault. It opens
nothing without the passphrase, and no vault but this one. Nothing that exists is written over.
The passphrase has at least 8 characters. It is asked for twice, hidden, or read from stdin; never from the arguments.
After latchkey rotate the master key is another one: make another copy, and throw this one away.
The way back: latchkey restore-key

Examples:
  latchkey recovery-copy ~/latchkey-recovery.txt
  pass show latchkey-recovery | latchkey recovery-copy /mnt/stick/latchkey-recovery.txt
  latchkey recovery-copy --print
  latchkey recovery-copy --print --yes | lpr
`,
    )
    .action(recoveryCopy)
}

async function recoveryCopy(path: string | undefined, options: Options, command: Command): Promise<void> {
  const globals = globalsOf(command)
  const { print: onPaper = false, yes = false } = options
  if (onPaper && path !== undefined) throw new UsageError('Give a path or --print, not both', SEE)
  if (onPaper) return printIt(globals, yes)
  if (path === undefined || path === '') {
    throw new UsageError('"latchkey recovery-copy" needs the path of the file to write, or --print', SEE)
  }
  if (yes) throw new UsageError('--yes goes with --print', SEE)
  await save(resolve(path), globals)
}

async function save(path: string, globals: Globals): Promise<void> {
  const { assertFree } = await import('../../core/backup/back-up.ts')
  await withVault('change', globals, async ({ client }) => {
    assertFree(path)
    const passphrase = await receiveNewPassphrase(new Answers(), 'Passphrase for the recovery copy (it is not shown): ')
    await client.saveRecoveryCopy({ passphrase, path })
    if (globals.json) return print(JSON.stringify({ path }))
    say(`Done: ${printable(path)}. Keep it and its passphrase apart from this machine.`)
    say('If the master key is lost: latchkey restore-key FILE')
  })
}

async function printIt(globals: Globals, yes: boolean): Promise<void> {
  await withVault('change', globals, async ({ core, client }) => {
    await confirm('This shows the master key itself. Whoever reads it can open the vault. Go on?', yes)
    const { key, fingerprint } = await client.printRecoveryCopy()
    if (globals.json) return print(JSON.stringify({ key, fingerprint }))
    print(paperLines({ vault: printable(core.places.vault), key, fingerprint }).join('\n'))
    say('Put it on paper, keep that apart from this machine, and clear the screen.')
  })
}
