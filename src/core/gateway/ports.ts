// What the gateway asks of others: who may use what, with which key, and who writes it down. It carries bytes and
// knows no tokens, limits or records of its own.
import type { AppError } from '../../shared/errors.ts'
import type { Dialect } from '../../shared/schemas.ts'
import type { Caller } from '../http/caller.ts'
import type { ProviderRow, Store } from '../store/store.ts'

/** What a path is good for. `files` and `other` are closed to all but those who are given them. */
export type Scope = 'inference' | 'embeddings' | 'models' | 'files' | 'other'

/** What a caller wants of a provider. */
export interface Intent {
  caller: Caller
  /** The provider's name. */
  provider: string
  /** As the provider calls it; null where the request names none, or its body was not read. */
  model: string | null
  scope: Scope
}

/** One call of a provider with one key: what a record is made of. */
export interface Use extends Intent {
  provider_id: number
  base_url: string | null
  dialect: Dialect
  method: string
  /** The pattern of the path: no id, no query. */
  route: string
  /** The id of the key's row. */
  key_id: string | null
  /** The variable of the environment that the key comes from, where none is stored. */
  environment?: string | undefined
  /** 1, and one more for each further key that is tried for the same request. */
  attempt: number
  body: BodyOfUse
}

/** What goes up, for those who count it. */
export interface BodyOfUse {
  /** All of it, where it had to be read first. */
  held: Buffer | undefined
  /** Its bytes: as they were announced, else as many as have come by. */
  size(): number
}

export interface Ending {
  /** What the provider answered; null where it did not. */
  status: number | null
  /**
   * `complete`: the whole answer was passed on. `client_gone`: nobody was there to take it. `next_key`: another key was
   * tried. `failed`: the provider, or the way there. `cut`: Latchkey ended it.
   */
  outcome: 'complete' | 'client_gone' | 'next_key' | 'failed' | 'cut'
  /** From the first byte up to the first byte of the answer's body, and to its end, in milliseconds. */
  first_byte_ms: number | null
  total_ms: number
}

/** Follows one use while it runs. It sees the very bytes that go to the caller and must neither change nor keep them. */
export interface Watcher {
  onHead?(status: number, headers: readonly string[]): void
  onChunk?(chunk: Buffer): void
  onFinish(ending: Ending): void
}

/** A key that may be tried. */
export interface KeyCandidate {
  id: string | null
  /** The variable of the environment that it comes from. */
  environment?: string
  /** Decrypts it. The one who asked zeroes the Buffer. */
  open(): Promise<Buffer>
  /** What the provider said to it: for cool-downs and states. The body is given where it alone can tell. */
  onAnswer?(status: number, headers: readonly string[], body?: Buffer): void
  /** It is tried no longer, whether or not there was an answer. */
  onEnd?(): void
}

/** Ends a use from outside: a revoked token, a limit reached during a stream. */
export type Cut = (why: AppError) => void

export interface GatewayPorts {
  /** Why the caller may not, or undefined where it may. Asked often; counts nothing. */
  mayUse: (intent: Intent) => AppError | undefined
  /**
   * Why the model must be known before anything goes up, so that the body is read first: to see whether the caller may
   * use it, or what it costs.
   */
  needsModel: (caller: Caller, provider: string) => 'scope' | 'price' | undefined
  /**
   * The keys of a provider in the order they should be tried. Throws where there is none. Stored ones at once, so that
   * nobody else takes the turn of the first before it is opened.
   */
  keysFor: (provider: ProviderRow) => readonly KeyCandidate[] | Promise<readonly KeyCandidate[]>
  /** The names of providers without a stored key that have one in the environment. */
  keyedByEnvironment: (store: Store) => Promise<ReadonlySet<string>>
  /** Awaited before a byte goes up: counts the use and writes it down durably. Throws to refuse it. */
  beforeUse: (use: Use, cut: Cut) => Promise<Watcher | undefined>
  /** A provider sent its key back. */
  onEcho: (use: Use) => void
}
