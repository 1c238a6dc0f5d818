import type { Command } from 'commander'
import { appError } from '../../shared/errors.ts'
import { closest } from '../closest.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { table } from '../table.ts'
import { print, printable, say } from '../terminal.ts'

export function addModels(program: Command): void {
  program
    .command('models [name]')
    .description('List the models of a provider; without a name those of all providers that have a key')
    .addHelpText(
      'after',
      '\nExamples:\n  latchkey models openai\n  latchkey models                 as provider/model\n',
    )
    .action(listModels)
  const model = program
    .command('model')
    .description('Add or remove a model of a provider')
    .helpCommand(false)
    .addHelpText('after', '\nExamples:\n  latchkey model add openai gpt-5-mini\n  latchkey models openai\n')
  model
    .command('add <provider> <model>')
    .description('Add a model to a provider')
    .option('--display-name <text>', 'how it is shown; its name if not given')
    .addHelpText(
      'after',
      `
Examples:
  latchkey model add openai gpt-5-mini
  latchkey model add local qwen3:8b --display-name "Qwen 3, 8B"
`,
    )
    .action(addModel)
  model
    .command('remove <provider> <model>')
    .description("Remove a model. One of the catalog's comes back with: latchkey provider reset NAME --models")
    .addHelpText('after', '\nExamples:\n  latchkey model remove openai gpt-5-mini\n')
    .action(removeModel)
}

async function listModels(name: string | undefined, _options: object, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('read', globals, async ({ client, find }) => {
    if (name === undefined) {
      const names = await client.listModelNames()
      if (globals.json) print(JSON.stringify(names))
      else if (names.length > 0) print(names.map(printable).join('\n'))
      else say('No provider with a key has models. All of a provider: latchkey models NAME')
      return
    }
    const { models } = await find(name)
    if (globals.json) print(JSON.stringify(models))
    else if (models.length === 0) say(`${name} has no models. Add one: latchkey model add ${name} MODEL`)
    else
      print(
        table(
          ['MODEL', 'SHOWN AS'],
          models.map((model) => [model.name, model.display_name]),
        ),
      )
  })
}

async function addModel(
  providerName: string,
  name: string,
  { displayName = name }: { displayName?: string },
  command: Command,
): Promise<void> {
  const globals = globalsOf(command)
  await withVault('change', globals, async ({ client, find }) => {
    const { id } = await find(providerName)
    const model = await client.addModel({ provider_id: id, name, display_name: displayName })
    if (globals.json) print(JSON.stringify(model))
    else say(`Added the model ${printable(model.name)} to ${providerName}.`)
  })
}

async function removeModel(providerName: string, name: string, _options: object, command: Command): Promise<void> {
  await withVault('change', globalsOf(command), async ({ client, find }) => {
    const { models } = await find(providerName)
    const model = models.find((model) => model.name === name)
    if (model === undefined) {
      const near = closest(
        name,
        models.map((model) => model.name),
      )
      const all = `All of them: latchkey models ${providerName}`
      const { strikeOut } = await import('../../core/log.ts')
      throw appError(
        'model_not_found',
        { ref: strikeOut(name) },
        { hint: near === undefined ? all : `Did you mean ${near}? ${all}` },
      )
    }
    await client.deleteModel({ model_id: model.id })
    say(`Removed the model ${printable(name)} from ${providerName}.`)
  })
}
