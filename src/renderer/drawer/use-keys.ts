import { useCallback, useEffect, useState } from 'react'
import type { ProviderKey } from '../../shared/provider-key-schemas.ts'
import { api, problemOf } from '../api.ts'
import { sayProblem } from '../say-problem.ts'
import { useRevision } from '../state/live.ts'
import { showPageProblem } from '../state/page-problem.ts'

/** The keys of a provider, fetched again when anything changes; undefined until they are here. */
export function useKeys(provider_id: number): { keys: ProviderKey[] | undefined; reload: () => Promise<void> } {
  const [keys, setKeys] = useState<ProviderKey[]>()
  const revision = useRevision()
  const reload = useCallback(async () => {
    try {
      setKeys(await api.listKeys({ provider_id }))
    } catch (cause) {
      showPageProblem(sayProblem(problemOf(cause)))
    }
  }, [provider_id])
  useEffect(() => void reload(), [reload, revision])
  return { keys, reload }
}
