import { create } from 'zustand'
import type { CatalogEntry } from '../../shared/schemas.ts'
import { api, problemOf } from '../api.ts'
import { showPageProblem } from '../state/page-problem.ts'
import { findProvider, showProvider } from '../state/providers.ts'
import { sayProblem } from '../say-problem.ts'

// What the catalog says of a predefined provider is asked for when a menu or the drawer opens, and not before.
const useEntries = create<Record<number, CatalogEntry | undefined>>()(() => ({}))

export const useCatalogEntry = (id: number): CatalogEntry | undefined => useEntries((entries) => entries[id])

/** Fetches what the catalog says; without an answer, what it offers is not offered. */
export async function loadCatalogEntry(provider_id: number): Promise<void> {
  if (findProvider(provider_id)?.is_predefined !== true) return
  try {
    useEntries.setState({ [provider_id]: await api.getCatalogEntry({ provider_id }) })
  } catch (cause) {
    useEntries.setState({ [provider_id]: undefined })
    showPageProblem(sayProblem(problemOf(cause)))
  }
}

/** Brings the deleted models of the catalog back. */
export async function bringBack(provider_id: number): Promise<void> {
  try {
    showProvider(await api.bringBackModels({ provider_id }))
    await loadCatalogEntry(provider_id)
  } catch (cause) {
    showPageProblem(sayProblem(problemOf(cause)))
  }
}
