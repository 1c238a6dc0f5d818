import { homedir } from 'node:os'
import type { Command } from 'commander'
import type { ConnectFile, Planned } from '../../core/connect/connect-file.ts'
import type { Said, ToolSettings } from '../../core/connect/tool-settings.ts'
import { connectionOf, connections, type Connection } from '../../shared/connections.ts'
import type { Client } from '../../shared/contract.ts'
import { appError } from '../../shared/errors.ts'
import type { CreatedToken, Token } from '../../shared/tool-schemas.ts'
import { confirm } from '../ask.ts'
import { closest } from '../closest.ts'
import { addressOf, makeToolToken } from '../connect-tool.ts'
import { globalsOf, type Globals } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { connectLiteLlm, LITELLM } from './connect-litellm.ts'
import { ownCommand } from '../own-command.ts'
import { UsageError } from '../refusals.ts'
import { note, painted, print, printable, say } from '../terminal.ts'
import { table } from '../table.ts'

export interface ConnectOptions {
  name?: string
  file?: string
  print?: boolean
  undo?: boolean
  yes?: boolean
}

export function addConnect(program: Command): void {
  program
    .command('connect [tool]')
    .description('Point a tool to Latchkey, in its own settings; without a name: list the tools')
    .option('--name <name>', 'the name of its token; that of the tool if not given')
    .option('--file <path>', 'for LiteLLM: the file to write; config.yaml if not given')
    .option('--print', 'print the lines and change nothing')
    .option('--undo', 'take the connection out of its settings again')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
Only the fields that point to Latchkey are written; comments and everything else stay. What would change is shown first,
and the file as it was is kept beside it. Claude Code and Codex get a command that prints a token, so none stands in their
files; for others a token is made. A tool without a file of its own gets lines to copy.

Examples:
  latchkey connect claude-code
  latchkey connect codex --print
  latchkey connect gemini-cli --undo
  latchkey connect litellm --file proxy/config.yaml
`,
    )
    .action(connect)
}

async function connect(id: string | undefined, options: ConnectOptions, command: Command): Promise<void> {
  const globals = globalsOf(command)
  if (id === undefined) return list(globals)
  if (id === LITELLM.id) return connectLiteLlm(options, globals)
  const tool = connectionOf(id)
  if (tool === undefined) {
    const names = [...connections, LITELLM].map((one) => one.id)
    const near = closest(id, names)
    throw new UsageError(
      'There is no tool of this name that Latchkey can connect',
      near === undefined ? `There are: ${names.join(', ')}` : `Did you mean ${near}? All tools: latchkey connect`,
    )
  }
  const { settingsOf } = await import('../../core/connect/tool-settings.ts')
  const settings = settingsOf(tool.id)
  const job: Job = { tool, settings, name: options.name ?? tool.token_name, yes: options.yes === true, globals }
  const act = options.print === true ? printLines : options.undo === true ? disconnect : connectTool
  await withVault(options.print === true ? 'read' : 'change', globals, ({ client }) => act(job, client))
}

/** What was asked for. */
interface Job {
  tool: Connection
  /** Of its own file, where it has one. */
  settings: ToolSettings | undefined
  /** Of its token. */
  name: string
  yes: boolean
  globals: Globals
}

/** Stands for a token that is not made yet, or that was shown once. */
const PLACEHOLDER = 'TOKEN'

function list({ json }: Globals): void {
  const tools = [...connections, LITELLM].map(({ id, name }) => ({ id, name }))
  if (json) return print(JSON.stringify(tools))
  print(
    table(
      ['TOOL', 'NAME'],
      tools.map(({ id, name }) => [id, name]),
    ),
  )
}

/** What is needed to fill in the fields; the token is not made yet. */
async function saidOf({ name, globals }: Job, client: Client): Promise<Said> {
  const [address, providers] = await Promise.all([addressOf(client), client.listProviders()])
  return {
    address,
    token: PLACEHOLDER,
    helper: ownCommand(globals, 'token', 'print', name),
    // A tool knows those of the catalog by their names.
    providers: providers.filter(({ is_predefined }) => is_predefined),
  }
}

/** A tool is told of providers that it can use; one that has lost its key since is still taken out of its file. */
async function keyedOnly(said: Said, client: Client): Promise<Said> {
  const keyed = new Set((await client.listProvidersWithKeys()).map(({ name }) => name))
  return { ...said, providers: said.providers.filter(({ name }) => keyed.has(name)) }
}

async function printLines(job: Job, client: Client): Promise<void> {
  const { tool, settings, globals } = job
  const said = await saidOf(job, client)
  const { withFields } = await import('../../core/connect/settings-text.ts')
  const lines =
    settings?.token === 'by_command'
      ? withFields('', settings.format, settings.fields(tool, said)).trim().split('\n')
      : tool.lines(said.address, PLACEHOLDER)
  if (globals.json) print(JSON.stringify({ tool: tool.id, lines }))
  else print(lines.join('\n'))
}

async function connectTool(job: Job, client: Client): Promise<void> {
  const { tool, settings, name, globals } = job
  const said = await keyedOnly(await saidOf(job, client), client)
  if (settings === undefined) {
    const { token } = await makeToken(job, client, said)
    const lines = tool.lines(said.address, token)
    if (globals.json) return print(JSON.stringify({ tool: tool.id, token_name: name, lines }))
    say(`Put these lines into the environment of ${tool.name}. The token is shown this once.`)
    return print(lines.join('\n'))
  }
  const { planConnect, writePlanned } = await import('../../core/connect/connect-file.ts')
  const target = (token: string): ConnectFile => fileOf(job, settings, { ...said, token })
  if (target(PLACEHOLDER).fields.length === 0) {
    const hint = 'Set one first: latchkey key set NAME'
    throw appError('not_allowed', { what: 'No provider of the catalog has a key' }, { hint })
  }
  const planned = planConnect(target(PLACEHOLDER))
  if (planned.before === planned.after) return say(`${tool.name} is connected already: ${printable(planned.path)}`)
  await ask(`Point ${tool.name} to Latchkey with these lines?`, planned, job)
  const existing = settings.token === 'by_command' ? await toolToken(name, client) : undefined
  const made = existing === undefined ? await makeToken(job, client, said) : undefined
  try {
    writePlanned(settings.token === 'by_command' ? planned : planConnect(target(made?.token ?? '')))
  } catch (cause) {
    if (made !== undefined) await client.revokeToken({ token_id: made.id })
    throw cause
  }
  await tellConnected(job, planned, client)
  if (settings.token !== 'pasted' || made === undefined || globals.json) return
  say(`Give ${tool.name} this token where it asks for the API key. It is shown this once.`)
  print(made.token)
}

async function tellConnected({ tool, name, globals, settings }: Job, { path, backup }: Planned, client: Client) {
  const { listener, master_key } = await client.getStatus()
  if (globals.json) return print(JSON.stringify({ tool: tool.id, token_name: name, path, backup }))
  say(`Connected ${tool.name} with the token ${printable(name)}. Back again: latchkey connect ${tool.id} --undo`)
  if (backup !== null) say(`The file as it was: ${printable(backup)}`)
  if (listener.address === null)
    note('Nothing listens yet: switch the listener on in the window, or run latchkey serve.')
  if (settings?.token === 'by_command' && master_key.source === 'environment') {
    note(`ENCRYPTION_KEY must stand in the environment of ${tool.name}, too: its command opens the vault.`)
  }
}

async function disconnect(job: Job, client: Client): Promise<void> {
  const { tool, settings, globals } = job
  if (settings === undefined) {
    throw new UsageError(`${tool.name} has no file that Latchkey writes`, 'Take the lines out of its environment.')
  }
  const { planDisconnect, writeDisconnected } = await import('../../core/connect/connect-file.ts')
  const planned = planDisconnect(fileOf(job, settings, await saidOf(job, client)))
  await ask(`Take Latchkey out of ${tool.name} with these lines?`, planned, job)
  writeDisconnected(planned)
  if (globals.json) return print(JSON.stringify({ tool: tool.id, path: planned.path }))
  say(`${tool.name} no longer points to Latchkey. Its token stays: latchkey token revoke ${printable(job.name)}`)
}

function fileOf({ tool }: Job, settings: ToolSettings, said: Said): ConnectFile {
  const context = { home: homedir(), env: process.env, platform: process.platform }
  return { path: settings.path(context), format: settings.format, fields: settings.fields(tool, said) }
}

/** Shows what would change, and goes on after a yes. */
async function ask(question: string, { path, before, after }: Planned, { yes }: Job): Promise<void> {
  const [{ lineDiff }, { strikeOut }] = await Promise.all([
    import('../../core/connect/line-diff.ts'),
    import('../../core/log.ts'),
  ])
  say(printable(path))
  for (const line of lineDiff(before ?? '', after ?? '')) {
    // What goes may be a key, in whatever form: of a line that names one only the name is shown.
    const shown = strikeOut(line.replace(/((?:key|token|secret)["']?\s*[=:]\s*).+$/i, '$1…'))
    say(painted(process.stderr, line.startsWith('-') ? 'red' : 'green', printable(shown)))
  }
  await confirm(question, yes)
}

/** The token of this name, where there is one for a tool. */
async function toolToken(name: string, client: Client): Promise<Token | undefined> {
  const token = (await client.listTokens()).find((one) => one.name === name)
  if (token?.kind !== 'admin') return token
  throw appError('not_allowed', { what: 'A token of kind admin manages the vault, and no tool is given one' })
}

/** Makes the token, held to what the tool asks of itself. */
function makeToken({ tool, name }: Job, client: Client, { providers }: Said): Promise<CreatedToken> {
  const scope = tool.id === 'opencode' ? providers.map((provider) => provider.name) : [tool.provider]
  return makeToolToken(client, name, scope)
}
