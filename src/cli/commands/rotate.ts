import type { Command } from 'commander'
import type { RotatedMasterKey, RotationPlan } from '../../shared/master-key-schemas.ts'
import { confirm } from '../ask.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { counted } from '../table.ts'
import { note, print, printable, say } from '../terminal.ts'
import { sourceWords } from './status.ts'

interface Options {
  leaked?: boolean
  yes?: boolean
}

export function addRotate(program: Command): void {
  program
    .command('rotate')
    .description('Exchange the master key: make a new one and encrypt every stored key again')
    .option('--leaked', 'the master key leaked: also list the provider keys that have to be replaced')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      `
The new key is put beside the old one first and the old one goes last, after every key was read again under the new one
alone. Stopped anywhere, the vault opens, and rotate goes on. A copy of the vault is kept in backups/, under the old key.

A master key that you give yourself (--key-file, ENCRYPTION_KEY, a command) is exchanged in three steps:
  1. latchkey keygen, and give both: ENCRYPTION_KEY=NEW,OLD
  2. latchkey rotate
  3. give NEW alone, once rotate says that OLD may go

Examples:
  latchkey rotate
  latchkey rotate --leaked
`,
    )
    .action(rotate)
}

async function rotate({ leaked = false, yes = false }: Options, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client }) => {
    const plan = await client.planRotation()
    tellPlan(plan)
    if (plan.state !== 'needs_key') await confirm('Exchange the master key?', yes)
    const done = await client.rotateMasterKey()
    if (globals.json) return print(JSON.stringify(leaked ? { ...done, to_replace: plan.to_replace } : done))
    tellDone(plan, done)
    const { recovery_copy } = (await client.getStatus()).master_key
    if (recovery_copy?.current === false) {
      note('The recovery copy holds the old master key. Make another: latchkey recovery-copy FILE')
    }
    if (leaked) tellLeak(plan)
  })
}

function tellPlan({ source, place, fingerprint, state, keys, processes, reread }: RotationPlan): void {
  say(`The master key ${fingerprint} is in ${printable(sourceWords[source](place))}.`)
  if (state === 'unfinished') say('An exchange was begun before; it goes on.')
  say(`${counted(keys, 'stored key')} will be encrypted again.`)
  if (processes.length === 0) return
  say('These processes have the vault open:')
  for (const { pid, name } of processes) say(`  ${pid}  ${name}`)
  say(
    reread
      ? 'They take the new master key from its place by themselves.'
      : 'Those that were started without the new master key turn read-only and say so, until they are started with it.',
  )
}

function tellDone({ place }: RotationPlan, { fingerprint, keys, left, copy, may_go }: RotatedMasterKey): void {
  say(`Done: ${counted(keys, 'key')} encrypted again, and read again under the new master key ${fingerprint} alone.`)
  if (left.length > 0) note(`Unreadable before and left as they are: ${left.join(', ')}.`)
  if (copy !== null) say(`The vault as it was, which the old master key opens: ${printable(copy)}`)
  for (const id of may_go) say(`${id} may go from ${printable(place)} now: no stored key needs it any more.`)
}

function tellLeak({ to_replace, copies }: RotationPlan): void {
  say('')
  say(
    'Whoever has the old master key and a copy of the vault from before has the provider keys themselves, and a new master',
  )
  say('key does not call them back. Make a new key at each provider, store it here, and revoke the old one there:')
  for (const { name, display_name, key_url, keys } of to_replace) {
    const which = keys === 1 ? display_name : `${display_name}, ${keys} keys`
    print(`[ ] ${printable(which)}${key_url === null ? '' : `  ${key_url}`}\n    latchkey key set ${name}`)
  }
  if (copies > 0) say('The old master key also opens the copies in backups/: latchkey backup --list')
  say('Your own backups have a passphrase of their own, and hold the old master key.')
}
