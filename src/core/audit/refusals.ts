// What was refused is written down too, but whoever asks in vain must not be able to fill the disk: of each kind so many
// rows within a time and no more, however often it happens.
import type { AppError } from '../../shared/errors.ts'
import { actorOf, type Actor } from '../actor.ts'
import type { Caller } from '../http/caller.ts'
import type { AuditEntry } from '../store/store.ts'

/**
 * `token`: none, a wrong one, one that is revoked or expired. `origin`: a web page. `host`: another name for this
 * machine. `scope`: what a token may not use. `limit`: more than it may. `key`: one whose row is not as it was stored.
 */
export type RefusalKind = 'token' | 'origin' | 'host' | 'scope' | 'limit' | 'key'

export interface Refusal {
  kind: RefusalKind
  by: Actor
  provider?: string | null
  detail: Record<string, unknown>
}

/** So many of a kind are written each; the next one raises the alarm, and what follows is counted. */
const EACH = 5
const WINDOW_MS = 10 * 60_000

interface Window {
  began: number
  seen: number
  /** Those that have no row of their own. */
  more: number
  by: Actor
  timer: NodeJS.Timeout | undefined
}

/** Writes refusals down, at most seven rows of a kind within ten minutes. */
export class Refusals {
  readonly #write: (entry: AuditEntry, by: Actor, alarm: boolean) => Promise<void>
  readonly #failed: (cause: unknown) => void
  readonly #windows = new Map<RefusalKind, Window>()
  readonly #writing = new Set<Promise<void>>()

  /** `failed` is told of rows that could not be written: what was refused stays refused. */
  constructor(
    write: (entry: AuditEntry, by: Actor, alarm: boolean) => Promise<void>,
    failed: (cause: unknown) => void,
  ) {
    this.#write = write
    this.#failed = failed
  }

  /** Something was refused. */
  note({ kind, by, provider = null, detail }: Refusal): void {
    const window = this.#windowOf(kind, by)
    window.seen += 1
    const act = `refused.${kind}`
    if (window.seen <= EACH) this.#put({ act, provider, detail }, by, false)
    else if (window.seen === EACH + 1) this.#put({ act, provider, detail: { ...detail, more_follow: true } }, by, true)
    else window.more += 1
  }

  /** Writes what was only counted, and waits until everything is on the disk. */
  async settle(): Promise<void> {
    for (const kind of this.#windows.keys()) this.#end(kind)
    await Promise.all(this.#writing)
  }

  #windowOf(kind: RefusalKind, by: Actor): Window {
    const known = this.#windows.get(kind)
    if (known !== undefined && Date.now() - known.began < WINDOW_MS) return known
    this.#end(kind)
    const timer = setTimeout(() => this.#end(kind), WINDOW_MS).unref()
    const window: Window = { began: Date.now(), seen: 0, more: 0, by, timer }
    this.#windows.set(kind, window)
    return window
  }

  #end(kind: RefusalKind): void {
    const window = this.#windows.get(kind)
    if (window === undefined) return
    clearTimeout(window.timer)
    this.#windows.delete(kind)
    const { more, by } = window
    // Of many callers: it is nobody's in particular.
    const { caller: _one, ...nobody } = by
    if (more > 0) this.#put({ act: `refused.${kind}`, provider: null, detail: { count: more } }, nobody, false)
  }

  #put(entry: AuditEntry, by: Actor, alarm: boolean): void {
    const writing = this.#write(entry, by, alarm)
      .catch(this.#failed)
      .finally(() => this.#writing.delete(writing))
    this.#writing.add(writing)
  }
}

/** Writes down that a request was refused, where it was an attempt at something. */
export function noteRequest(refusals: Refusals, why: AppError, caller: Caller | undefined): void {
  const kind = kindOf(why)
  // Nothing of what was sent: it may hold anything.
  if (kind !== undefined) refusals.note({ kind, by: actorOf('rest', caller?.name), detail: { why: why.code } })
}

function kindOf({ code, status }: AppError): RefusalKind | undefined {
  if (code === 'key_unreadable') return 'key'
  if (code === 'origin_not_allowed') return 'origin'
  if (code === 'host_not_allowed') return 'host'
  if (code === 'not_allowed' || code === 'price_unknown') return 'scope'
  if (status === 401 || code === 'too_many_attempts') return 'token'
  return status === 429 ? 'limit' : undefined
}
