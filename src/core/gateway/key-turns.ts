// Which of a provider's keys is tried when. A key that was refused rests for a while, longer each time it is refused
// again; then one request may try it, and what the provider says to that one decides.
import type { KeyHealth } from '../store/key-store.ts'
import { refusesKey } from './key-verdict.ts'
import { headerOf } from './response-headers.ts'

/** Statuses by which a provider says that this key will not do: wrong, not paid for, forbidden, at its limit. */
const REFUSALS: ReadonlySet<number> = new Set([401, 402, 403, 429])

/** `body` is that of a 400, where it may be about the key. */
export function isRefusal(status: number, body?: Buffer): boolean {
  return REFUSALS.has(status) || (status === 400 && body !== undefined && refusesKey(body))
}

/** How long a key rests after its first refusal, and at most, in milliseconds; a limit passes sooner than a lock. */
const REST = { limited: [30_000, 600_000], failing: [60_000, 3_600_000] } as const
const LONGEST_ASKED_FOR = 86_400_000

/** One try of a key, from before it is sent. */
export interface Turn {
  /** What the provider said, as soon as it did. */
  answered(status: number, headers: readonly string[], body?: Buffer): void
  /** Nothing more is to come. */
  end(): void
}

/** How a key stands. */
interface Standing {
  /** How often in a row. */
  refusals: number
  refusedAt: number
  until: number
  /** A request is trying it after a rest: nobody else does. */
  tried: boolean
  state: KeyHealth['state'] | undefined
}

/** Keeps in memory how each key fares; what changes is told to `note`. */
export class KeyTurns {
  readonly #note: (health: KeyHealth) => void
  readonly #now: () => number
  readonly #records = new Map<string, Standing>()
  /** How many requests each provider had whose keys take turns. */
  readonly #rounds = new Map<string, number>()

  constructor(note: (health: KeyHealth) => void, now: () => number = Date.now) {
    this.#note = note
    this.#now = now
  }

  /**
   * The keys to try now, in their order: those that do not rest, else the one whose rest ends first, alone, so that the
   * provider is asked no more often than with one key. `round` names the provider whose keys take turns to be first.
   */
  inOrder<Key extends { key_id: string | null }>(keys: readonly Key[], round?: string): Key[] {
    const now = this.#now()
    const ready = keys.filter(({ key_id }) => this.#isReady(key_id, now))
    if (ready.length === 0) {
      const [soonest] = keys.toSorted((a, b) => this.#restOf(a.key_id) - this.#restOf(b.key_id))
      return soonest === undefined ? [] : [soonest]
    }
    if (round === undefined) return ready
    const turn = this.#rounds.get(round) ?? 0
    this.#rounds.set(round, turn + 1)
    const first = turn % ready.length
    return [...ready.slice(first), ...ready.slice(0, first)]
  }

  /** Takes a key's turn. */
  begin(key_id: string): Turn {
    const record = this.#recordOf(key_id)
    const began = this.#now()
    const probing = record.refusals > 0 && !record.tried
    if (probing) record.tried = true
    return {
      answered: (status, headers, body) => {
        if (isRefusal(status, body)) this.refused(key_id, status, headers)
        // An answer to what was sent before the refusal tells nothing of the time after it.
        else if (status < 300 && began >= record.refusedAt) this.accepted(key_id, status)
      },
      end: () => {
        if (probing) record.tried = false
      },
    }
  }

  /** The provider accepted the key. */
  accepted(key_id: string, status: number): void {
    const record = this.#recordOf(key_id)
    const before = record.state
    Object.assign(record, { refusals: 0, until: 0, state: 'valid' })
    if (before !== 'valid') this.#note({ key_id, state: 'valid', status, at: this.#now(), until: null })
  }

  /** The provider refused the key, and may have said for how long. */
  refused(key_id: string, status: number, headers: readonly string[] = []): void {
    const record = this.#recordOf(key_id)
    const now = this.#now()
    const state = status === 429 ? 'limited' : 'failing'
    const [first, most] = REST[state]
    // Requests that were under way together are refused together, and count once.
    if (now >= record.until) record.refusals += 1
    const rest = askedFor(headers, now) ?? Math.min(first * 2 ** (record.refusals - 1), most)
    Object.assign(record, { refusedAt: now, until: Math.max(record.until, now + rest), state })
    this.#note({ key_id, state, status, at: now, until: record.until })
  }

  /** Lets keys rest on that were told to before this process began; how often in a row they were refused is not known. */
  recall(known: readonly KeyHealth[]): void {
    const now = this.#now()
    for (const { key_id, state, at, until } of known) {
      if (until === null || until <= now || this.#records.has(key_id)) continue
      // A clock that was ahead must not make a rest longer than any provider may ask for.
      const rest = Math.min(until, now + LONGEST_ASKED_FOR)
      Object.assign(this.#recordOf(key_id), { refusals: 1, refusedAt: Math.min(at, now), until: rest, state })
    }
  }

  #isReady(key_id: string | null, now: number): boolean {
    const record = key_id === null ? undefined : this.#records.get(key_id)
    return record === undefined || record.refusals === 0 || (now >= record.until && !record.tried)
  }

  #restOf(key_id: string | null): number {
    return (key_id === null ? undefined : this.#records.get(key_id))?.until ?? 0
  }

  #recordOf(key_id: string): Standing {
    const known = this.#records.get(key_id)
    if (known !== undefined) return known
    const record: Standing = { refusals: 0, refusedAt: 0, until: 0, tried: false, state: undefined }
    this.#records.set(key_id, record)
    return record
  }
}

/** What the provider asks for: seconds, a date (RFC 9110, 10.2.3), or milliseconds as OpenAI's and others have them. */
function askedFor(headers: readonly string[], now: number): number | undefined {
  const milliseconds = headerOf(headers, 'retry-after-ms')
  const seconds = headerOf(headers, 'retry-after')
  const asked =
    milliseconds !== undefined && /^\d+(?:\.\d+)?$/.test(milliseconds)
      ? Number(milliseconds)
      : seconds === undefined
        ? Number.NaN
        : /^\d+(?:\.\d+)?$/.test(seconds)
          ? Number(seconds) * 1000
          : Date.parse(seconds) - now
  return Number.isNaN(asked) ? undefined : Math.min(Math.max(asked, 0), LONGEST_ASKED_FOR)
}
