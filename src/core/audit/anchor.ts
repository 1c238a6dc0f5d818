// Where the trail begins after its oldest rows were removed by age: the last of those, under the master key. Without it,
// whoever can write the file could cut the beginning off and say that it was too old.
import { timingSafeEqual } from 'node:crypto'
import type { ChainStart } from './chain.ts'
import type { SealingKeys } from './seal.ts'

/** The last row that retention removed. */
export interface AuditAnchor extends ChainStart {
  /** The master key that vouches for it. */
  master_key_id: string
  mac: string
}

/** The trail begins behind this row from now on. */
export function anchorAt({ seq, hash }: ChainStart, keys: SealingKeys): AuditAnchor {
  const master_key_id = keys.currentId
  return { seq, hash, master_key_id, mac: keys.auditSealOf(anchoredText({ seq, hash, master_key_id })) }
}

/** Whether the anchor was made with a key of this ring and is as it was made. */
export function anchorHolds(anchor: AuditAnchor, keys: SealingKeys): boolean {
  if (!keys.has(anchor.master_key_id)) return false
  const expected = Buffer.from(keys.auditSealOf(anchoredText(anchor), anchor.master_key_id))
  const given = Buffer.from(anchor.mac)
  return given.length === expected.length && timingSafeEqual(expected, given)
}

function anchoredText({ seq, hash, master_key_id }: Omit<AuditAnchor, 'mac'>): string {
  return JSON.stringify(['latchkey/audit-anchor/v1', seq, hash, master_key_id])
}
