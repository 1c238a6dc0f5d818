import { create } from 'zustand'
import { api, problemOf } from '../api.ts'
import { isDesktop } from './status.ts'

interface KeyHints {
  /** Of each provider's first key, by the provider's id. */
  byProvider: ReadonlyMap<number, string>
  /** Of every key that has one, by its own id. */
  byKey: ReadonlyMap<string, string>
}

/** The last four characters of keys; null in a browser tab, which is not told. */
export const useKeyHints = create<{ hints: KeyHints | null }>()(() => ({ hints: null }))

/** Fetches the hints, where this window is told them. */
export async function loadKeyHints(): Promise<void> {
  if (!isDesktop()) return
  try {
    const told = await api.listKeyHints()
    const first = told.filter(({ is_first }) => is_first)
    useKeyHints.setState({
      hints: {
        byProvider: new Map(first.map(({ provider_id, hint }) => [provider_id, hint])),
        byKey: new Map(told.map(({ id, hint }) => [id, hint])),
      },
    })
  } catch (cause) {
    // A locked vault tells none; whether one answers at all is others' to say.
    if (problemOf(cause).code === 'unreachable') throw cause
    useKeyHints.setState({ hints: null })
  }
}
