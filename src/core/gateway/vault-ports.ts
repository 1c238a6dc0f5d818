import { appError, type AppError } from '../../shared/errors.ts'
import { actorOf } from '../actor.ts'
import type { Log } from '../log.ts'
import { openKey } from '../providers/stored-key.ts'
import type { TokenRow } from '../store/token-store.ts'
import type { TokenBook } from '../token-book.ts'
import type { Vault } from '../vault.ts'
import type { Endings } from './endings.ts'
import type { GatewayPorts, Intent } from './ports.ts'
import { UsageTap } from './usage-tap.ts'

interface VaultPortsDeps {
  vault: Vault
  tokens: TokenBook
  endings: Endings
  log: Log
}

/** What the vault and its tokens say of who may use which key, and where each use is written down. */
export function vaultPorts({ vault, tokens, endings, log }: VaultPortsDeps): GatewayPorts {
  return {
    mayUse(intent) {
      const { caller, scope } = intent
      if (scope === 'files' || scope === 'other') {
        return appError('not_allowed', {
          what: 'This path is not open to tools: the gateway carries inference, embeddings and lists of models',
        })
      }
      // A page needs no key; one that was taken over gets none either.
      if (caller.kind === 'session') {
        return appError('not_allowed', { what: 'The window manages the vault; a tool needs a token of its own' })
      }
      if (caller.providers?.includes(intent.provider) === false) {
        const hint = `It may use ${caller.providers.join(', ')}: latchkey run --providers NAMES`
        return appError('not_allowed', { what: `This run may not use provider '${intent.provider}'` }, { hint })
      }
      if (caller.token_id === undefined) return undefined
      const token = tokens.get(caller.token_id)
      return token === undefined ? appError('unauthorized', undefined) : outOfScope(token, intent)
    },

    needsModel: ({ token_id }) => token_id !== undefined && (tokens.get(token_id)?.models ?? null) !== null,

    keysFor(provider) {
      if (provider.api_key_encrypted === null) throw appError('provider_has_no_key', { name: provider.name })
      return [{ id: provider.key_id, open: () => vault.withMasterKey(async (_store, ring) => openKey(ring, provider)) }]
    },

    async beforeUse({ caller, provider, dialect, key_id, model, scope, method, route, attempt }) {
      const { token_id = null, name } = caller
      const use = { token_id, caller: name, provider, key_id, model, method, route, attempt }
      const ref = await vault.withMasterKey((store) => store.tokens.beginUse(use, actorOf('rest', name)))
      const tap = new UsageTap()
      return {
        onHead: (status, headers) => tap.head(status, headers),
        onChunk: (chunk) => tap.chunk(chunk),
        onFinish: (ending) => endings.add({ ...ref, ...ending, provider, dialect, model, scope, texts: tap.take() }),
      }
    },

    onEcho({ caller, provider, method, route, model, key_id }) {
      log.warn({ provider, route }, 'a provider sent its key back')
      const detail = { method, route, model, key_id }
      vault
        .during(() =>
          vault.withMasterKey((store) =>
            store.record({ act: 'key.echo', provider, detail }, actorOf('rest', caller.name)),
          ),
        )
        .catch((cause: unknown) => log.error({ err: cause }, 'the echo of a key was not recorded'))
    },
  }
}

/** Why this token may not do this, with what it may instead. */
function outOfScope({ name, providers, models }: TokenRow, { provider, model }: Intent): AppError | undefined {
  const own = models?.filter((entry) => entry.startsWith(`${provider}/`))
  if (providers?.includes(provider) === false || own?.length === 0) {
    const allowed = providers ?? [...new Set(models?.map((entry) => entry.slice(0, entry.indexOf('/'))))]
    return refusal(`The token '${name}' may not use provider '${provider}'`, allowed)
  }
  if (own === undefined || model === null || own.includes(`${provider}/${model}`)) return undefined
  return refusal(`The token '${name}' may not use the model '${provider}/${model}'`, own)
}

const MANY = 10

function refusal(what: string, allowed: readonly string[]): AppError {
  const list = allowed.slice(0, MANY).join(', ') + (allowed.length > MANY ? ' and more' : '')
  return appError('not_allowed', { what }, { hint: `It may use ${list}. Its owner can change that in Latchkey.` })
}
