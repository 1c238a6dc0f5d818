import type { CatalogInUse } from '../catalog/catalog-in-use.ts'
import { noteRequest } from '../audit/refusals.ts'
import type { EnvironmentKeys } from '../environment/environment-keys.ts'
import type { Log } from '../log.ts'
import type { TokenBook } from '../token-book.ts'
import type { Vault } from '../vault.ts'
import { askUpstream, type Reply } from './ask-upstream.ts'
import { Endings } from './endings.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { fetchModels, probeProvider, type FetchedModels, type Probe, type Probed } from './probe.ts'
import { HealthNotes } from './health-notes.ts'
import { isRefusal, KeyTurns } from './key-turns.ts'
import { networkOf } from './network-of.ts'
import { Upstreams } from './upstreams.ts'
import { vaultPorts } from './vault-ports.ts'

/** The gateway of this process, and the connections to providers. Must be closed. */
export interface ToolGateway extends Gateway {
  /** Tests a key at a provider; see `probeProvider`. */
  testKey(provider: Probed, key: Buffer, model?: string): Promise<Probe>
  /** The models a provider offers to this key. */
  fetchModels(provider: Probed, key: Buffer): Promise<FetchedModels>
  /** Takes to heart what a test of a stored key told, and writes it down. */
  tested(key_id: string, probe: Pick<Probe, 'verdict' | 'status'>): Promise<void>
  /** Asks an address that is no provider's, by the same rules for connections. Rejects as undici does. */
  ask(url: URL, headers: readonly string[]): Promise<Reply>
  /** Ends what still runs, and writes down how it ended. */
  close(): Promise<void>
}

const ANSWER_BYTES = 262_144
const ANSWER_MS = 15_000

interface ToolGatewayDeps {
  vault: Vault
  environment: EnvironmentKeys
  tokens: TokenBook
  /** For the prices it gives. */
  catalog: CatalogInUse
  log: Log
}

/** Opens the gateway over a vault and its tokens. */
export async function openToolGateway({
  vault,
  environment,
  tokens,
  catalog,
  log,
}: ToolGatewayDeps): Promise<ToolGateway> {
  const upstreams = new Upstreams({ network: networkOf(vault) })
  const endings = new Endings({ vault, catalog, log })
  const notes = new HealthNotes({ vault, log })
  const turns = new KeyTurns(notes.add)
  turns.recall(await notes.resting())
  const gateway = createGateway({
    vault,
    upstreams,
    ports: vaultPorts({ vault, environment, tokens, endings, turns, catalog, log }),
    log,
    onRefused: (why, caller) => noteRequest(vault.trail.refusals, why, caller),
  })
  return {
    ...gateway,
    testKey: (provider, key, model) => probeProvider(upstreams, provider, key, model),
    fetchModels: (provider, key) => fetchModels(upstreams, provider, key),
    tested(key_id, { verdict, status }) {
      if (verdict === 'valid') turns.accepted(key_id, status ?? 200)
      else if (status !== null && (verdict === 'refused' || isRefusal(status))) turns.refused(key_id, status)
      return notes.flush()
    },
    ask: ({ origin, pathname, search }, headers) =>
      askUpstream(upstreams, { origin, path: pathname + search }, headers, {
        limit: ANSWER_BYTES,
        signal: AbortSignal.timeout(ANSWER_MS),
      }),
    async close() {
      await upstreams.close()
      await endings.flush()
      await notes.flush()
    },
  }
}
