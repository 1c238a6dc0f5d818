import { create } from 'zustand'
import type { Provider } from '../../shared/schemas.ts'
import { api, problemOf, type Problem } from '../api.ts'

type Phase = 'loading' | 'ready' | 'failed'

interface ProvidersState {
  phase: Phase
  problem: Problem | null
  /** By id, as the API lists them. An unchanged provider stays the same object, so its card is not drawn again. */
  list: readonly Provider[]
  byId: ReadonlyMap<number, Provider>
}

export const useProviders = create<ProvidersState>()(() => ({
  phase: 'loading',
  problem: null,
  list: [],
  byId: new Map(),
}))

export const useProvider = (id: number): Provider | undefined => useProviders((state) => state.byId.get(id))
export const findProvider = (id: number): Provider | undefined => useProviders.getState().byId.get(id)

function show(list: readonly Provider[]): void {
  const before = useProviders.getState().byId
  const kept = list.map((provider) => {
    const known = before.get(provider.id)
    return known !== undefined && isSame(known, provider) ? known : provider
  })
  const byId = new Map(kept.map((provider) => [provider.id, provider]))
  useProviders.setState({ phase: 'ready', problem: null, list: kept, byId })
}

/** Fetches all providers; what cannot be fetched is said by the page. */
export async function loadProviders(): Promise<void> {
  try {
    show(await api.listProviders())
  } catch (cause) {
    // What was listed stays readable while the vault does not answer.
    if (useProviders.getState().phase === 'ready' && problemOf(cause).code === 'unreachable') throw cause
    useProviders.setState({ phase: 'failed', problem: problemOf(cause), list: [], byId: new Map() })
  }
}

/** Puts an answer of the core in its place without asking for the whole list. */
export function showProvider(provider: Provider): void {
  const { list, byId } = useProviders.getState()
  show(byId.has(provider.id) ? list.map((one) => (one.id === provider.id ? provider : one)) : [...list, provider])
}

/** Takes a deleted provider away. */
export function dropProvider(id: number): void {
  show(useProviders.getState().list.filter((provider) => provider.id !== id))
}

function isSame(a: Provider, b: Provider): boolean {
  // updated_at moves with the provider's own fields, not with its models, nor with what the master key opens.
  return (
    a.updated_at === b.updated_at &&
    a.key_state === b.key_state &&
    a.display_name === b.display_name &&
    a.base_url === b.base_url &&
    a.dialect === b.dialect &&
    a.auth === b.auth &&
    a.is_predefined === b.is_predefined &&
    a.models.length === b.models.length &&
    a.models.every((model, at) => {
      const other = b.models[at]
      return other?.id === model.id && other.updated_at === model.updated_at
    })
  )
}
