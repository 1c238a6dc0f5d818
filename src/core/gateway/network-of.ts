import type { NetworkRow } from '../store/network-store.ts'
import type { Vault } from '../vault.ts'
import type { Network } from './upstreams.ts'

/** What the vault says of the way to providers, also after another process changed it. Read only where the vault changed. */
export function networkOf(vault: Vault): () => Promise<Network> {
  let revision = ''
  let text = ''
  let known: Network = {}
  return async () => {
    const now = vault.standing()
    if (now === revision) return known
    const row = await vault.during(() => vault.reader().network.read())
    revision = now
    const read = JSON.stringify(row)
    if (read !== text) known = toNetwork(row)
    text = read
    return known
  }
}

function toNetwork({ proxy, ca, system_ca }: NetworkRow): Network {
  return { proxy: proxy ?? undefined, trust: { extra: ca?.pem, system: system_ca } }
}
