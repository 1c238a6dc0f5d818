import type { NewModel, NewProvider, Provider, ProviderPatch } from '../../shared/schemas.ts'
import { api } from '../api.ts'
import { dropProvider, findProvider, showProvider } from '../state/providers.ts'

// Each of these throws what the core refused; the form that called says it.

export async function addProviderToVault(provider: NewProvider): Promise<Provider> {
  const added = await api.createProvider(provider)
  showProvider(added)
  return added
}

export async function saveProvider(patch: ProviderPatch): Promise<Provider> {
  const saved = await api.updateProvider(patch)
  showProvider(saved)
  return saved
}

/** The key named, or the first. */
export async function removeKey(provider_id: number, key_id?: string): Promise<void> {
  if (key_id === undefined) await api.removeApiKey({ provider_id })
  else await api.removeKey({ provider_id, key_id })
  await showAgain(provider_id)
}

export async function deleteProvider(provider_id: number): Promise<void> {
  await api.deleteProvider({ provider_id })
  dropProvider(provider_id)
}

export async function addModel(model: NewModel): Promise<void> {
  const added = await api.addModel(model)
  const provider = findProvider(model.provider_id)
  if (provider !== undefined) showProvider({ ...provider, models: [...provider.models, added] })
}

export async function deleteModel(provider_id: number, model_id: number): Promise<void> {
  await api.deleteModel({ model_id })
  const provider = findProvider(provider_id)
  if (provider !== undefined) {
    showProvider({ ...provider, models: provider.models.filter(({ id }) => id !== model_id) })
  }
}

async function showAgain(provider_id: number): Promise<void> {
  showProvider(await api.getProvider({ provider_id }))
}
