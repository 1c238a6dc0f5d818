import type { CatalogInUse } from '../catalog/catalog-in-use.ts'
import { noteRequest } from '../audit/refusals.ts'
import type { Log } from '../log.ts'
import type { TokenBook } from '../token-book.ts'
import type { Vault } from '../vault.ts'
import { Endings } from './endings.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { fetchModels, probeProvider, type FetchedModels, type Probe, type Probed } from './probe.ts'
import { Upstreams } from './upstreams.ts'
import { vaultPorts } from './vault-ports.ts'

/** The gateway of this process, and the connections to providers. Must be closed. */
export interface ToolGateway extends Gateway {
  /** Tests a key at a provider; see `probeProvider`. */
  testKey(provider: Probed, key: Buffer, model?: string): Promise<Probe>
  /** The models a provider offers to this key. */
  fetchModels(provider: Probed, key: Buffer): Promise<FetchedModels>
  /** Ends what still runs, and writes down how it ended. */
  close(): Promise<void>
}

interface ToolGatewayDeps {
  vault: Vault
  tokens: TokenBook
  /** For the prices it gives. */
  catalog: CatalogInUse
  log: Log
}

/** Opens the gateway over a vault and its tokens. */
export function openToolGateway({ vault, tokens, catalog, log }: ToolGatewayDeps): ToolGateway {
  const upstreams = new Upstreams()
  const endings = new Endings({ vault, catalog, log })
  const gateway = createGateway({
    vault,
    upstreams,
    ports: vaultPorts({ vault, tokens, endings, catalog, log }),
    log,
    onRefused: (why, caller) => noteRequest(vault.refusals, why, caller),
  })
  return {
    ...gateway,
    testKey: (provider, key, model) => probeProvider(upstreams, provider, key, model),
    fetchModels: (provider, key) => fetchModels(upstreams, provider, key),
    async close() {
      await upstreams.close()
      await endings.flush()
    },
  }
}
