// What tools show in place of a key, and each use they made of one. Only a token's SHA-256 is here.
import type { Limits } from '../../shared/limit-schemas.ts'
import type { Actor } from '../actor.ts'

export interface TokenRow extends Limits {
  id: number
  name: string
  kind: 'admin' | 'tool'
  /** Its beginning, which tells it from others and gives nothing away. */
  prefix: string
  sha256: Buffer
  /** Names of the providers it may use; null: all. */
  providers: string[] | null
  /** The models it may use, as `provider/model`, or `provider/*` for every model of one; null: all. */
  models: string[] | null
  expires_at: string | null
  created_at: string
  /** When it last used a key. */
  last_used_at: string | null
  revoked_at: string | null
}

/** What may be changed of a token later. */
export type TokenLimits = Pick<TokenRow, 'providers' | 'models'> & Limits

export type NewTokenRow = Pick<TokenRow, 'name' | 'kind' | 'prefix' | 'sha256' | 'expires_at'> & TokenLimits

export type TokenChange = Partial<Pick<TokenRow, 'name'> & TokenLimits>

/** A token made of another one, which is good as long as both are. */
export interface PrintedToken {
  sha256: Buffer
  /** The one it counts as. */
  token_id: number
  expires_at: string
}

/** A use of a key that is about to be made. */
export interface NewUse {
  /** Null for a token that is in no vault: that of a run. */
  token_id: number | null
  caller: string
  provider: string
  key_id: string | null
  /** The variable of the environment that the key comes from, where none is stored. */
  environment?: string
  model: string | null
  method: string
  route: string
  /** 1, and one more for each further key that is tried for the same request. */
  attempt: number
  /** Whether it counts against limits in tokens and money: a list of models costs nothing. */
  costs: boolean
  /** What it takes at least, where a limit needs to know: counted from the moment it is written down. */
  estimate?: Pick<UsedSoFar, 'input_tokens' | 'cost'>
}

/** What a use has taken so far, as an estimate. */
export interface UsedSoFar {
  input_tokens: number
  output_tokens: number
  /** In USD. */
  cost: number | null
  total_ms: number
}

/** Which use it was; the time keeps a use of another file from being taken for it. */
export interface UseRef {
  id: number
  at: number
}

export interface BegunUse extends UseRef {
  /** What may still be spent, in USD, this use included; null: there is no such limit. */
  left: number | null
}

export interface UseEnding extends UseRef {
  status: number | null
  outcome: string
  first_byte_ms: number | null
  total_ms: number
  /** As the provider said it, where the request did not. */
  model: string | null
  input_tokens: number | null
  output_tokens: number | null
  /** Of the input. */
  cached_tokens: number | null
  /** In USD. */
  cost: number | null
  /** Whether the answer did not say it and it was counted instead. */
  estimated: boolean
}

/**
 * So long are uses kept, in days: a year of months can be compared. Older ones are dropped when later ones are written
 * down; the audit trail keeps its own events.
 */
export const USES_KEPT = 400

export type UsageGroup = 'day' | 'tool' | 'provider' | 'model' | 'key'

/** Which uses are summed up, and how; times in milliseconds, days are those of this machine. */
export interface UsageQuery {
  from: number
  /** The moment before which. */
  to: number
  by: UsageGroup
  split_by?: UsageGroup | undefined
  /** The name of a tool. */
  tool?: string | undefined
  provider?: string | undefined
}

/** What the uses of a group come to. */
export interface UsageRow {
  /** Null where it is not known: a request whose model nobody read. */
  group: string | null
  /** Of the group; null where no parts were asked for, too. */
  part: string | null
  requests: number
  failed: number
  input_tokens: number
  output_tokens: number
  cached_tokens: number
  cost: number
  /** Requests whose tokens and cost are an estimate, and in the sums. */
  estimated: number
  /** Requests whose tokens are not known, and so not in the sums. */
  unmeasured: number
  /** Requests whose cost is not known, and so not in the sum. */
  unpriced: number
}

/** What a token has used, in USD: since this day began, and since this month did. */
export interface TokenSpend {
  day: number
  month: number
  /** Requests of the month whose cost is an estimate, and in the sum. */
  estimated: number
  /** Requests of the month whose cost is not known, and so not in the sum. */
  unpriced: number
}

/** Each act is one transaction together with its audit row, or nothing. */
export interface TokenStore {
  /** All, by id, those that were revoked too. */
  list(): Promise<TokenRow[]>
  /** Throws `token_exists` where a token that is not revoked has the name. */
  insert(token: NewTokenRow, by: Actor): Promise<TokenRow>
  /** The same, but revokes the one that has the name. */
  replace(token: NewTokenRow, by: Actor): Promise<TokenRow>
  /** Changes the fields given; throws `token_not_found` for one that is revoked, too. */
  update(id: number, change: TokenChange, by: Actor): Promise<TokenRow>
  revoke(id: number, by: Actor): Promise<void>
  /** All, expired ones too until the next is printed. */
  listPrinted(): Promise<PrintedToken[]>
  /** Keeps a token that counts as `token_id`; throws `token_not_found` where that one is revoked, too. */
  print(printed: PrintedToken, by: Actor): Promise<void>
  /**
   * Writes a use down before it is made. Throws, and writes nothing, where the token is revoked or expired, or a limit of
   * the token or of the provider is reached.
   */
  beginUse(use: NewUse, by: Actor): Promise<BegunUse>
  /**
   * Adds what a use that runs has taken so far, so that it counts for others and after a kill. Answers what may still be
   * spent; throws where a limit is passed by now. What was added stays in both cases.
   */
  noteUse(use: UseRef & Pick<NewUse, 'token_id' | 'provider'>, used: UsedSoFar): Promise<number | null>
  /** Adds how uses ended, and drops some of those that are older than `USES_KEPT`. */
  endUses(endings: readonly UseEnding[]): Promise<void>
  /** What each token has used this day and month; without those that have used nothing. */
  spendByToken(): Promise<Map<number, TokenSpend>>
  /** The sums of the uses, by group and part. */
  sumUses(query: UsageQuery): Promise<UsageRow[]>
}
