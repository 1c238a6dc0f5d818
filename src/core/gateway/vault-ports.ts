import { appError, type AppError } from '../../shared/errors.ts'
import { everyModelOf } from '../../shared/tool-schemas.ts'
import { actorOf } from '../actor.ts'
import type { CatalogInUse } from '../catalog/catalog-in-use.ts'
import type { EnvironmentKeys } from '../environment/environment-keys.ts'
import type { Log } from '../log.ts'
import type { TokenRow } from '../store/token-store.ts'
import type { TokenBook } from '../token-book.ts'
import type { Vault } from '../vault.ts'
import type { Endings } from './endings.ts'
import { isFree, tokensIn, textBytes } from './estimate.ts'
import { limitsSpend, meteringOf, type Limited } from './limits.ts'
import { keyCandidates } from './key-candidates.ts'
import type { KeyTurns } from './key-turns.ts'
import type { GatewayPorts, Intent } from './ports.ts'
import { RunningUse } from './running-use.ts'
import { UsageTap } from './usage-tap.ts'

interface VaultPortsDeps {
  vault: Vault
  environment: EnvironmentKeys
  tokens: TokenBook
  endings: Endings
  /** For the prices it gives. */
  catalog: Pick<CatalogInUse, 'load'>
  turns: KeyTurns
  log: Log
}

/** What the vault and its tokens say of who may use which key, and where each use is written down. */
export function vaultPorts({ vault, environment, tokens, endings, turns, catalog, log }: VaultPortsDeps): GatewayPorts {
  /** The limits that hold for a use, the token's first. */
  const limitedOf = (token: TokenRow | undefined, provider: string): Limited[] => {
    const ofProvider = tokens.limitsOf(provider)
    return [
      ...(token === undefined ? [] : [{ whose: `token '${token.name}'`, limits: token }]),
      ...(ofProvider === undefined ? [] : [{ whose: `provider '${provider}'`, limits: ofProvider }]),
    ]
  }

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

    needsModel({ token_id }, provider) {
      const token = token_id === undefined ? undefined : tokens.get(token_id)
      if (token?.models?.includes(everyModelOf(provider)) === false) return 'scope'
      return limitedOf(token, provider).some(limitsSpend) ? 'price' : undefined
    },

    keysFor: (provider) => keyCandidates(provider, vault, environment, turns),

    async keyedByEnvironment(store) {
      return new Set((await environment.variables(await store.listProviderHeads())).keys())
    },

    async beforeUse(asked, cut) {
      const { caller, provider, base_url, dialect, key_id, model, scope, method, route, attempt, body } = asked
      const from = asked.environment === undefined ? {} : { environment: asked.environment }
      const { token_id = null, name } = caller
      const free = isFree(asked)
      const limited = limitedOf(token_id === null ? undefined : tokens.get(token_id), provider)
      const metering = free ? undefined : await meteringOf(asked, limited, catalog)
      const use = { token_id, caller: name, provider, key_id, model, method, route, attempt, costs: !free, ...from }
      const estimate =
        metering === undefined ? {} : { estimate: { input_tokens: metering.input_tokens, cost: metering.input_cost } }
      const begun = await vault.withMasterKey((store) =>
        store.tokens.beginUse({ ...use, ...estimate }, actorOf('rest', name)),
      )
      const running =
        metering === undefined
          ? undefined
          : new RunningUse({
              begun,
              metering,
              note: (used) =>
                vault.during(() =>
                  vault.withoutKey((store) => store.tokens.noteUse({ ...begun, token_id, provider }, used)),
                ),
              cut,
              log,
            })
      const tap = new UsageTap()
      return {
        onHead: (status, headers) => tap.head(status, headers),
        onChunk(chunk) {
          tap.chunk(chunk)
          running?.has(tokensIn(tap.written))
        },
        onFinish(ending) {
          running?.end()
          const texts = tap.take()
          const counted = {
            model: tap.model,
            input_tokens:
              metering?.input_tokens ?? tokensIn(body.held === undefined ? body.size() : textBytes(body.held)),
            output_tokens: tokensIn(tap.written),
          }
          endings.add({ ...begun, ...ending, provider, base_url, dialect, model, scope, free, texts, counted })
        },
      }
    },

    onEcho({ caller, provider, method, route, model, key_id, environment: variable }) {
      log.warn({ provider, route }, 'a provider sent its key back')
      const detail = { method, route, model, key_id, ...(variable === undefined ? {} : { environment: variable }) }
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
  if (own === undefined || model === null || own.includes(everyModelOf(provider))) return undefined
  if (own.includes(`${provider}/${model}`)) return undefined
  return refusal(`The token '${name}' may not use the model '${provider}/${model}'`, own)
}

const MANY = 10

function refusal(what: string, allowed: readonly string[]): AppError {
  const list = allowed.slice(0, MANY).join(', ') + (allowed.length > MANY ? ' and more' : '')
  return appError('not_allowed', { what }, { hint: `It may use ${list}. Its owner can change that in Latchkey.` })
}
