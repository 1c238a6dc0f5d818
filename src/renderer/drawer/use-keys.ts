import { useEffect, useState } from 'react'
import type { ProviderKey } from '../../shared/provider-key-schemas.ts'
import type { KeyChoice } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { useRevision } from '../state/live.ts'
import { showPageProblem } from '../state/page-problem.ts'

export interface Keys {
  list: ProviderKey[]
  choice: KeyChoice
}

/** The keys of a provider, fetched again when anything changes; undefined until they are here. */
export function useKeys(provider_id: number): { keys: Keys | undefined; reload: () => Promise<void> } {
  const [keys, setKeys] = useState<Keys>()
  useEffect(() => {
    void fetchKeys(provider_id, setKeys)
    return useRevision.subscribe(() => void fetchKeys(provider_id, setKeys))
  }, [provider_id])
  return { keys, reload: () => fetchKeys(provider_id, setKeys) }
}

async function fetchKeys(provider_id: number, show: (keys: Keys) => void): Promise<void> {
  try {
    const [list, { choice }] = await Promise.all([api.listKeys({ provider_id }), api.getKeyChoice({ provider_id })])
    show({ list, choice })
  } catch (cause) {
    showPageProblem(sayProblem(problemOf(cause)))
  }
}
