import type { SpendHolder } from './spend-by-day.ts'
import type { Statement } from './database.ts'

/** When the requests of the last minute were made, in order; `from` is the first that counts. */
interface Times {
  all: number[]
  from: number
}

/**
 * How often a token or a provider was used within the last minute: read from the rows once, and kept while nobody but
 * this process writes any, so that a limit of thousands a minute costs a request no more than one of ten.
 */
export class RecentRequests {
  readonly #statement: (sql: string) => Statement
  readonly #window: number
  readonly #times = new Map<string, Times>()
  #latest = 0

  /** `window` in milliseconds. */
  constructor(statement: (sql: string) => Statement, window: number) {
    this.#statement = statement
    this.#window = window
  }

  /** Others have written uses, or what was written here came to nothing. */
  forget(): void {
    this.#times.clear()
  }

  /** When the `nth` request before `now` was made, if it was made within the window. */
  nth(n: number, holder: SpendHolder, now: number): number | undefined {
    const { all, from } = this.#of(holder, now)
    // Where the clock was set back there are some that lie ahead of it.
    let end = all.length
    while (end > from && (all[end - 1] ?? 0) > now) end -= 1
    return end - n < from ? undefined : all[end - n]
  }

  /** Counts a request whose row was just written. */
  add(at: number, token_id: number | null, provider: string): void {
    if (token_id !== null) this.#add(at, nameOf({ column: 'token_id', key: token_id }))
    this.#add(at, nameOf({ column: 'provider', key: provider }))
  }

  #add(at: number, name: string): void {
    const all = this.#times.get(name)?.all
    if (all === undefined) return
    if ((all.at(-1) ?? 0) > at) this.#times.delete(name)
    else all.push(at)
  }

  #of(holder: SpendHolder, now: number): Times {
    // What had left the window may be in it again.
    if (now < this.#latest) this.forget()
    this.#latest = now
    const name = nameOf(holder)
    const times = this.#times.get(name) ?? this.#read(holder, now)
    this.#times.set(name, times)
    while (times.from < times.all.length && (times.all[times.from] ?? 0) <= now - this.#window) times.from += 1
    if (times.from > 1_000 && times.from * 2 > times.all.length) {
      times.all.splice(0, times.from)
      times.from = 0
    }
    return times
  }

  #read({ column, key }: SpendHolder, now: number): Times {
    const all = this.#statement(`SELECT at FROM key_use WHERE ${column} = ? AND at > ? AND attempt = 1 ORDER BY at`)
      .pluck()
      .all(key, now - this.#window) as number[]
    return { all, from: 0 }
  }
}

const nameOf = ({ column, key }: SpendHolder): string => `${column} ${key}`
