import type { Caller } from './caller.ts'
import { hashToken, newToken, randomBase62, sameHash } from './token.ts'

const TICKET_MS = 60_000
// A page that is opened again makes a session of its own; nobody has this many open at once.
const SESSIONS = 100

const page: Caller = { kind: 'session', name: 'browser window' }

/** The tokens of browser window mode. They live in this process's memory and die with it. */
export class Sessions {
  readonly #now: () => number
  #tickets: { hash: Buffer; until: number }[] = []
  #tokens: Buffer[] = []

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** A ticket for the address of the page: good once, for 60 seconds. */
  issueTicket(): string {
    const ticket = randomBase62(43)
    this.#tickets = [...this.#live(), { hash: hashToken(ticket), until: this.#now() + TICKET_MS }]
    return ticket
  }

  /** Takes a ticket and gives the token of a new session; nothing for a ticket that is used, late or made up. */
  exchange(ticket: unknown): string | undefined {
    const hash = hashToken(typeof ticket === 'string' ? ticket : '')
    const live = this.#live()
    this.#tickets = live.filter((known) => !sameHash(known.hash, hash))
    if (this.#tickets.length === live.length) return undefined
    const token = newToken()
    this.#tokens = [...this.#tokens, hashToken(token)].slice(-SESSIONS)
    return token
  }

  identify(tokenHash: Buffer): Caller | undefined {
    return this.#tokens.some((known) => sameHash(known, tokenHash)) ? page : undefined
  }

  #live() {
    const now = this.#now()
    return this.#tickets.filter(({ until }) => until > now)
  }
}
