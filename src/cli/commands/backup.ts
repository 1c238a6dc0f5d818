import { resolve } from 'node:path'
import { Argument, type Command } from 'commander'
import type { BackupSchedule, LocalCopy } from '../../shared/backup-schemas.ts'
import type { Status } from '../../shared/schemas.ts'
import { globalsOf, type Globals } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { Answers, receiveNewPassphrase } from '../receive-passphrase.ts'
import { UsageError } from '../refusals.ts'
import { counted, minuteOf, table } from '../table.ts'
import { note, print, printable, say } from '../terminal.ts'

interface Options {
  list?: boolean
  stored?: boolean
}

export function addBackup(program: Command): void {
  const group = program
    .command('backup [path]')
    .description('Write everything into one file that opens with a passphrase, on any machine')
    .option('--list', 'list the copies that Latchkey made by itself instead')
    .option('--stored', 'under the backup passphrase that is set, without asking for one')
    .addHelpText(
      'after',
      `
The file holds the vault and its master key, both encrypted under the passphrase, so it is all that another machine needs:
keep it and the passphrase apart. The vault stays in use meanwhile. Nothing that exists is written over.
The passphrase has at least 8 characters. It is asked for twice, hidden, or read from stdin; never from the arguments.

Latchkey also makes copies by itself, in backups/ of its folder: on a schedule, and before it changes the format of a vault,
before a rotation and before a restore. The last 14 of the schedule stay, and the last 14 of the others. They open only with
the master key that the vault had then; those of the schedule with the backup passphrase instead, once one is set.

Examples:
  latchkey backup ~/latchkey.lkbackup
  pass show latchkey-backup | latchkey backup /mnt/stick/latchkey.lkbackup
  latchkey backup --list
`,
    )
    .action(backup)
  group
    .command('schedule')
    .description('Say when Latchkey makes backups by itself, or change it')
    .addArgument(new Argument('[when]', 'how often').choices(['off', 'daily', 'weekly']))
    .addHelpText(
      'after',
      `
They are made while the window or "latchkey serve" runs, and wait while the vault is locked.

Examples:
  latchkey backup schedule
  latchkey backup schedule weekly
`,
    )
    .action(schedule)
  const passphrase = group
    .command('passphrase')
    .description('Make scheduled backups portable, by a passphrase that is asked for when they are restored')
    .addHelpText(
      'after',
      `
What the passphrase becomes is kept in the vault, under the master key, so that nobody is asked for it when a backup is
made. The passphrase itself is kept nowhere: restoring asks for it. Another one holds for the backups from then on.

Examples:
  latchkey backup passphrase set
  pass show latchkey-backup | latchkey backup passphrase set
`,
    )
  passphrase
    .command('set')
    .description('Set the backup passphrase, or exchange it')
    .addHelpText('after', '\nExamples:\n  latchkey backup passphrase set\n')
    .action(setPassphrase)
  passphrase
    .command('remove')
    .description('Forget it: scheduled backups then open with the master key alone')
    .addHelpText('after', '\nExamples:\n  latchkey backup passphrase remove\n')
    .action(removePassphrase)
}

async function backup(path: string | undefined, { list = false, stored = false }: Options, command: Command) {
  const globals = globalsOf(command)
  if (list) return listCopies(globals)
  if (path === undefined || path === '') {
    throw new UsageError('"latchkey backup" needs the path of the file to write', 'See: latchkey backup --help')
  }
  await writeTo(resolve(path), stored, globals)
}

async function writeTo(path: string, stored: boolean, globals: Globals): Promise<void> {
  const { assertFree } = await import('../../core/backup/back-up.ts')
  await withVault('change', globals, async ({ client }) => {
    // Said before anybody is asked for a passphrase.
    assertFree(path)
    const passphrase = stored
      ? undefined
      : await receiveNewPassphrase(new Answers(), 'Passphrase for the backup (it is not shown): ')
    say(`Writing ${printable(path)}, which takes a moment.`)
    const written = await client.backUp({ path, ...(passphrase === undefined ? {} : { passphrase }) })
    if (written === null) return
    if (globals.json) return print(JSON.stringify(written))
    const { providers, keys } = written
    say(`Done: ${counted(providers, 'provider')}, ${counted(keys, 'key')}, and the master key are in it.`)
    say('Whoever has the file and the passphrase has the keys; without the passphrase nobody has.')
  })
}

async function schedule(wanted: BackupSchedule | undefined, _options: object, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault(wanted === undefined ? 'report' : 'change', globals, async ({ client }) => {
    if (wanted !== undefined) await client.updateSettings({ backup_schedule: wanted })
    const { backup: status } = await client.getStatus()
    if (globals.json) return print(JSON.stringify(status))
    for (const line of backupLines(status)) print(printable(line))
  })
}

async function setPassphrase(_options: object, command: Command): Promise<void> {
  await withVault('change', globalsOf(command), async ({ client }) => {
    const passphrase = await receiveNewPassphrase(new Answers(), 'Passphrase for scheduled backups (it is not shown): ')
    await client.setBackupPassphrase({ passphrase })
    say('The backup passphrase is set: scheduled backups from now on open with it, on any machine.')
    say('Keep it where this machine is not: Latchkey cannot tell it to you.')
    const { backup: status } = await client.getStatus()
    if (status?.schedule === 'off') note('The schedule is off. Switch it on with: latchkey backup schedule daily')
  })
}

async function removePassphrase(_options: object, command: Command): Promise<void> {
  await withVault('change', globalsOf(command), async ({ client }) => {
    await client.removeBackupPassphrase()
    say('The backup passphrase is forgotten. Backups that were made with it still open with it, and only with it.')
  })
}

/** How scheduled backups stand, in words. */
export function backupLines(status: Status['backup']): string[] {
  if (status === null) return ['unknown']
  const { schedule: when, passphrase_set_at, last, problem } = status
  const kind = passphrase_set_at === null ? 'under the master key' : 'portable, with the backup passphrase'
  return [
    when === 'off' ? 'not made by themselves' : `made by themselves ${when}, ${kind}`,
    last === null ? 'none made yet' : `last one ${minuteOf(last.made_at)}: ${last.path}`,
    ...(problem === null ? [] : [`failed ${minuteOf(problem.at)}: ${problem.detail}. ${problem.hint ?? ''}`.trimEnd()]),
  ]
}

const reasons: Record<LocalCopy['reason'], string> = {
  scheduled: 'on schedule',
  migration: 'before a new format',
  rotation: 'before a rotation',
  restore: 'before a restore',
  start_over: 'before starting over',
}

async function listCopies({ json }: Globals): Promise<void> {
  const [{ listLocalCopies }, { placesFrom }] = await Promise.all([
    import('../../core/backup/local-copies.ts'),
    import('../../core/places.ts'),
  ])
  const { backups } = placesFrom(process.env)
  const copies = listLocalCopies(backups)
  if (json) return print(JSON.stringify(copies))
  if (copies.length === 0) return say(`Latchkey has made no copies yet; they would be in ${printable(backups)}.`)
  print(
    table(
      ['MADE', 'WHY', 'OPENS WITH', 'KIB', 'PATH'],
      copies.map(({ made_at, reason, portable, bytes, path }) => [
        made_at.replace('T', ' ').slice(0, 16),
        reasons[reason],
        portable ? 'passphrase' : 'master key',
        String(Math.ceil(bytes / 1024)),
        path,
      ]),
    ),
  )
}
