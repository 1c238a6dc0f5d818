import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { LocalCopy } from '../../core/backup/local-copies.ts'
import { globalsOf, type Globals } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { Answers, receiveNewPassphrase } from '../receive-passphrase.ts'
import { UsageError } from '../refusals.ts'
import { counted, table } from '../table.ts'
import { print, printable, say } from '../terminal.ts'

export function addBackup(program: Command): void {
  program
    .command('backup [path]')
    .description('Write everything into one file that opens with a passphrase, on any machine')
    .option('--list', 'list the copies that Latchkey made by itself instead')
    .addHelpText(
      'after',
      `
The file holds the vault and its master key, both encrypted under the passphrase, so it is all that another machine needs:
keep it and the passphrase apart. The vault stays in use meanwhile. Nothing that exists is written over.
The passphrase has at least 8 characters. It is asked for twice, hidden, or read from stdin; never from the arguments.

Latchkey also keeps copies by itself before it changes the format of a vault and before a restore, the last 14 of them, in
backups/ of its folder. Those open only with the master key that the vault had then.

Examples:
  latchkey backup ~/latchkey.lkbackup
  pass show latchkey-backup | latchkey backup /mnt/stick/latchkey.lkbackup
  latchkey backup --list
`,
    )
    .action(backup)
}

async function backup(path: string | undefined, { list = false }: { list?: boolean }, command: Command): Promise<void> {
  const globals = globalsOf(command)
  if (list) return listCopies(globals)
  if (path === undefined || path === '') {
    throw new UsageError('"latchkey backup" needs the path of the file to write', 'See: latchkey backup --help')
  }
  await writeTo(resolve(path), globals)
}

async function writeTo(path: string, globals: Globals): Promise<void> {
  const [{ assertFree, backUp }, { newBackupKey }, { actorOf }] = await Promise.all([
    import('../../core/backup/back-up.ts'),
    import('../../core/backup/backup-key.ts'),
    import('../../core/actor.ts'),
  ])
  await withVault('change', globals, async ({ core, client }) => {
    assertFree(path)
    const passphrase = await receiveNewPassphrase(new Answers(), 'Passphrase for the backup (it is not shown): ')
    say('Making a key of the passphrase, which takes a moment.')
    const secret = await newBackupKey(passphrase)
    try {
      say(`Writing ${printable(path)}.`)
      const facts = await backUp(core.vault, path, secret, { by: actorOf('cli'), warn: say })
      const { vault } = await client.getStatus()
      if (globals.json) return print(JSON.stringify({ path, ...facts, providers: vault.providers, keys: vault.keys }))
      say(`Done: ${counted(vault.providers, 'provider')}, ${counted(vault.keys, 'key')}, and the master key are in it.`)
      say('Whoever has the file and the passphrase has the keys; without the passphrase nobody has.')
    } finally {
      secret.key.fill(0)
    }
  })
}

const reasons: Record<LocalCopy['reason'], string> = {
  daily: 'daily',
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
      ['MADE', 'WHY', 'KIB', 'PATH'],
      copies.map(({ made_at, reason, bytes, path }) => [
        made_at.replace('T', ' ').slice(0, 16),
        reasons[reason],
        String(Math.ceil(bytes / 1024)),
        path,
      ]),
    ),
  )
}
