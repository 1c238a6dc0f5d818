// A gateway for one child: in this process, on a port and with a token that nobody else knows and that end with it.
import type { Api } from '../../shared/contract.ts'
import { appError, type AppError } from '../../shared/errors.ts'
import { actorOf, type Actor } from '../actor.ts'
import { dispatch } from '../dispatch.ts'
import type { EnvironmentKeys } from '../environment/environment-keys.ts'
import type { ToolGateway } from '../gateway/tool-gateway.ts'
import type { Caller } from '../http/caller.ts'
import { startListener } from '../http/listener.ts'
import { hashToken, newToken, sameHash } from '../http/token.ts'
import type { Log } from '../log.ts'
import { openCurrentKey } from '../providers/open-current-key.ts'
import { keysOf } from '../store/key-store.ts'
import type { ProviderRow } from '../store/store.ts'
import type { TokenBook } from '../token-book.ts'
import type { Vault } from '../vault.ts'
import { exposingEnvironment, gatewayEnvironment, type Environment } from './child-environment.ts'

export interface RunParts {
  vault: Vault
  environment: EnvironmentKeys
  tokens: TokenBook
  gateway(): Promise<ToolGateway>
  log: Log
  apiFor(actor: Actor): Api
  revision(): string
}

export interface RunWish {
  /** The environment that the child would have without Latchkey. */
  env: Readonly<Record<string, string | undefined>>
  /** The name of the token as which its requests count; without, they count as `run`. */
  tool?: string | undefined
  /** The only providers it may use. */
  providers?: readonly string[] | undefined
}

export interface Run {
  env: Environment
  /** The providers with a key that the child can use. */
  providers: string[]
  /** Ends requests for which the token is good no longer. */
  endWhatMayNot(): void
  close(): Promise<void>
}

/** Opens the gateway of a child. Throws where the tool or a provider is not there, or the tool may do nothing now. */
export async function openRun(parts: RunParts, { env, tool, providers }: RunWish): Promise<Run> {
  const { vault, tokens, log } = parts
  await tokens.refresh()
  const caller: Caller = {
    ...(tool === undefined ? { kind: 'tool', name: 'run' } : callerOf(tokens, tool)),
    ...(providers === undefined ? {} : { providers }),
  }
  const usable = (await keyedProviders(vault, providers, parts.environment)).filter(({ name }) =>
    mayUse(tokens, caller, name),
  )
  const token = newToken()
  const hash = hashToken(token)
  const gateway = await parts.gateway()
  const api = parts.apiFor(actorOf('rest', caller.name))
  const listener = await startListener(
    {
      log,
      mounts: gateway.mounts,
      revision: () => parts.revision(),
      identify: (shown) => (sameHash(shown, hash) ? caller : undefined),
      admit: () => tokens.useRefusalOf(caller),
      call: (id, input) => dispatch(api, 'rest', id, input, (error, operation) => log.error({ operation, err: error })),
    },
    { port: 0 },
  )
  tokens.follow()
  return {
    env: gatewayEnvironment(env, listener.address, token, usable),
    providers: usable.map(({ name }) => name),
    endWhatMayNot: () => gateway.cutOff((running) => tokens.useRefusalOf(running)),
    async close() {
      tokens.unfollow()
      await listener.close()
    },
  }
}

/** For who insists: the environment with the keys themselves. Which were handed over, and to what, is written down first. */
export async function exposeKeys(
  { vault }: Pick<RunParts, 'vault'>,
  { env, providers, command }: Pick<RunWish, 'env' | 'providers'> & { command: string },
  by: Actor,
): Promise<{ env: Environment; providers: string[] }> {
  const rows = await keyedProviders(vault, providers)
  if (rows.length === 0) throw appError('not_allowed', { what: 'No provider has a key that could be handed over' })
  return vault.during(() =>
    vault.withMasterKey(async (store, ring) => {
      const keys: { provider: ProviderRow; key: Buffer }[] = []
      try {
        for (const provider of rows) keys.push({ provider, key: await openCurrentKey(store, ring, provider) })
        for (const { name, key_id } of rows) {
          await store.record({ act: 'key.expose', provider: name, detail: { command, key_id } }, by)
        }
        return { env: exposingEnvironment(env, keys), providers: rows.map(({ name }) => name) }
      } finally {
        for (const { key } of keys) key.fill(0)
      }
    }),
  )
}

function callerOf(tokens: TokenBook, name: string): Caller {
  const caller = tokens.named(name)
  if (caller === undefined) {
    throw appError('token_not_found', { ref: name }, { hint: `Make it with: latchkey token add ${name}` })
  }
  if (caller.kind !== 'tool') {
    throw appError('not_allowed', { what: 'A token of kind admin manages the vault, and no tool is given one' })
  }
  const refusal = tokens.refusalOf(caller)
  if (refusal !== undefined) throw refusal
  return caller
}

/** Those with a stored key, or one of the environment where that counts; a name that is not there, or has none, is a slip that must not pass in silence. */
async function keyedProviders(
  vault: Vault,
  only: readonly string[] | undefined,
  environment?: EnvironmentKeys,
): Promise<ProviderRow[]> {
  const [rows, others] = await vault.during(async () => {
    const all = await vault.reader().listProviders()
    return [all, await environment?.variables(all)] as const
  })
  // With the key that the gateway would try first.
  const keyed = rows.flatMap((row) => {
    const first = keysOf(row).find(({ enabled }) => enabled)
    if (first === undefined) return others?.has(row.name) === true ? [row] : []
    return [{ ...row, ...first }]
  })
  if (only === undefined) return keyed
  return only.map((name) => {
    const row = keyed.find((one) => one.name === name)
    if (row !== undefined) return row
    throw missing(name, rows)
  })
}

function missing(name: string, rows: readonly ProviderRow[]): AppError {
  const row = rows.find((one) => one.name === name)
  if (row === undefined) return appError('provider_not_found', { ref: name })
  return appError(keysOf(row).length === 0 ? 'provider_has_no_key' : 'keys_switched_off', { name })
}

function mayUse(tokens: TokenBook, { token_id }: Caller, provider: string): boolean {
  const { providers = null, models = null } = (token_id === undefined ? undefined : tokens.get(token_id)) ?? {}
  return providers?.includes(provider) !== false && models?.some((model) => model.startsWith(`${provider}/`)) !== false
}
