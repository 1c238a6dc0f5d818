import { useEffect, useState } from 'react'
import type { ProviderKey } from '../../shared/provider-key-schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { useRevision } from '../state/live.ts'
import { showPageProblem } from '../state/page-problem.ts'

/** The keys of a provider, fetched again when anything changes; undefined until they are here. */
export function useKeys(provider_id: number): { keys: ProviderKey[] | undefined; reload: () => Promise<void> } {
  const [keys, setKeys] = useState<ProviderKey[]>()
  useEffect(() => {
    void fetchKeys(provider_id, setKeys)
    return useRevision.subscribe(() => void fetchKeys(provider_id, setKeys))
  }, [provider_id])
  return { keys, reload: () => fetchKeys(provider_id, setKeys) }
}

async function fetchKeys(provider_id: number, show: (keys: ProviderKey[]) => void): Promise<void> {
  try {
    show(await api.listKeys({ provider_id }))
  } catch (cause) {
    showPageProblem(sayProblem(problemOf(cause)))
  }
}
