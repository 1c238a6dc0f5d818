import { appError } from '../../shared/errors.ts'
import { actorOf } from '../actor.ts'
import type { Log } from '../log.ts'
import { openKey } from '../providers/stored-key.ts'
import type { Vault } from '../vault.ts'
import type { GatewayPorts, Use } from './ports.ts'

/** What the vault can say today: a valid token may use every provider, each of which has one key. */
export function defaultPorts(vault: Vault, log: Log): GatewayPorts {
  const record = (act: string, use: Use): Promise<void> =>
    vault.withMasterKey((store) =>
      store.record({ act, provider: use.provider, detail: detailOf(use) }, actorOf('rest', use.caller.name)),
    )

  return {
    mayUse({ scope }) {
      if (scope !== 'files' && scope !== 'other') return undefined
      return appError('not_allowed', {
        what: 'This path is not open to tools: the gateway carries inference, embeddings and lists of models',
      })
    },

    needsModel: () => false,

    keysFor(provider) {
      if (provider.api_key_encrypted === null) throw appError('provider_has_no_key', { name: provider.name })
      return [{ id: provider.key_id, open: () => vault.withMasterKey(async (_store, ring) => openKey(ring, provider)) }]
    },

    async beforeUse(use) {
      await record('key.use', use)
      return undefined
    },

    onEcho(use) {
      log.warn({ provider: use.provider, route: use.route }, 'a provider sent its key back')
      record('key.echo', use).catch((cause: unknown) => log.error({ err: cause }, 'the echo of a key was not recorded'))
    },
  }
}

function detailOf({ model, route, method, key_id }: Use): Record<string, unknown> {
  return { method, route, model, key_id }
}
