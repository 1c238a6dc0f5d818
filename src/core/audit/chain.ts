// The audit trail as a chain: each row carries the SHA-256 of the row before it and of itself. It needs no key, so that
// any process can append while the vault is locked. What a chain alone cannot show, rows cut off at the end or a
// chain computed anew from some row on, shows against the seal: see seal.ts.
import { createHash, hash as digest } from 'node:crypto'
import { sealHolds, type AuditSeal, type SealingKeys } from './seal.ts'

/** A row of the audit trail as it stands in its table; `detail` is the stored text. */
export interface AuditRow {
  seq: number
  at: string
  door: string
  caller: string | null
  os_user: string
  pid: number
  act: string
  provider: string | null
  detail: string
}

export interface ChainedRow extends AuditRow {
  /** As hex. */
  hash: string
}

/** Where a chain begins: before the first row there ever was, or at what retention left. */
export interface ChainStart {
  seq: number
  hash: string
}

/** What stands before the first row. */
export const CHAIN_BEGIN: ChainStart = {
  seq: 0,
  hash: createHash('sha256').update('latchkey/audit-chain/v1').digest('hex'),
}

/** The hash of a row behind another. */
export function hashOf(previous: string, row: AuditRow): string {
  // One spelling of a row: its values in this order, as JSON. No value can run over into the next.
  const { seq, at, door, caller, os_user, pid, act, provider, detail } = row
  return digest(
    'sha256',
    `${previous}\n${JSON.stringify([seq, at, door, caller, os_user, pid, act, provider, detail])}`,
    'hex',
  )
}

/** What a verification found. `seq` names the first row that is not as it was written. */
export type ChainVerdict =
  | {
      holds: true
      rows: number
      /** The seal vouches for every row up to this one; 0 where there is none. */
      sealed_to: number
      /** Rows behind the seal: chained, but whoever can write the file could have made them. */
      beyond: number
    }
  | { holds: false; seq: number; what: BreakReason }

/**
 * `changed`: edited, or one before it inserted or out of order. `missing`: deleted. `rewritten`: computed anew.
 * `anchor_invalid`: what says that older ones were removed by age is not ours. `seal_older`: the seal is one from before they
 * were.
 */
export type BreakReason =
  | 'changed'
  | 'missing'
  | 'rewritten'
  | 'cut_off'
  | 'seal_invalid'
  | 'anchor_invalid'
  | 'seal_older'

/** Reads the rows in order of `seq` and names the first break, up to the seal and beyond. */
export function verifyChain(
  rows: Iterable<ChainedRow>,
  seal: AuditSeal | undefined,
  keys: SealingKeys,
  start: ChainStart = CHAIN_BEGIN,
): ChainVerdict {
  if (seal !== undefined && !sealHolds(seal, keys)) return { holds: false, seq: seal.seq, what: 'seal_invalid' }
  let { seq, hash } = start
  let count = 0
  let sealSeen = seal === undefined || (seal.seq === seq && seal.hash === hash)
  for (const row of rows) {
    if (row.seq > seq + 1) return { holds: false, seq: seq + 1, what: 'missing' }
    if (row.seq !== seq + 1 || row.hash !== hashOf(hash, row)) return { holds: false, seq: row.seq, what: 'changed' }
    ;({ seq, hash } = row)
    count += 1
    if (seq !== seal?.seq) continue
    // Each row fits the one before, and yet this is not the hash that was sealed.
    if (hash !== seal.hash) return { holds: false, seq, what: 'rewritten' }
    sealSeen = true
  }
  if (!sealSeen) return { holds: false, seq: seq + 1, what: 'cut_off' }
  return { holds: true, rows: count, sealed_to: seal?.seq ?? 0, beyond: seal === undefined ? count : seq - seal.seq }
}
