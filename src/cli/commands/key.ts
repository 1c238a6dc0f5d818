import { Option, type Command } from 'commander'
import { confirm } from '../ask.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { receiveKey } from '../receive-key.ts'
import { table } from '../table.ts'
import { canAsk, print, printable, say } from '../terminal.ts'
import { addSeveralKeys, findKey } from './key-several.ts'

interface Confirmed {
  yes?: boolean
}

interface Chosen {
  label?: string
}

export function addKey(program: Command): void {
  const key = program
    .command('key')
    .description('Set, test, remove or adopt the key of a provider, or keep several')
    .helpCommand(false)
    .addHelpText('after', '\nExamples:\n  latchkey key set openai\n  latchkey key remove openai\n')
  key
    .command('set <name>')
    .description('Store the key of a provider. It is asked for, hidden, or read from stdin; never from the arguments.')
    .addHelpText(
      'after',
      `
A key among the arguments is refused: the process list and the shell's history would show it to others.

Examples:
  latchkey key set openai                            paste the key when asked
  printf %s "$OPENAI_API_KEY" | latchkey key set openai
  latchkey key set openai < key.txt
`,
    )
    .action(setKey)
  key
    .command('remove <name>')
    .description('Remove a stored key of a provider; the provider and its models stay')
    .option('--label <label>', 'which key; the first if not given')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  latchkey key remove openai\n  latchkey key remove openai --yes\n')
    .action(removeKey)
  key
    .command('test <name>')
    .description('Ask the provider, at no cost, whether its stored key works')
    .option('--model <name>', 'whether the provider lists this model, too')
    .option('--label <label>', 'which key; the first if not given')
    .addOption(new Option('--all', 'each of its keys').conflicts(['label', 'model']))
    .addHelpText(
      'after',
      `
Exits with 0 where the key works and with 1 where it does not, or where that cannot be told.

Examples:
  latchkey key test openai
  latchkey key test openai --model gpt-6-sol --json
  latchkey key test openai --all
`,
    )
    .action(testKey)
  key
    .command('adopt <name>')
    .description('Take over a key that another program wrote into the vault, after a yes')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
Such a key is not tied to its provider and address, so Latchkey does not use it until its owner has looked at both.

Examples:
  latchkey key adopt openai                          shows provider and address, then asks
`,
    )
    .action(adoptKey)
  addSeveralKeys(key)
}

async function setKey(name: string, _options: object, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client, find }) => {
    const provider = await find(name)
    const api_key = await receiveKey(provider)
    const stored = await client.updateProvider({ provider_id: provider.id, api_key })
    if (globals.json) print(JSON.stringify(stored))
    else say(`${provider.has_api_key ? 'Replaced' : 'Stored'} the key of ${name}.`)
  })
}

async function removeKey(name: string, { yes = false, label }: Confirmed & Chosen, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client, find }) => {
    const provider = await find(name)
    const { id: provider_id, has_api_key } = provider
    const keys = await client.listKeys({ provider_id })
    const key = has_api_key || label !== undefined ? await findKey(client, provider, label) : undefined
    const which = keys.length > 1 && key !== undefined ? `key '${printable(key.label)}'` : 'key'
    if (key !== undefined) {
      await confirm(`Remove the ${which} of ${name}? Latchkey keeps no copy of it.`, yes || !canAsk())
      await client.removeKey({ provider_id, key_id: key.id ?? 'first' })
    }
    if (globals.json) print(JSON.stringify(await client.getProvider({ provider_id })))
    else say(key === undefined ? `${name} had no key.` : `Removed the ${which} of ${name}.`)
  })
}

interface TestOptions extends Chosen {
  model?: string
  all?: boolean
}

async function testKey(name: string, { model, label, all = false }: TestOptions, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client, find }) => {
    const provider = await find(name)
    const ref = { provider_id: provider.id }
    if (all) {
      const tests = await client.testKeys(ref)
      if (tests.some(({ test }) => test.verdict !== 'valid')) process.exitCode = 1
      if (globals.json) return print(JSON.stringify(tests))
      return print(
        table(
          ['LABEL', 'KEY'],
          tests.map(({ label, test }) => [label, `${test.detail}.`]),
        ),
      )
    }
    const key_id = label === undefined ? {} : { key_id: (await findKey(client, provider, label)).id ?? 'first' }
    const test = await client.testProvider({ ...ref, ...key_id, ...(model === undefined ? {} : { model }) })
    if (test.verdict !== 'valid' || test.model_usable === false) process.exitCode = 1
    if (globals.json) return print(JSON.stringify(test))
    const { detail, method, url, status, latency_ms, body } = test
    print(printable(`${detail}.`))
    const answer = status === null ? 'no answer' : `answered ${status} in ${latency_ms} ms`
    say(printable(`${method} ${url}: ${answer}`))
    if (test.verdict !== 'valid' && body !== null) say(printable(body))
  })
}

async function adoptKey(name: string, { yes = false }: Confirmed, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client, find }) => {
    const { id } = await find(name)
    const { display_name, base_url } = await client.previewAdoption({ provider_id: id })
    say(`The master key opens this key. It will be used for:`)
    // Another program wrote this row, so its texts may be anything.
    say(`  provider  ${printable(`${name} (${display_name})`)}`)
    say(`  address   ${printable(base_url ?? 'none')}`)
    await confirm('Is that where the key belongs?', yes)
    const adopted = await client.adoptKey({ provider_id: id })
    if (globals.json) print(JSON.stringify(adopted))
    else say(`Adopted the key of ${name}.`)
  })
}
