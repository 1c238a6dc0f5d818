import { create } from 'zustand'
import type { AuditEvent, AuditQuery, AuditVerdict } from '../../shared/audit-schemas.ts'
import { api, problemOf, type Problem } from '../api.ts'
import { useStatus } from '../state/status.ts'
import { dateOf } from '../usage/usage-range.ts'

/** Which events the person wants to see. It stays while they look at another page. */
export interface EventFilter {
  /** Words that all stand in an event. */
  search: string
  provider: string | null
  /** A door, or the name of a token behind `token:`. */
  actor: string | null
  /** The beginning of an act: `key`, `refused`. */
  kind: string | null
  /** The first day, 2026-11-25; empty: from the beginning. */
  from: string
}

interface ActivityState extends EventFilter {
  /** The newest first; null until they were fetched. */
  events: readonly AuditEvent[] | null
  /** Where older ones go on; null where there are none. */
  next: number | null
  verdict: AuditVerdict | null
  problem: Problem | null
}

const anything: EventFilter = { search: '', provider: null, actor: null, kind: null, from: '' }

export const useActivity = create<ActivityState>()(() => ({
  ...anything,
  events: null,
  next: null,
  verdict: null,
  problem: null,
}))

/** So many events are fetched at a time, and at most at once. */
const PAGE = 100
const MOST = 1_000
/** The whole trail is searched: not for each letter. */
const TYPING_MS = 150

const TOKEN = 'token:'
export const actorOfToken = (name: string): string => `${TOKEN}${name}`

export function filterEvents(change: Partial<EventFilter>): void {
  useActivity.setState({ ...change, next: null })
  void loadEvents(PAGE)
}

/** Looks for the words as soon as nobody types any more. */
export function searchEvents(search: string): void {
  useActivity.setState({ search, next: null })
  clearTimeout(typing)
  typing = setTimeout(() => void loadEvents(PAGE), TYPING_MS)
}

let typing: ReturnType<typeof setTimeout> | undefined

export const clearFilters = (): void => filterEvents(anything)

export const useIsFiltered = (): boolean =>
  useActivity(
    ({ search, provider, actor, kind, from }) =>
      search.trim() !== '' || provider !== null || actor !== null || kind !== null || from !== '',
  )

/** What is wished for in the words of the operation. */
function query(): AuditQuery {
  const { search, provider, actor, kind, from } = useActivity.getState()
  const isToken = actor?.startsWith(TOKEN) === true
  return {
    ...(search.trim() === '' ? {} : { search }),
    ...(provider === null ? {} : { provider }),
    ...(kind === null ? {} : { act: kind }),
    ...(from === '' ? {} : { since: dateOf(from).toISOString() }),
    ...(isToken ? { caller: actor.slice(TOKEN.length) } : {}),
    ...(actor === null || isToken ? {} : { door: actor }),
  }
}

let asked = 0

/** Fetches the newest events: as many as are shown, if no number is given. */
export async function loadEvents(limit?: number): Promise<void> {
  const number = ++asked
  const shown = useActivity.getState().events?.length ?? 0
  try {
    const { events, next } = await api.listAudit({ ...query(), limit: limit ?? Math.min(MOST, Math.max(PAGE, shown)) })
    if (number === asked) useActivity.setState({ events, next, problem: null })
  } catch (cause) {
    if (number === asked) useActivity.setState({ problem: problemOf(cause) })
  }
}

/** Adds the events before those that are shown. */
export async function loadOlder(): Promise<void> {
  const { events, next } = useActivity.getState()
  if (next === null || events === null) return
  const number = ++asked
  try {
    const older = await api.listAudit({ ...query(), before: next, limit: PAGE })
    if (number !== asked) return
    useActivity.setState({ events: [...events, ...older.events], next: older.next, problem: null })
  } catch (cause) {
    if (number === asked) useActivity.setState({ problem: problemOf(cause) })
  }
}

/** Every event that the filters show, for an export. */
export async function fetchAll(): Promise<AuditEvent[]> {
  const all: AuditEvent[] = []
  const wanted = query()
  for (let before: number | null | undefined; before !== null;) {
    const page = await api.listAudit({ ...wanted, limit: MOST, ...(before === undefined ? {} : { before }) })
    all.push(...page.events)
    before = page.next
  }
  return all
}

/** Asks whether the trail is as it was written. */
export async function verify(): Promise<void> {
  try {
    useActivity.setState({ verdict: await api.verifyAudit() })
  } catch (cause) {
    useActivity.setState({ problem: problemOf(cause) })
  }
}

/** The person has the events before them: what was refused is marked no longer. */
export async function seeRefusals(): Promise<void> {
  const { status } = useStatus.getState()
  if (status?.refusals_to_see !== true || status.vault.state !== 'open') return
  try {
    await api.seeRefusals()
  } catch (cause) {
    useActivity.setState({ problem: problemOf(cause) })
  }
}
