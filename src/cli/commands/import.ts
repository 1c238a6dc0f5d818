import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { ImportTool, type ImportedKeys, type ImportLine, type KeySearch } from '../../shared/import-schemas.ts'
import { askLine } from '../ask.ts'
import { globalsOf, type Globals } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { NotConfirmed, UsageError } from '../refusals.ts'
import { counted } from '../table.ts'
import { offeredOf, placeOf, tellFound } from '../tell-import.ts'
import { canAsk, print, printable, say } from '../terminal.ts'

interface Options {
  env?: boolean
  file?: string[]
  tool?: ImportTool[]
  origin?: string[]
  dryRun?: boolean
  commentOut?: boolean
  yes?: boolean
}

export function addImport(program: Command): void {
  program
    .command('import')
    .description('Find keys in the environment and in the files of tools, and store those you tick')
    .option('--env', 'look into the environment, this one and that of the login shell')
    .option('--file <path...>', 'look into a file: a .env, a start-up file of a shell, the settings of a tool')
    .addOption(new Option('--tool <name...>', 'look into the files of a tool').choices(ImportTool.options))
    .option('--origin <dump...>', 'import Open R4U: a dump in SQL, CSV or SQLite; --key-file has its ENCRYPTION_KEY')
    .option('--dry-run', 'only say what would be done')
    .option('--comment-out', 'afterwards, turn the lines that held the keys into comments')
    .option('--yes', 'do not ask: import what is marked with *')
    .addHelpText(
      'after',
      `
Without --env, --file and --tool it looks into the environment and the files of every tool it knows. Of a key its last four
characters are shown. What is certain is marked with *: keys of providers that have none yet, and providers that would be new,
with their address. A key that would take the place of another is imported only where you choose it.
Done a second time it changes nothing. The sources are left as they are, except with --comment-out: the file as it was is kept
beside it, and how to undo it is said.

With --origin, --key-file is the file that holds the ENCRYPTION_KEY of Open R4U, the key alone or its .env; the vault opens with
the key it always has. Two CSV files, of the tables provider and model, are given one after the other.

Examples:
  latchkey import --dry-run
  latchkey import --env --yes
  latchkey import --file ~/project/.env --comment-out
  latchkey import --tool claude_code --tool codex
  pg_dump --table=provider --table=model r4u > r4u.sql
  latchkey import --origin r4u.sql --key-file ~/r4u/.env
`,
    )
    .action(importKeys)
}

async function importKeys(options: Options, command: Command): Promise<void> {
  const globals = globalsOf(command)
  assertCombination(options, globals)
  // With --origin, --key-file is the other system's key and not the vault's.
  const own: Globals = options.origin === undefined ? globals : { ...globals, keyFile: undefined }
  await withVault(options.dryRun === true ? 'read' : 'change', own, async ({ client }) => {
    const { search_id, ...found } = await client.findKeys(searchOf(options, globals))
    try {
      if (globals.json && options.dryRun === true) return print(JSON.stringify(found))
      if (!globals.json) tellFound(found)
      // What a person names has to be there; what a search looks for may be missing.
      if (options.file !== undefined && found.problems.length > 0) process.exitCode = 1
      if (offeredOf(found.lines).length === 0) say('There is nothing to import.')
      if (options.dryRun === true) return
      const chosen = await choose(offeredOf(found.lines), options.yes === true)
      const lines = chosen.map(({ id }) => id)
      const imported = await client.importKeys({ search_id, lines, comment_out: options.commentOut === true })
      const failed = [...imported.outcomes.filter(({ done }) => !done), ...imported.commented_out.filter(isRefused)]
      if (failed.length > 0) process.exitCode = 1
      if (globals.json) print(JSON.stringify({ ...found, ...imported }))
      else tellImported(chosen, imported)
    } finally {
      await client.endImport({ search_id })
    }
  })
}

function assertCombination({ origin, env, file, tool, commentOut }: Options, { keyFile }: Globals): void {
  if (origin === undefined) return
  if (env === true || file !== undefined || tool !== undefined || commentOut === true) {
    throw new UsageError(
      'A dump of Open R4U is imported by itself: --origin goes with --key-file, --dry-run and --yes only',
      'Run the two one after the other.',
    )
  }
  if (keyFile === undefined) {
    throw new UsageError(
      "--origin needs --key-file: the file with the ENCRYPTION_KEY of Open R4U, without which its keys can't be opened",
      'For example: latchkey import --origin r4u.sql --key-file ~/r4u/.env',
    )
  }
}

function searchOf({ env = false, tool = [], file = [], origin }: Options, { keyFile }: Globals): KeySearch {
  if (origin !== undefined) {
    return { origin: { dump: origin.map((path) => resolve(path)), key_file: resolve(keyFile ?? '') } }
  }
  return { environment: env, tools: tool, files: file.map((path) => resolve(path)) }
}

/** Numbers, all, none; Enter takes what is marked. */
async function choose(offered: readonly ImportLine[], yes: boolean): Promise<ImportLine[]> {
  const marked = offered.filter(({ ticked }) => ticked)
  if (offered.length === 0 || yes) return marked
  if (!canAsk()) {
    throw new NotConfirmed(
      'Nothing was imported: somebody has to say which, and there is no terminal to ask on',
      'Add --yes to import what is marked with *, or --dry-run to be only told.',
    )
  }
  for (;;) {
    const answer = (await askLine('Which? Numbers, all, or none; Enter takes those with *: ')).trim().toLowerCase()
    if (answer === '') return marked
    if (answer === 'all') return [...offered]
    if (answer === 'none') return []
    const numbers = answer.split(/[\s,]+/).map(Number)
    if (numbers.every((number) => Number.isInteger(number) && number >= 1 && number <= offered.length)) {
      return offered.filter((_, index) => numbers.includes(index + 1))
    }
    say(`Write numbers from 1 to ${offered.length}, with spaces between, or all, or none.`)
  }
}

type TakenOut = ImportedKeys['commented_out'][number]

const isRefused = (one: TakenOut): one is Extract<TakenOut, { error: unknown }> => 'error' in one

function tellImported(chosen: readonly ImportLine[], { outcomes, commented_out, left }: ImportedKeys): void {
  const done = outcomes.filter((outcome) => outcome.done)
  if (chosen.length > 0) say(`Imported ${done.length} of ${counted(chosen.length, 'line')}.`)
  for (const outcome of outcomes) {
    if (outcome.done) continue
    const name = chosen.find(({ id }) => id === outcome.id)?.provider.name ?? ''
    say(printable(`${name} was not imported: ${outcome.error.detail}. ${outcome.error.hint ?? ''}`.trimEnd()))
  }
  for (const one of commented_out) {
    if (isRefused(one)) {
      say(printable(`${one.error.detail}. ${one.error.hint ?? ''}`.trimEnd()))
      continue
    }
    const { path, backup, variables } = one
    say(printable(`Commented out in ${path}: ${variables.join(', ')}`))
    say(printable(`  As it was, with the keys: ${backup}`))
    say(printable(`  To undo: cp '${backup}' '${path}'. To end it: delete that copy.`))
  }
  if (left.length === 0) return
  say('Still there, and no longer needed by what uses Latchkey:')
  for (const place of left) say(`  ${printable(placeOf(place))}`)
}
