import { resolve } from 'node:path'
import { appError } from '../../shared/errors.ts'
import type { Globals } from '../globals.ts'
import { addressOf, makeToolToken } from '../connect-tool.ts'
import { withVault } from '../open-vault.ts'
import { UsageError } from '../refusals.ts'
import { print, printable, say } from '../terminal.ts'
import type { ConnectOptions } from './connect.ts'

/** It has a list of models instead of one address, and a file of which there may be many. */
export const LITELLM = { id: 'litellm', name: 'LiteLLM' } as const

/** Writes a config.yaml with every model of the providers with a key, and hands out the token it refers to. */
export async function connectLiteLlm(options: ConnectOptions, globals: Globals): Promise<void> {
  if (options.undo === true) {
    throw new UsageError('The file for LiteLLM is written once and is yours', 'Delete it, and revoke its token.')
  }
  const [{ liteLlmConfig, LITELLM_VARIABLE }, { writePrivateFile }] = await Promise.all([
    import('../../core/connect/litellm-config.ts'),
    import('../../core/private-files.ts'),
  ])
  const path = resolve(options.file ?? 'config.yaml')
  const name = options.name ?? LITELLM.id
  await withVault(options.print === true ? 'read' : 'change', globals, async ({ client }) => {
    const providers = (await client.listProvidersWithKeys()).filter(({ models }) => models.length > 0)
    if (providers.length === 0) {
      const hint = 'Set one first: latchkey key set NAME'
      throw appError('not_allowed', { what: 'No provider with models has a key' }, { hint })
    }
    const text = liteLlmConfig(await addressOf(client), providers)
    if (options.print === true) return print(text.trimEnd())
    const made = await makeToolToken(client, name, providers.map((provider) => provider.name)) // prettier-ignore
    try {
      if (!writePrivateFile(path, text, { replace: false })) throw appError('backup_exists', { path })
    } catch (cause) {
      await client.revokeToken({ token_id: made.id })
      throw cause
    }
    const line = `${LITELLM_VARIABLE}=${made.token}`
    if (globals.json) return print(JSON.stringify({ tool: LITELLM.id, token_name: name, path, lines: [line] }))
    say(`Wrote ${printable(path)}. Put this line into the environment of LiteLLM; the token is shown this once.`)
    print(line)
  })
}
