import { originOf } from '../../shared/origin.ts'

/** What is compared of a provider. */
export interface ComparedProvider {
  name: string
  base_url: string | null
  has_key: boolean
  models: readonly string[]
}

/** What restoring would change, by provider name in order. */
export interface VaultDifferences {
  added: string[]
  removed: string[]
  changed: ProviderDifference[]
}

export interface ProviderDifference {
  name: string
  /** The key would go to another place: the difference a person must look at. */
  origin?: { vault: string | null; backup: string | null }
  /** Another path at the same origin. */
  base_url?: { vault: string | null; backup: string | null }
  has_key?: { vault: boolean; backup: boolean }
  models_added?: string[]
  models_removed?: string[]
}

/** How this vault would differ once a backup with these providers is restored. */
export function differencesOf(
  vault: readonly ComparedProvider[],
  backup: readonly ComparedProvider[],
): VaultDifferences {
  const inVault = new Map(vault.map((provider) => [provider.name, provider]))
  const inBackup = new Map(backup.map((provider) => [provider.name, provider]))
  const changed = [...inVault].sort(byName).flatMap(([name, here]) => {
    const there = inBackup.get(name)
    return there === undefined ? [] : differenceOf(here, there)
  })
  return { added: missingFrom(inVault, inBackup), removed: missingFrom(inBackup, inVault), changed }
}

/** At most one entry: none where both are alike. */
function differenceOf(here: ComparedProvider, there: ComparedProvider): ProviderDifference[] {
  const difference: ProviderDifference = { name: here.name }
  const [origin, originThere] = [originOf(here.base_url), originOf(there.base_url)]
  if (origin !== originThere) difference.origin = { vault: origin, backup: originThere }
  else if (here.base_url !== there.base_url) difference.base_url = { vault: here.base_url, backup: there.base_url }
  if (here.has_key !== there.has_key) difference.has_key = { vault: here.has_key, backup: there.has_key }
  const [models, modelsThere] = [new Set(here.models), new Set(there.models)]
  const [added, removed] = [modelsThere.difference(models), models.difference(modelsThere)]
  if (added.size > 0) difference.models_added = [...added].sort()
  if (removed.size > 0) difference.models_removed = [...removed].sort()
  return Object.keys(difference).length > 1 ? [difference] : []
}

function missingFrom(here: ReadonlyMap<string, unknown>, there: ReadonlyMap<string, unknown>): string[] {
  return [...there.keys()].filter((name) => !here.has(name)).toSorted()
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1
}
