import { create } from 'zustand'
import { openOverlay } from './overlays.ts'
import { useStatus } from './status.ts'

export type Page = 'providers' | 'tools' | 'usage' | 'activity' | 'settings' | 'vault'
export type KeyFilter = 'all' | 'with_key' | 'no_key'

interface WindowState {
  page: Page
  /** Which group of the settings a link asked for. */
  settings_group: string | null
  query: string
  filter: KeyFilter
  /** The card that is the grid's tab stop. */
  active_id: number | null
  /** Providers opened lately, newest first: the palette begins with them. */
  recent: readonly number[]
  /** The first-run screen was left. */
  is_first_run_over: boolean
  /** Chosen on the vault's screen: the pages, read-only. */
  is_looking: boolean
}

export const useWindow = create<WindowState>()(() => ({
  page: 'providers',
  settings_group: null,
  query: '',
  filter: 'all',
  active_id: null,
  recent: [],
  is_first_run_over: false,
  is_looking: false,
}))

export function goTo(page: Page, settings_group: string | null = null): void {
  useWindow.setState({ page, settings_group, is_first_run_over: true, is_looking: page !== 'vault' })
}

export function setQuery(query: string): void {
  useWindow.setState({ query })
}

export function setFilter(filter: KeyFilter): void {
  useWindow.setState({ filter })
}

export function setActive(active_id: number): void {
  useWindow.setState({ active_id })
}

export function openEdit(provider_id: number, view: 'details' | 'models' = 'details'): void {
  const { recent } = useWindow.getState()
  useWindow.setState({ recent: [provider_id, ...recent.filter((id) => id !== provider_id)].slice(0, 5) })
  openOverlay({ kind: 'edit', provider_id, view })
}

/** Opens the wizard; a vault that is read-only takes nothing in, so there it stays shut. */
export function addProvider(duplicateOf?: number): void {
  if (useStatus.getState().status?.vault.state !== 'open') return
  openOverlay(duplicateOf === undefined ? { kind: 'wizard' } : { kind: 'wizard', duplicateOf })
}

/** Opens the import, which a read-only vault has no use for. */
export function importKeys(): void {
  if (useStatus.getState().status?.vault.state === 'open') openOverlay({ kind: 'import' })
}

export const openPalette = (): void => openOverlay({ kind: 'palette' })
export const openShortcuts = (): void => openOverlay({ kind: 'shortcuts' })
