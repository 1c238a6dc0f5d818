import { resolve } from 'node:path'
import type { Command } from 'commander'
import { appError } from '../../shared/errors.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { Answers } from '../receive-passphrase.ts'
import { note, print, printable, say } from '../terminal.ts'
import { sourceWords } from './status.ts'

/** More than this is no recovery copy. */
const LIMIT = 16_384

export function addRestoreKey(program: Command): void {
  program
    .command('restore-key [path]')
    .description('For the owner who lost the master key: bring it back from a recovery copy')
    .addHelpText(
      'after',
      `
Takes a file of "latchkey recovery-copy" and asks for its passphrase, hidden. Without a path it asks for the master key
itself, as it was printed. Without a terminal the first line of stdin is the answer.
The copy is seen to be of this vault first. Then the master key goes where it was, if Latchkey kept it there, else into
master.key; what lies there is kept beside it. Also for a vault whose passphrase was forgotten: it has none afterwards.

Examples:
  latchkey restore-key ~/latchkey-recovery.txt
  latchkey restore-key
`,
    )
    .action(restoreKey)
}

async function restoreKey(path: string | undefined, _options: object, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('report', globals, async ({ core, client }) => {
    const { problem, state } = core.vault
    if (problem !== undefined && state === 'closed') throw problem
    // Nobody is asked for a passphrase in vain.
    core.vault.assertKeyLost()
    const given = path === undefined ? await typed() : await fromFile(resolve(path))
    const { source, place, kept } = await client.restoreMasterKey(given)
    if (globals.json) return print(JSON.stringify({ source, place, kept }))
    say(`The master key is back: ${printable(sourceWords[source](place))}.`)
    if (kept !== null) note(`What lay there before is kept: ${kept}`)
    const { lock } = await client.getStatus()
    if (state === 'locked' && !lock.passphrase) say('The vault has no passphrase now: latchkey passphrase set')
  })
}

async function typed(): Promise<{ text: string }> {
  return { text: await new Answers().hidden('The master key, as it was printed (it is not shown): ', 'master key') }
}

async function fromFile(path: string): Promise<{ text: string; passphrase?: string }> {
  const [{ readSmallFile, reason }, { asksForPassphrase }] = await Promise.all([
    import('../../core/private-files.ts'),
    import('../../core/recovery/recovery-file.ts'),
  ])
  let text: string
  try {
    const file = readSmallFile(path, LIMIT, false)
    if (file === undefined) throw new Error('it does not exist')
    text = file.bytes.toString('utf8')
  } catch (cause) {
    throw appError('import_unreadable', { path, what: reason(cause) }, { cause })
  }
  if (!asksForPassphrase(text)) return { text }
  const passphrase = await new Answers().hidden('Passphrase of the recovery copy (it is not shown): ', 'passphrase')
  return { text, passphrase }
}
