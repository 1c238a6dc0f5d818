import { create } from 'zustand'
import type { Token } from '../../shared/tool-schemas.ts'
import { api } from '../api.ts'
import { msUntil } from '../words.ts'

interface ToolsState {
  phase: 'loading' | 'ready'
  /** By name; without the one token that Settings makes, which belongs to the listener. */
  list: readonly Token[]
  /** Those that were revoked not long ago, the last one first. */
  revoked: readonly Token[]
}

/** The name of the token that Settings makes and replaces. */
const OF_SETTINGS = 'listener'

/** So long is a revoked token still shown. */
const SHOWN_MS = 30 * 24 * 60 * 60 * 1_000

export const useTools = create<ToolsState>()(() => ({ phase: 'loading', list: [], revoked: [] }))

export const useTool = (id: number): Token | undefined =>
  useTools((state) => state.list.find((token) => token.id === id))

export async function loadTools(): Promise<void> {
  const tokens = (await api.listTokens({ include: 'revoked' })).filter((token) => token.name !== OF_SETTINGS)
  const list = tokens.filter(({ revoked_at }) => revoked_at === null).toSorted((a, b) => a.name.localeCompare(b.name))
  const revoked = tokens.filter(({ revoked_at }) => revoked_at !== null && msUntil(revoked_at) > -SHOWN_MS)
  const last = (token: Token): string => token.revoked_at ?? ''
  useTools.setState({ phase: 'ready', list, revoked: revoked.toSorted((a, b) => last(b).localeCompare(last(a))) })
}
