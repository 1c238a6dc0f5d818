import { create } from 'zustand'
import { API_BASE } from '../shared/contract.ts'

// Browser mode only: a tab is let in by a ticket in its address, good once, and holds a token of its own after that.
const PLACE = 'latchkey-session'

type Session = 'opening' | 'open' | 'ended'

export const useSession = create<Session>()(() => 'opening')

export const sessionToken = (): string | null => sessionStorage.getItem(PLACE)

/** The listener was stopped or started anew: only a new ticket helps. */
export function endSession(): void {
  sessionStorage.removeItem(PLACE)
  useSession.setState('ended', true)
}

/** Exchanges the ticket of the address for a token; without one, the tab goes on with the token it has. */
export async function openSession(): Promise<void> {
  const ticket = /[#&]ticket=([^&]+)/.exec(location.hash)?.[1]
  if (ticket !== undefined) {
    // Out of the address and the history before anything else can see it.
    history.replaceState(null, '', location.pathname)
    const token = await exchange(decodeURIComponent(ticket))
    if (token !== undefined) sessionStorage.setItem(PLACE, token)
  }
  useSession.setState(sessionToken() === null ? 'ended' : 'open', true)
}

async function exchange(ticket: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${API_BASE}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ticket }),
    })
    if (!response.ok) return undefined
    const answer = (await response.json()) as { token: string }
    return answer.token
  } catch {
    // No listener there any more: the same screen as for a ticket that was used.
    return undefined
  }
}
