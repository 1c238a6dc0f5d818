// Whether there is a newer Latchkey. Nothing is asked unless the owner has switched it on, or asks now; and nothing is
// sent but the question: no version, no number that tells one machine from another, nothing of the vault.
import { appError } from '../../shared/errors.ts'
import type { UpdateAnswer } from '../../shared/update-schemas.ts'
import { z } from 'zod'
import type { Reply } from '../gateway/ask-upstream.ts'
import type { Log } from '../log.ts'

/** Asks an address with GET and answers what it said. */
export type Ask = (url: URL, headers: readonly string[]) => Promise<Reply>

export interface UpdateParts {
  /** Where the newest release is told of; null where this build knows of no such place. */
  place: string | null
  /** The version that runs. */
  version: string
  ask: Ask
  /** Whether the owner wants it to be looked for. */
  isWanted: () => Promise<boolean>
  log: Log
  now?: () => number
}

/** GitHub answers 403 to a request that names no program. */
const HEADERS = ['user-agent', 'latchkey', 'accept', 'application/vnd.github+json']

const DAY = 86_400_000
/** How often it is looked whether a day has gone by: a laptop sleeps through longer timers. */
const LOOK_EVERY = 3_600_000

const Release = z.object({ tag_name: z.string(), html_url: z.string().regex(/^https:\/\//) })

/** Looks for a newer version, once a day where that is wanted. */
export class UpdateCheck {
  readonly #parts: UpdateParts
  #known: UpdateAnswer | null = null
  #askedAt = -Infinity
  #timer: NodeJS.Timeout | undefined
  /** Rises with every answer that differs from the one before. */
  revision = 0

  constructor(parts: UpdateParts) {
    this.#parts = parts
  }

  /** What was answered last in this run. */
  get known(): UpdateAnswer | null {
    return this.#known
  }

  /** The host that would be asked. */
  get host(): string | null {
    return this.#parts.place === null ? null : new URL(this.#parts.place).host
  }

  /** Asks now. Throws `no_release_place` and `update_check_failed`. */
  async check(): Promise<UpdateAnswer> {
    const { place, version, ask, now = Date.now } = this.#parts
    if (place === null) throw appError('no_release_place', undefined)
    const url = new URL(place)
    this.#askedAt = now()
    const { status, body } = await ask(url, HEADERS).catch((cause: unknown) => {
      throw appError('update_check_failed', { host: url.host, what: 'it cannot be reached' }, { cause })
    })
    const release = status === 200 ? Release.safeParse(jsonOf(body)).data : undefined
    const latest = release === undefined ? undefined : numbersOf(release.tag_name)
    if (release === undefined || latest === undefined) {
      throw appError('update_check_failed', { host: url.host, what: `it answered ${status}` })
    }
    const answer = {
      version,
      latest: latest.join('.'),
      is_newer: isAbove(latest, numbersOf(version) ?? []),
      page: release.html_url,
    }
    if (answer.latest !== this.#known?.latest) this.revision += 1
    this.#known = answer
    return answer
  }

  /** Asks where that is wanted and the last time is a day ago. What goes wrong is logged; it is tried again the next day. */
  async checkWhereDue(): Promise<void> {
    const { place, isWanted, log, now = Date.now } = this.#parts
    if (place === null || now() - this.#askedAt < DAY) return
    try {
      if (await isWanted()) await this.check()
    } catch (cause) {
      log.warn({ err: cause }, 'the newest version is not known')
    }
  }

  /** From now on looks by itself, until `stop`. Holds no process open. */
  start(): void {
    void this.checkWhereDue()
    this.#timer = setInterval(() => void this.checkWhereDue(), LOOK_EVERY).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** `v1.2.3` as numbers; undefined for anything else. */
function numbersOf(tag: string): number[] | undefined {
  const found = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/.exec(tag)
  return found?.slice(1).map(Number)
}

function isAbove(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((number, index) => number !== other[index])
  return at !== -1 && (one[at] ?? 0) > (other[at] ?? 0)
}
