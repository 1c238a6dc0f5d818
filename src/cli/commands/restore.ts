import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Restore, Restored } from '../../core/backup/restore.ts'
import type { ProviderDifference, VaultDifferences } from '../../core/backup/vault-differences.ts'
import { keysOf } from '../../core/store/key-store.ts'
import { globalsOf } from '../globals.ts'
import { Answers } from '../receive-passphrase.ts'
import { counted } from '../table.ts'
import { note, print, printable, say } from '../terminal.ts'

export function addRestore(program: Command): void {
  program
    .command('restore <path>')
    .description('Put a backup in the place of the vault')
    .addHelpText(
      'after',
      `
Takes a file of "latchkey backup", or one of the copies of "latchkey backup --list". It is checked to the last byte first,
and what differs is shown: providers, addresses, keys. The vault's name has to be typed before anything is replaced.
The vault that was there is kept and its place said. Access tokens come back revoked. The window, the listener and
other commands have to be closed meanwhile.
Without a terminal the lines of stdin are the answers: the passphrase, where the file needs one, then the vault's name.

Examples:
  latchkey restore ~/latchkey.lkbackup
  printf '%s\\n' "$PASSPHRASE" latchkey | latchkey restore latchkey.lkbackup
`,
    )
    .action(restore)
}

async function restore(path: string, _options: object, command: Command): Promise<void> {
  const { json, keyFile, envFile } = globalsOf(command)
  const [{ openRestore }, { derivePassphraseKey }, { placesFrom }, { takenEnvironmentKey }, { actorOf }] =
    await Promise.all([
      import('../../core/backup/restore.ts'),
      import('../../core/crypto/passphrase-key.ts'),
      import('../../core/places.ts'),
      import('../../core/crypto/take-environment-key.ts'),
      import('../../core/actor.ts'),
    ])
  const answers = new Answers()
  const places = placesFrom(process.env)
  const found = await openRestore(
    resolve(path),
    async (params) => {
      const passphrase = await answers.hidden('Passphrase of the backup (it is not shown): ', 'passphrase')
      say('Opening it, which takes a moment.')
      return derivePassphraseKey(passphrase, params)
    },
    {
      places,
      given: {
        key_file: keyFile,
        environment: takenEnvironmentKey(),
        env_file: envFile,
        session: { env: process.env },
      },
      warn: note,
    },
  )
  try {
    tell(found, places.vault)
    const { vaultName, differences } = found
    const typed = found.replaces.vault
      ? await answers.shown(`Type the name of the vault, ${printable(vaultName)}, to replace it: `, "vault's name")
      : vaultName
    const restored = await found.restore(typed.trim(), actorOf('cli'))
    if (json) print(JSON.stringify({ ...restored, differences }))
    else tellDone(restored)
  } finally {
    found.discard()
  }
}

function tell({ facts, providers, replaces, differences }: Restore, vault: string): void {
  const keys = providers.flatMap(keysOf).length
  const made =
    facts === null ? '' : `, made ${facts.made_at.replace('T', ' ').slice(0, 16)} UTC by Latchkey ${facts.latchkey}`
  say(`The backup is whole: ${counted(providers.length, 'provider')}, ${counted(keys, 'key')}${printable(made)}.`)
  if (!replaces.vault) return say(`There is no vault at ${printable(vault)} yet; it becomes the vault.`)
  if (replaces.problem !== undefined) {
    return say(
      `The vault that is here cannot be compared: ${printable(replaces.problem.message)}. It is kept as it is.`,
    )
  }
  if (differences === null) return
  const lines = linesOf(differences)
  if (lines.length === 0) return say('Its providers, addresses and models are those of the vault that is here.')
  say(`What changes in ${printable(vault)}:`)
  for (const line of lines) say(`  ${printable(line)}`)
}

function linesOf({ added, removed, changed }: VaultDifferences): string[] {
  return [
    ...added.map((name) => `+ ${name}: comes back`),
    ...removed.map((name) => `- ${name}: is not in the backup`),
    ...changed.map((one) => `~ ${one.name}: ${changesOf(one).join('; ')}`),
  ]
}

function changesOf({
  origin,
  base_url,
  has_key,
  models_added = [],
  models_removed = [],
}: ProviderDifference): string[] {
  const moved = (what: string, from: string | null, to: string | null) =>
    `${what} ${from ?? 'none'} becomes ${to ?? 'none'}`
  return [
    ...(origin === undefined ? [] : [moved('its key goes to another host:', origin.vault, origin.backup)]),
    ...(base_url === undefined ? [] : [moved('address', base_url.vault, base_url.backup)]),
    ...(has_key === undefined ? [] : [has_key.backup ? 'its key comes back' : 'it has no key in the backup']),
    ...(models_added.length === 0 ? [] : [`${counted(models_added.length, 'model')} more`]),
    ...(models_removed.length === 0 ? [] : [`${counted(models_removed.length, 'model')} fewer`]),
  ]
}

function tellDone({ kept, tokens_revoked, master_key }: Restored): void {
  say(kept === null ? 'Restored.' : `Restored. The vault as it was: ${printable(kept)}`)
  say(`The master key: ${printable(master_key.place)}. Keep a copy of it.`)
  if (master_key.kept !== null) say(`The one before, which opens the vault as it was: ${printable(master_key.kept)}`)
  if (tokens_revoked > 0) {
    say(
      `${tokens_revoked} access ${tokens_revoked === 1 ? 'token was' : 'tokens were'} revoked: make new ones for the tools that need one.`,
    )
  }
}
