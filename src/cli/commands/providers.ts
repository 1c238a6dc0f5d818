import { Option, type Command } from 'commander'
import { isAppError } from '../../shared/errors.ts'
import type { KeyState, Provider } from '../../shared/schemas.ts'
import { confirm } from '../ask.ts'
import { globalsOf, type Globals } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { receiveKey } from '../receive-key.ts'
import { UsageError } from '../refusals.ts'
import { table } from '../table.ts'
import { canAsk, note, print, printable, say } from '../terminal.ts'
import { withLimitOptions } from '../limit-options.ts'
import { providerLimits } from './provider-limits.ts'
import { showProvider } from './show-provider.ts'

// The choices of schemas.ts, here in words so that help needs no schema library.
const DIALECTS = ['openai', 'anthropic', 'google'] as const
const AUTHS = ['bearer', 'x-api-key', 'x-goog-api-key', 'api-key'] as const

interface Fields {
  displayName?: string
  baseUrl?: string
  dialect?: (typeof DIALECTS)[number]
  auth?: (typeof AUTHS)[number]
  withKey?: boolean
}

export function addProviders(program: Command): void {
  program
    .command('providers')
    .description('List the providers')
    .option('--with-keys', 'only those that have a stored key')
    .addHelpText('after', '\nExamples:\n  latchkey providers\n  latchkey providers --with-keys --json\n')
    .action(listProviders)
  const provider = program
    .command('provider')
    .description('Add, change, show or remove a provider')
    .helpCommand(false)
    .addHelpText('after', '\nExamples:\n  latchkey provider show openai\n  latchkey provider edit --help\n')
  withFields(provider.command('add <name>'))
    .description('Add a provider of your own')
    .option('--model <name...>', 'its models')
    .addHelpText(
      'after',
      `
Examples:
  latchkey provider add local --base-url http://127.0.0.1:11434/v1 --model qwen3:8b
  latchkey provider add mistral --display-name Mistral --base-url https://api.mistral.ai/v1 --with-key
`,
    )
    .action(addProvider)
  withFields(provider.command('edit <name>'))
    .description('Change a provider; what is not given stays')
    .addHelpText(
      'after',
      `
An empty --base-url takes the address away; on a predefined provider, it and an empty --display-name go back to the
catalog's. A key is never sent to a host it was not entered for: another scheme, host or port needs --with-key.

Examples:
  latchkey provider edit local --display-name "My own server"
  printf %s "$KEY" | latchkey provider edit mistral --base-url https://eu.example.com/v1 --with-key
`,
    )
    .action(editProvider)
  provider
    .command('show <name>')
    .description('Show everything about a provider; its key is never shown')
    .addHelpText('after', '\nExamples:\n  latchkey provider show openai\n')
    .action(showProvider)
  withLimitOptions(provider.command('limits <name>'))
    .description('Show or change what all tools together may use of a provider')
    .addHelpText(
      'after',
      `
The tighter of these and of a token's own limits decides. The word unlimited lifts one: --rpm unlimited.

Examples:
  latchkey provider limits openai
  latchkey provider limits openai --spend-per-day 10 --spend-per-month 100
`,
    )
    .action(providerLimits)
  provider
    .command('reset <name>')
    .description("Give a predefined provider the catalog's texts and address again")
    .option('--models', "bring back the catalog's models that were removed, too")
    .option('--with-key', 'give its key anew: asked for, hidden, or read from stdin')
    .addHelpText('after', '\nExamples:\n  latchkey provider reset openai\n  latchkey provider reset openai --models\n')
    .action(resetProvider)
  provider
    .command('remove <name>')
    .description('Remove a provider of your own with its key and models')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  latchkey provider remove local\n')
    .action(removeProvider)
}

function withFields(command: Command): Command {
  return command
    .option('--display-name <text>', 'how it is shown')
    .option('--base-url <url>', 'its address, as its SDK takes it')
    .addOption(new Option('--dialect <name>', 'what it speaks').choices(DIALECTS))
    .addOption(new Option('--auth <header>', 'the header for the key; by dialect if not given').choices(AUTHS))
    .option('--with-key', 'give its key, too: asked for, hidden, or read from stdin')
}

