import { Option, type Command } from 'commander'
import type { Client } from '../../shared/contract.ts'
import { appError } from '../../shared/errors.ts'
import type { ProviderKey } from '../../shared/provider-key-schemas.ts'
import type { Provider } from '../../shared/schemas.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { receiveKey } from '../receive-key.ts'
import { UsageError } from '../refusals.ts'
import { minuteOf, table } from '../table.ts'
import { print, printable, say } from '../terminal.ts'

/** Adds the commands for a provider with several keys to `key`. */
export function addSeveralKeys(key: Command): void {
  key
    .command('list <name>')
    .description('List the keys of a provider in the order in which they are tried, and how they fare')
    .addHelpText('after', '\nExamples:\n  latchkey key list openai\n  latchkey key list openai --json\n')
    .action(list)
  key
    .command('turns <name>')
    .description('Say which of several keys is tried first')
    .addOption(order().makeOptionMandatory())
    .addHelpText(
      'after',
      `
Examples:
  latchkey key turns openai --order round-robin      each is first in its turn
  latchkey key turns openai --order in-order         the first that works
`,
    )
    .action(turns)
  key
    .command('add <name>')
    .description('Add one more key, asked for hidden or read from stdin: it is tried where those before it are refused')
    .option('--label <label>', 'what it is called among the keys of its provider')
    .addOption(place())
    .addHelpText(
      'after',
      `
Examples:
  latchkey key add openai --label team               paste the key when asked
  printf %s "$SECOND_KEY" | latchkey key add openai --label private --position 1
`,
    )
    .action(add)
  key
    .command('edit <name>')
    .description('Change one key of a provider: its label, its place, whether it is used, or the key itself')
    .option('--label <label>', 'which key; the first if not given')
    .option('--rename <label>', 'another label')
    .addOption(place())
    .addOption(new Option('--on', 'use it').conflicts('off'))
    .option('--off', 'keep it and do not use it')
    .option('--replace', 'take another key in its place, asked for hidden or read from stdin')
    .addHelpText(
      'after',
      `
Examples:
  latchkey key edit openai --label team --off
  latchkey key edit openai --label team --rename work --position 1
  latchkey key edit openai --label team --replace
`,
    )
    .action(edit)
}

function order(): Option {
  return new Option('--order <how>', 'which is tried first').choices(['in-order', 'round-robin'])
}

function place(): Option {
  return new Option('--position <number>', 'its place among the keys: 1 is tried first').argParser((text) => {
    if (!/^\d+$/.test(text)) throw new UsageError('A position is a whole number', 'As: --position 1')
    return Number(text)
  })
}

/** A key by its label, in whatever case it is written; the first without one. */
export async function findKey(client: Client, { id, name }: Provider, label: string | undefined): Promise<ProviderKey> {
  const keys = await client.listKeys({ provider_id: id })
  const key = label === undefined ? keys[0] : keys.find((key) => key.label.toLowerCase() === label.trim().toLowerCase())
  if (key !== undefined) return key
  if (keys.length === 0) throw appError('provider_has_no_key', { name })
  throw appError('key_not_found', { name }, { hint: `Its keys: ${keys.map((key) => key.label).join(', ')}` })
}

async function list(name: string, _options: object, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('read', globals, async ({ client, find }) => {
    const { id } = await find(name)
    const keys = await client.listKeys({ provider_id: id })
    if (globals.json) return print(JSON.stringify(keys))
    if (keys.length === 0) return say(`${name} has no key yet. Set one: latchkey key set ${name}`)
    const rows = keys.map((key) => [
      String(key.position),
      key.label,
      stateInWords(key),
      key.last_used_at === null ? 'never' : minuteOf(key.last_used_at),
    ])
    print(table(['PLACE', 'LABEL', 'STATE', 'LAST USED'], rows))
  })
}

async function turns(name: string, { order }: { order: 'in-order' | 'round-robin' }, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client, find }) => {
    const { id } = await find(name)
    const choice = order === 'in-order' ? 'in_order' : 'round_robin'
    const chosen = await client.setKeyChoice({ provider_id: id, choice })
    if (globals.json) return print(JSON.stringify(chosen))
    say(
      choice === 'in_order' ? `The keys of ${name} are tried in order.` : `The keys of ${name} take turns to be first.`,
    )
  })
}

function stateInWords({ state, enabled, retry_at }: ProviderKey): string {
  const until = retry_at === null ? '' : `, rests until ${minuteOf(retry_at)}`
  const words = state === 'cooling_down' ? `at its limit${until}` : state === 'failing' ? `failing${until}` : state
  return enabled ? words : `off (${words})`
}

interface Change {
  label?: string
  position?: number
}

async function add(name: string, given: Change, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client, find }) => {
    const provider = await find(name)
    const api_key = await receiveKey(provider)
    const added = await client.addKey({ provider_id: provider.id, api_key, ...given })
    if (globals.json) print(JSON.stringify(added))
    else say(`Added the key '${printable(added.label)}' of ${name}, in place ${added.position}.`)
  })
}

interface EditOptions extends Change {
  rename?: string
  on?: boolean
  off?: boolean
  replace?: boolean
}

async function edit(name: string, options: EditOptions, command: Command): Promise<void> {
  const globals = globalsOf(command)
  const { label, rename, position, on = false, off = false, replace = false } = options
  const change = {
    ...(rename === undefined ? {} : { label: rename }),
    ...(position === undefined ? {} : { position }),
    ...(on || off ? { enabled: on } : {}),
  }
  if (Object.keys(change).length === 0 && !replace) {
    throw new UsageError('Nothing to change was given', 'What can be changed: latchkey key edit --help')
  }
  await withVault('change', globals, async ({ client, find }) => {
    const provider = await find(name)
    const key = await findKey(client, provider, label)
    const fresh = replace ? { api_key: await receiveKey(provider) } : {}
    const ref = { provider_id: provider.id, key_id: key.id ?? 'first' }
    const changed = await client.updateKey({ ...ref, ...change, ...fresh })
    if (globals.json) print(JSON.stringify(changed))
    else say(`Changed the key '${printable(changed.label)}' of ${name}.`)
  })
}
