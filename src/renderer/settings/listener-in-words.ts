import type { Status } from '../../shared/schemas.ts'
import { strings } from '../strings.ts'
import { hostOf } from '../words.ts'

/** The listener's state for the foot of the sidebar: what it is, and where. */
export function listenerInWords(listener: Status['listener']): { head: string; text: string } {
  const { state, address, problem, tools_allowed } = listener
  const host = hostOf(address) ?? address ?? ''
  const { nav } = strings
  if (state === 'elsewhere') return { head: nav.listenerElsewhere, text: host }
  if (problem !== null) return { head: nav.listenerProblem, text: problem.detail }
  if (state === 'off') return { head: nav.listenerOff, text: nav.noTools }
  return tools_allowed ? { head: nav.listenerOn, text: host } : { head: nav.listenerOff, text: nav.toolsOff }
}