async function listProviders({ withKeys = false }: { withKeys?: boolean }, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('read', globals, async ({ client }) => {
    const providers = withKeys ? await client.listProvidersWithKeys() : await client.listProviders()
    if (globals.json) return print(JSON.stringify(providers))
    if (providers.length === 0) {
      return say(withKeys ? 'No key is stored yet. Set one: latchkey key set NAME' : 'There are no providers yet.')
    }
    const rows = providers.map(({ name, key_state, models, base_url }) => [
      name,
      keyWords[key_state],
      String(models.length),
      base_url ?? '-',
    ])
    print(table(['NAME', 'KEY', 'MODELS', 'ADDRESS'], rows))
  })
}

const keyWords: Record<KeyState, string> = {
  none: '-',
  stored: 'stored',
  unreadable: 'unreadable',
  environment: 'environment',
}

async function addProvider(name: string, options: Fields & { model?: string[] }, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client }) => {
    const fields = fieldsOf(options)
    const display_name = fields.display_name ?? name
    const key = options.withKey === true ? { api_key: await receiveKey({ name, display_name }) } : {}
    const models = options.model === undefined ? {} : { models: options.model }
    const added = await client.createProvider({ name, ...fields, display_name, ...key, ...models })
    if (globals.json) return print(JSON.stringify(added))
    say(`Added ${added.name}.`)
    if (!added.has_api_key) say(`Set its key: latchkey key set ${added.name}`)
  })
}

async function editProvider(name: string, options: Fields, command: Command): Promise<void> {
  const globals = globalsOf(command)
  const fields = fieldsOf(options)
  if (Object.keys(fields).length === 0 && options.withKey !== true) {
    throw new UsageError('Nothing to change was given', `What can be changed: latchkey provider edit --help`)
  }
  await withVault('change', globals, async ({ client, find }) => {
    const provider = await find(name)
    const save = (key: { api_key?: string }) => client.updateProvider({ provider_id: provider.id, ...fields, ...key })
    const changed = await withKeyIfNeeded(provider, options.withKey === true, save)
    tellOf(changed, `Changed ${name}.`, globals)
  })
}

async function resetProvider(
  name: string,
  { models = false, withKey = false }: { models?: boolean; withKey?: boolean },
  command: Command,
): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client, find }) => {
    const provider = await find(name)
    const ref = { provider_id: provider.id }
    let result = await withKeyIfNeeded(provider, withKey, (key) => client.resetProvider({ ...ref, ...key }))
    if (models) result = await client.bringBackModels(ref)
    tellOf(result, `${name} is as the catalog has it.`, globals)
  })
}

/** Saves; where a new address needs the key again and somebody can be asked, asks and saves with it. */
async function withKeyIfNeeded(
  provider: Provider,
  withKey: boolean,
  save: (key: { api_key?: string }) => Promise<Provider>,
): Promise<Provider> {
  if (withKey) return save({ api_key: await receiveKey(provider) })
  try {
    return await save({})
  } catch (cause) {
    if (!isAppError(cause) || cause.code !== 'key_reentry_required') throw cause
    if (!canAsk()) {
      cause.body.hint = 'Nothing was changed. Add --with-key and pipe the key in.'
      throw cause
    }
    note(cause.body.detail)
    return save({ api_key: await receiveKey(provider) })
  }
}

async function removeProvider(name: string, { yes = false }: { yes?: boolean }, command: Command): Promise<void> {
  await withVault('change', globalsOf(command), async ({ client, find }) => {
    const { id, has_api_key, is_predefined, models } = await find(name)
    // A predefined one is refused by the core; there is nothing to ask then.
    if (!is_predefined) {
      const what = `${has_api_key ? ' with its key' : ''}${models.length === 0 ? '' : `${has_api_key ? ' and' : ' with'} ${models.length} models`}`
      await confirm(`Remove ${printable(name)}${what}?`, yes || !canAsk())
    }
    await client.deleteProvider({ provider_id: id })
    say(`Removed ${name}.`)
  })
}

function fieldsOf({ displayName, baseUrl, dialect, auth }: Fields) {
  return {
    ...(displayName === undefined ? {} : { display_name: displayName }),
    ...(baseUrl === undefined ? {} : { base_url: baseUrl }),
    ...(dialect === undefined ? {} : { dialect }),
    ...(auth === undefined ? {} : { auth }),
  }
}

function tellOf(provider: Provider, sentence: string, { json }: Globals): void {
  if (json) print(JSON.stringify(provider))
  else say(sentence)
}
