import { Option, type Command } from 'commander'
import type { Sent } from '../../shared/contract.ts'
import type { Token } from '../../shared/tool-schemas.ts'
import { usd } from '../../shared/usd.ts'
import { confirm } from '../ask.ts'
import { findToken } from '../find-token.ts'
import { globalsOf } from '../globals.ts'
import { limitsIn, limitsInWords, withLimitOptions, type LimitOptions } from '../limit-options.ts'
import { withVault } from '../open-vault.ts'
import { UsageError } from '../refusals.ts'
import { minuteOf, table } from '../table.ts'
import { canAsk, print, printable, say } from '../terminal.ts'
import { addTokenPrint } from './token-print.ts'

interface Limits extends LimitOptions {
  providers?: string
  models?: string
}

interface AddOptions extends Limits {
  days?: '1' | '7' | '30' | '90'
  admin?: boolean
}

export function addToken(program: Command): void {
  const token = program
    .command('token')
    .description('Make, list, change or revoke the tokens that tools use in place of a key')
    .helpCommand(false)
    .addHelpText('after', '\nExamples:\n  latchkey token add codex --providers openai\n  latchkey token list\n')
  withLimits(token.command('add <name>'))
    .description('Make a token; it is printed this once')
    .addOption(
      new Option('--days <number>', 'how long it works; for ever if not given').choices(['1', '7', '30', '90']),
    )
    .option('--admin', 'for a program that manages the vault over REST; it has no limits')
    .addHelpText(
      'after',
      `
The token goes where the tool's key was, and Latchkey's address where the provider's was:
http://127.0.0.1:5625/v1 for OpenAI's clients, http://127.0.0.1:5625 for Anthropic's and Google's.

Examples:
  latchkey token add codex --providers openai --days 90
  latchkey token add notebook --models openai/gpt-6-sol,xai/grok-5 --rpm 60
  latchkey token add nightly-evals --spend-per-day 5 --spend-per-month 25
  OPENAI_API_KEY=$(latchkey token add script --days 1)
`,
    )
    .action(add)
  token
    .command('pause')
    .description('Pause the tokens of all tools, and within a second what they are doing')
    .addHelpText('after', '\nExamples:\n  latchkey token pause\n')
    .action((_options: object, command: Command) => pause(true, command))
  token
    .command('resume')
    .description('Let all tools go on')
    .addHelpText('after', '\nExamples:\n  latchkey token resume\n')
    .action((_options: object, command: Command) => pause(false, command))
  token
    .command('list')
    .description('List the tokens that are not revoked')
    .option('--all', 'those that are revoked, too')
    .addHelpText('after', '\nExamples:\n  latchkey token list\n  latchkey token list --all --json\n')
    .action(list)
  withLimits(token.command('edit <name>'))
    .description('Rename a token or change its limits; what is not given stays')
    .option('--name <name>', 'its new name')
    .addHelpText(
      'after',
      `
A limit is lifted with --providers all and --models all, the others with the word unlimited: --rpm unlimited.

Examples:
  latchkey token edit codex --rpm 120
  latchkey token edit codex --name codex-laptop --models all
`,
    )
    .action(edit)
  token
    .command('revoke <name>')
    .description('End a token for good, and within a second what it is doing')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  latchkey token revoke codex\n  latchkey token revoke codex --yes\n')
    .action(revoke)
  addTokenPrint(token)
}

function withLimits(command: Command): Command {
  const may = command
    .option('--providers <names>', 'the only providers it may use, with commas between')
    .option('--models <names>', 'the only models it may use, as provider/model or provider/*, with commas between')
  return withLimitOptions(may)
}

async function add(name: string, { days, admin = false, ...given }: AddOptions, command: Command): Promise<void> {
  const globals = globalsOf(command)
  const limits = limitsOf(given)
  await withVault('change', globals, async ({ client }) => {
    const made = await client.createToken({
      name,
      kind: admin ? 'admin' : 'tool',
      ...limits,
      ...(days === undefined ? {} : { expires_in_days: DAYS[days] }),
    })
    if (globals.json) return print(JSON.stringify(made))
    print(made.token)
    say(`Made the token of ${printable(made.name)}. It is shown this once: Latchkey keeps only a hash of it.`)
  })
}

