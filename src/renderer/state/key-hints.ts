import { create } from 'zustand'
import { api, problemOf } from '../api.ts'
import { isDesktop } from './status.ts'

/** The last four characters of each provider's first key, by its id; null in a browser tab, which is not told. */
export const useKeyHints = create<{ byProvider: ReadonlyMap<number, string> | null }>()(() => ({ byProvider: null }))

/** Fetches the hints, where this window is told them. */
export async function loadKeyHints(): Promise<void> {
  if (!isDesktop()) return
  try {
    const hints = (await api.listKeyHints()).filter(({ is_first }) => is_first)
    useKeyHints.setState({ byProvider: new Map(hints.map(({ provider_id, hint }) => [provider_id, hint])) })
  } catch (cause) {
    // A locked vault tells none; whether one answers at all is others' to say.
    if (problemOf(cause).code === 'unreachable') throw cause
    useKeyHints.setState({ byProvider: null })
  }
}
