import type { Command } from 'commander'
import type { CatalogEntry, Provider } from '../../shared/schemas.ts'
import { globalsOf } from '../globals.ts'
import { withVault } from '../open-vault.ts'
import { facts } from '../table.ts'
import { print } from '../terminal.ts'

/** Shows everything about a provider but its key. */
export async function showProvider(name: string, _options: object, command: Command): Promise<void> {
  const globals = globalsOf(command)
  await withVault('read', globals, async ({ client, find }) => {
    const provider = await find(name)
    if (globals.json) return print(JSON.stringify(provider))
    const entry = provider.is_predefined ? await client.getCatalogEntry({ provider_id: provider.id }) : undefined
    print(
      facts([
        ['Name', [provider.name]],
        ['Shown as', [provider.display_name]],
        ['Address', [provider.base_url ?? 'none']],
        ['Speaks', [`${provider.dialect}, with the key as ${authWords[provider.auth]}`]],
        ['Key', keyLines(provider)],
        ['Catalog', entry === undefined ? ['not in the catalog'] : catalogLines(entry)],
        ['Changed', [provider.updated_at]],
        ['Models', provider.models.length === 0 ? ['none'] : provider.models.map((model) => model.name)],
      ]),
    )
  })
}

function keyLines({ name, key_state, key_url }: Provider): string[] {
  if (key_state === 'unreadable') {
    return [
      'unreadable',
      `Enter it again: latchkey key set ${name}`,
      `or, if another program wrote it: latchkey key adopt ${name}`,
    ]
  }
  if (key_state === 'none') return ['none', ...(key_url === null ? [] : [`Get one at ${key_url}`])]
  return [key_state === 'environment' ? 'none stored; one of the environment stands in' : key_state]
}

function catalogLines({ differs, offered_base_url, deleted_models }: CatalogEntry): string[] {
  const lines = differs.length === 0 ? ['as the catalog has it'] : [`differs in ${differs.join(', ')}`]
  if (offered_base_url !== null) lines.push(`the catalog now has the address ${offered_base_url}`)
  if (deleted_models.length > 0) lines.push(`removed here: ${deleted_models.join(', ')}`)
  return lines
}

const authWords: Record<Provider['auth'], string> = {
  bearer: 'Authorization: Bearer',
  'x-api-key': 'x-api-key',
  'x-goog-api-key': 'x-goog-api-key',
  'api-key': 'api-key',
}
