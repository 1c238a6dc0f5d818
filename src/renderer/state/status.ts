import { create } from 'zustand'
import { defaultSettings, type Settings, type Status } from '../../shared/schemas.ts'
import { api } from '../api.ts'
import { strings } from '../strings.ts'

interface StatusState {
  status: Status | null
  settings: Settings
}

export const useStatus = create<StatusState>()(() => ({ status: null, settings: defaultSettings }))

export const useSettings = (): Settings => useStatus((state) => state.settings)
/** True in the desktop window: it has a clipboard of its own, a tray and a login item. */
export const useDesktop = (): boolean => useStatus((state) => state.status?.desktop ?? false)
export const isDesktop = (): boolean => useStatus.getState().status?.desktop ?? false

export const isLocked = (): boolean => useStatus.getState().status?.vault.state === 'locked'

export async function loadStatus(): Promise<void> {
  useStatus.setState({ status: await api.getStatus() })
}

/** A vault that is closed has no settings to read: the defaults stand in until it opens. */
export async function loadSettings(): Promise<void> {
  useStatus.setState({ settings: await api.getSettings() })
}

/** Changes settings at once; throws where they are refused, and shows what is in force then. */
export async function changeSettings(patch: Partial<Settings>): Promise<void> {
  useStatus.setState({ settings: await api.updateSettings(patch) })
}

/** Pauses all tools, or lets them go on. */
export async function pauseTools(paused: boolean): Promise<void> {
  await api.pauseTools({ paused })
  await loadStatus()
}

/** Why nothing can be changed at the moment, as a sentence for the control that is off; undefined where it can. */
export function useWriteBlock(): string | undefined {
  const state = useStatus(({ status }) => status?.vault.state ?? 'open')
  return state === 'open' ? undefined : strings.vault.writeBlock
}