const DAYS = { '1': 1, '7': 7, '30': 30, '90': 90 } as const

async function list({ all = false }: { all?: boolean }, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('read', globals, async ({ client }) => {
    const tokens = await client.listTokens(all ? { include: 'revoked' } : {})
    if (globals.json) return print(JSON.stringify(tokens))
    const { tools_paused_at } = await client.getStatus()
    if (tools_paused_at !== null) say(`All tools are paused since ${minuteOf(tools_paused_at)}: latchkey token resume`)
    if (tokens.length === 0) return say('There are no tokens yet. Make one: latchkey token add NAME')
    const rows = tokens.map((token) => [
      token.name,
      token.kind,
      `${token.prefix}…`,
      mayUse(token),
      limitsInWords(token),
      spentOf(token),
      expiry(token),
      token.last_used_at === null ? 'never' : minuteOf(token.last_used_at),
    ])
    print(table(['NAME', 'KIND', 'TOKEN', 'MAY USE', 'LIMITS', 'THIS MONTH', 'EXPIRES', 'LAST USED'], rows))
  })
}

async function edit(
  name: string,
  { name: newName, ...given }: Limits & { name?: string },
  command: Command,
): Promise<void> {
  const globals = globalsOf(command)
  const change = { ...(newName === undefined ? {} : { name: newName }), ...limitsOf(given) }
  if (Object.keys(change).length === 0) {
    throw new UsageError('Nothing to change was given', 'What can be changed: latchkey token edit --help')
  }
  await withVault('change', globals, async ({ client }) => {
    const { id } = await findToken(client, name)
    const changed = await client.updateToken({ token_id: id, ...change })
    if (globals.json) print(JSON.stringify(changed))
    else say(`Changed the token of ${printable(changed.name)}.`)
  })
}

async function revoke(name: string, { yes = false }: { yes?: boolean }, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client }) => {
    const token = await findToken(client, name)
    const question = `Revoke the token of ${printable(name)}? It stops working within a second, open answers too.`
    await confirm(question, yes || !canAsk())
    await client.revokeToken({ token_id: token.id })
    if (globals.json) print(JSON.stringify(token))
    else say(`Revoked the token of ${printable(name)}.`)
  })
}

async function pause(paused: boolean, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client }) => {
    const { paused_at } = await client.pauseTools({ paused })
    if (globals.json) return print(JSON.stringify({ paused_at }))
    if (paused) say('All tools are paused. They are refused until: latchkey token resume')
    else say('All tools go on.')
  })
}

/** The fields of an operation, as its schema checks them. */
function limitsOf({ providers, models, ...given }: Limits): Omit<Sent<'updateToken'>, 'token_id' | 'name'> {
  return {
    ...(providers === undefined ? {} : { providers: namesIn(providers) }),
    ...(models === undefined ? {} : { models: namesIn(models) }),
    ...limitsIn(given),
  }
}

function namesIn(text: string): string[] | 'all' {
  const names = text.split(',').map((name) => name.trim())
  return names.length === 1 && names[0] === 'all' ? 'all' : names.filter((name) => name !== '')
}

function mayUse({ kind, providers, models }: Token): string {
  if (kind === 'admin') return 'everything, and manage'
  return models?.join(', ') ?? providers?.join(', ') ?? 'all'
}

/** What it has cost: marked where an estimate is in it, or something is missing from it. */
function spentOf({ spent: { month, estimated, unpriced } }: Token): string {
  if (month === 0 && unpriced > 0) return 'no price'
  return `${estimated > 0 ? '~' : ''}${usd(month)}${unpriced > 0 ? '+' : ''}`
}

function expiry({ expires_at, revoked_at }: Token): string {
  if (revoked_at !== null) return `revoked ${minuteOf(revoked_at)}`
  if (expires_at === null) return 'never'
  return `${Date.parse(expires_at) <= Date.now() ? 'expired ' : ''}${minuteOf(expires_at)}`
}
