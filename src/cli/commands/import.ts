import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import type { ImportOutcome } from '../../core/import/plan.ts'
import type { PreparedImport, PreparedLine, TakenOut } from '../../core/import/prepare-import.ts'
import type { ImportTool } from '../../core/import/raw-key.ts'
import { askLine } from '../ask.ts'
import { globalsOf, type Globals } from '../globals.ts'
import { withVault, type OpenVault } from '../open-vault.ts'
import { NotConfirmed, UsageError } from '../refusals.ts'
import { counted } from '../table.ts'
import { importFacts, offeredOf, placeOf, tellPrepared } from '../tell-import.ts'
import { canAsk, note, print, printable, say } from '../terminal.ts'

const TOOLS = [
  'shell',
  'claude_code',
  'vscode',
  'codex',
  'gemini_cli',
  'llm',
  'aichat',
  'litellm',
  'continue',
  'opencode',
  'aider',
  'cline',
  'cc_switch',
] as const satisfies readonly ImportTool[]

interface Options {
  env?: boolean
  file?: string[]
  tool?: (typeof TOOLS)[number][]
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
    .addOption(new Option('--tool <name...>', 'look into the files of a tool').choices(TOOLS))
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
  await withVault(options.dryRun === true ? 'read' : 'change', own, async (vault) => {
    const prepared = await prepare(vault, options, globals)
    try {
      if (globals.json && options.dryRun === true) return print(JSON.stringify(importFacts(prepared)))
      if (!globals.json) tellPrepared(prepared)
      // What a person names has to be there; what a search looks for may be missing.
      if (options.file !== undefined && prepared.problems.length > 0) process.exitCode = 1
      if (offeredOf(prepared.lines).length === 0) say('There is nothing to import.')
      if (options.dryRun !== true) await apply(vault, prepared, options, globals)
    } finally {
      for (const { key } of prepared.lines) key?.forget()
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

async function prepare({ core, client }: OpenVault, options: Options, { keyFile }: Globals): Promise<PreparedImport> {
  const [{ prepareOrigin, prepareSearch }, catalog] = await Promise.all([
    import('../../core/import/prepare-import.ts'),
    catalogOf(core.places),
  ])
  const target = { vault: core.vault, client, catalog }
  if (options.origin !== undefined) {
    return prepareOrigin(
      target,
      options.origin.map((path) => resolve(path)),
      resolve(keyFile ?? ''),
    )
  }
  const { env = false, tool = [], file = [] } = options
  const environment = env || (tool.length === 0 && file.length === 0)
  return prepareSearch(target, {
    context: { home: homedir(), env: process.env, platform: process.platform },
    login_shell: environment ? await loginShell() : undefined,
    environment: env,
    tools: [...new Set(tool)],
    files: [...new Set(file.map((path) => resolve(path)))],
  })
}

async function catalogOf(places: OpenVault['core']['places']) {
  const [{ catalogInUse }, { CatalogError }] = await Promise.all([
    import('../../core/catalog/catalog-in-use.ts'),
    import('../../core/catalog/located.ts'),
  ])
  try {
    return (await catalogInUse(places).load()).providers
  } catch (cause) {
    // Said already when the vault was opened; what it would know is missed, and the rest is found.
    if (cause instanceof CatalogError) return []
    throw cause
  }
}

async function loginShell() {
  const { loginShellVariables } = await import('../../core/import/login-shell.ts')
  const variables = await loginShellVariables(process.env)
  if (variables === undefined && process.platform !== 'win32') {
    note('The login shell did not say what it sets up, so only the environment of this command was looked into.')
  }
  return variables
}

async function apply(
  { client }: OpenVault,
  prepared: PreparedImport,
  options: Options,
  { json }: Globals,
): Promise<void> {
  const [{ applyImport }, { isLine, takeOut }] = await Promise.all([
    import('../../core/import/plan.ts'),
    import('../../core/import/prepare-import.ts'),
  ])
  const chosen = await choose(offeredOf(prepared.lines), options.yes === true)
  const outcomes = await applyImport(client, chosen)
  const stored = prepared.lines.filter(
    ({ id, act, key }) => key !== null && (act === 'nothing' || outcomes.some((one) => one.id === id && one.done)),
  )
  const taken = options.commentOut === true ? takeOut(stored) : []
  const failed = outcomes.filter(({ done }) => !done)
  if (failed.length > 0 || taken.some((one) => 'error' in one)) process.exitCode = 1
  if (json) {
    const commented_out = taken.map((one) =>
      'done' in one
        ? { path: one.path, backup: one.done.backup, variables: one.done.variables }
        : { path: one.path, error: one.error.body },
    )
    return print(JSON.stringify({ ...importFacts(prepared), outcomes, commented_out }))
  }
  tellOutcomes(chosen, outcomes)
  tellTaken(taken)
  const left = stored.flatMap(({ places }) => places).filter((place) => options.commentOut !== true || !isLine(place))
  if (left.length === 0) return
  say('Still there, and no longer needed by what uses Latchkey:')
  for (const place of left) say(`  ${printable(placeOf(place))}`)
}

/** Numbers, all, none; Enter takes what is marked. */
async function choose(offered: readonly PreparedLine[], yes: boolean): Promise<PreparedLine[]> {
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

function tellOutcomes(chosen: readonly PreparedLine[], outcomes: readonly ImportOutcome[]): void {
  const done = outcomes.filter((outcome) => outcome.done)
  if (chosen.length > 0) say(`Imported ${done.length} of ${counted(chosen.length, 'line')}.`)
  for (const outcome of outcomes) {
    if (outcome.done) continue
    const name = chosen.find(({ id }) => id === outcome.id)?.provider.name ?? ''
    say(printable(`${name} was not imported: ${outcome.error.detail}. ${outcome.error.hint ?? ''}`.trimEnd()))
  }
}

function tellTaken(taken: readonly TakenOut[]): void {
  for (const one of taken) {
    if ('error' in one) {
      say(printable(`${one.error.body.detail}. ${one.error.body.hint ?? ''}`.trimEnd()))
      continue
    }
    const { path, backup, variables } = one.done
    say(printable(`Commented out in ${path}: ${variables.join(', ')}`))
    say(printable(`  As it was, with the keys: ${backup}`))
    say(printable(`  To undo: cp '${backup}' '${path}'. To end it: delete that copy.`))
  }
}
