import type { Command } from 'commander'
import type { Status } from '../../shared/schemas.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { facts } from '../table.ts'
import { backupLines } from './backup.ts'
import { note, painted, print, printable, say } from '../terminal.ts'
import { environmentLines } from './environment.ts'

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('Say where the vault is, which master key opens it, how many keys it holds, whether a listener runs')
    .addHelpText('after', '\nExamples:\n  latchkey status\n  latchkey status --json\n')
    .action(async (_options: object, command: Command) => {
      const globals = globalsOf(command)
      const status = await withVault('report', globals, ({ client }) => client.getStatus())
      if (globals.json) return print(JSON.stringify(status))
      print(facts(linesOf(status)))
      const { problem, state } = status.vault
      if (state === 'locked') note(`${problem?.detail ?? ''}. ${problem?.hint ?? ''}`)
      else if (problem !== null) {
        say(`${painted(process.stderr, 'red', 'problem:')} ${printable(problem.detail)}`)
        if (problem.hint !== undefined) say(`${painted(process.stderr, 'cyan', 'hint:')} ${printable(problem.hint)}`)
      }
      if (status.catalog.problem !== null) note(status.catalog.problem)
      for (const sentence of status.notes) note(sentence)
    })
}

function linesOf({
  version,
  vault,
  master_key,
  lock,
  environment,
  catalog,
  backup,
  network,
  reminders,
  listener,
}: Status): [string, string[]][] {
  return [
    ['Latchkey', [version]],
    ['Vault', [vault.path, vaultLine(vault)]],
    ['Keys', [keyLine(vault)]],
    ...(environment.on
      ? [['Environment', environmentLines(environment, 'its keys ')] satisfies [string, string[]]]
      : []),
    ['Master key', [...masterKeyLines(master_key), ...(lock.passphrase ? ['under a passphrase'] : [])]],
    ['Recovery copy', [recoveryLine(master_key)]],
    ...(reminders.after_days === 0 ? [] : [['Old keys', reminderLines(reminders)] satisfies [string, string[]]]),
    ['Catalog', [catalog.path]],
    ['Backups', backupLines(backup)],
    ['Providers', networkLines(network)],
    ['Listener', [listenerLine(listener)]],
  ]
}

function vaultLine({ state, is_new, providers }: Status['vault']): string {
  if (state === 'closed') return 'cannot be opened'
  const count = `${providers} ${providers === 1 ? 'provider' : 'providers'}`
  const words = { open: is_new ? 'just made' : 'open', locked: 'locked', read_only: 'read-only' }
  return `${words[state]}, ${count}`
}

function keyLine({ state, keys, unreadable_keys }: Status['vault']): string {
  if (state === 'closed') return 'unknown'
  return unreadable_keys === 0 ? `${keys} stored` : `${keys} stored, ${unreadable_keys} of them unreadable`
}

function masterKeyLines({ source, place, fingerprint, expected_fingerprint }: Status['master_key']): string[] {
  if (source === null)
    return ['not found', ...(expected_fingerprint === null ? [] : [`needed: ${expected_fingerprint}`])]
  const from = sourceWords[source](place ?? '')
  if (fingerprint === null) return [from]
  const wrong = expected_fingerprint !== null && fingerprint !== expected_fingerprint
  return [from, `fingerprint ${fingerprint}${wrong ? `, but the vault needs ${expected_fingerprint}` : ''}`]
}

/** The ages that their owner wants to be told of. */
export function reminderLines({ after_days, master_key_days, keys }: Status['reminders']): string[] {
  const lines = [
    ...(master_key_days === null ? [] : [`the master key: ${master_key_days} days`]),
    ...keys.map(({ name, label, days }) => `${label === null ? name : `${name} (${label})`}: ${days} days`),
  ]
  return lines.length === 0 ? [`none of ${after_days} days or more`] : lines
}

function recoveryLine({ recovery_copy }: Status['master_key']): string {
  if (recovery_copy === null) return 'none: latchkey recovery-copy FILE'
  const day = recovery_copy.at.slice(0, 10)
  return recovery_copy.current ? day : `${day}, of an older master key: latchkey recovery-copy FILE`
}

/** Where a master key comes from, in words. */
export const sourceWords: Record<NonNullable<Status['master_key']['source']>, (place: string) => string> = {
  key_file: (place) => `the key file ${place}`,
  environment: () => 'ENCRYPTION_KEY in the environment',
  env_file: (place) => `ENCRYPTION_KEY in ${place}`,
  keychain: () => "the system's keychain",
  file: (place) => `the key file ${place}`,
  command: (place) => `what ${place} prints`,
}

/** How providers are reached, in words. */
export function networkLines({ proxy, ca_file, system_ca }: Status['network']): string[] {
  return [
    proxy === null ? 'reached directly' : `reached through the proxy ${proxy}`,
    ...(ca_file === null ? [] : [`the authorities of ${ca_file} are believed, too`]),
    ...(system_ca ? ["the authorities of the system's store are believed, too"] : []),
  ]
}

function listenerLine({ state, address, pid, problem }: Status['listener']): string {
  if (problem !== null) return `off: ${problem.detail}`
  if (state === 'off') return 'off'
  return `on${address === null ? '' : ` at ${address}`}${pid === null ? '' : ` (process ${pid})`}`
}
