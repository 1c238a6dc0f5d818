// The audit trail as it is read. Rows are written by the acts themselves, within their transactions; only an alarm is
// an act of the trail's own.
import type { Actor } from '../actor.ts'
import type { AuditAnchor } from '../audit/anchor.ts'
import type { ChainedRow, ChainStart } from '../audit/chain.ts'
import type { AuditEntry } from './store.ts'

/** Which rows are wanted; what is left out does not matter. Times are RFC 3339 in UTC, as the rows have them. */
export interface AuditFilter {
  since?: string | undefined
  until?: string | undefined
  provider?: string | undefined
  /** An act as `key.use`, or a kind of acts as `key`. */
  act?: string | undefined
  caller?: string | undefined
  door?: string | undefined
  /** Words that all stand somewhere in the row, or in the display name of its provider. */
  search?: string | undefined
  /** Only rows written before this one. */
  before?: number | undefined
  limit: number
}

export interface AuditStore {
  /** The newest first. */
  list(filter: AuditFilter): Promise<ChainedRow[]>
  /** In the order in which they were written, those behind `seq`. */
  after(seq: number, limit: number): Promise<ChainedRow[]>
  /** The row written last; undefined where there is none. */
  head(): Promise<ChainStart | undefined>
  /** The hash of a row; undefined where it is gone. */
  hashAt(seq: number): Promise<string | undefined>
  /** The last row that retention removed; undefined where none ever was. */
  anchor(): Promise<AuditAnchor | undefined>
  /**
   * Removes the rows behind `begin` up to and with that of `anchor`, which is kept in their place. Answers false, and changes
   * nothing, where the trail does not begin there any more, or has another master key.
   */
  prune(begin: ChainStart, anchor: AuditAnchor, by: Actor): Promise<boolean>
  /** Writes down what a person should look at; it stands until they have. */
  raiseAlarm(entry: AuditEntry, by: Actor): Promise<void>
  hasAlarm(): Promise<boolean>
  /** A person has looked. */
  seeAlarm(by: Actor): Promise<void>
}
