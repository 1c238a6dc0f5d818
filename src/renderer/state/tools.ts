import { create } from 'zustand'
import type { Token } from '../../shared/tool-schemas.ts'
import { api } from '../api.ts'

interface ToolsState {
  phase: 'loading' | 'ready'
  /** By name; without the one token that Settings makes, which belongs to the listener. */
  list: readonly Token[]
}

/** The name of the token that Settings makes and replaces. */
const OF_SETTINGS = 'listener'

export const useTools = create<ToolsState>()(() => ({ phase: 'loading', list: [] }))

export const useTool = (id: number): Token | undefined =>
  useTools((state) => state.list.find((token) => token.id === id))

export async function loadTools(): Promise<void> {
  const tokens = await api.listTokens()
  const list = tokens.filter((token) => token.name !== OF_SETTINGS)
  useTools.setState({ phase: 'ready', list: list.toSorted((a, b) => a.name.localeCompare(b.name)) })
}
