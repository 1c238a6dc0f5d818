import { useMemo } from 'react'
import type { Provider } from '../../shared/schemas.ts'
import { useProviders } from '../state/providers.ts'

/** Providers by the name that uses and events are written down under; one that was deleted is not among them. */
export function useProvidersByName(): ReadonlyMap<string, Provider> {
  const list = useProviders((state) => state.list)
  return useMemo(() => new Map(list.map((provider) => [provider.name, provider])), [list])
}
