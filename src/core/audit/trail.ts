// The audit trail of a vault and its seal, together: verified as far as the rows go, and sealed as far as they hold.
import type { AuditStore } from '../store/audit-store.ts'
import { CHAIN_BEGIN, verifyChain, type ChainStart, type ChainVerdict } from './chain.ts'
import { isAsFar, raiseSeal, readSeal, sealAt, sealHolds, type AuditSeal, type SealingKeys } from './seal.ts'

/** So many rows are verified before others have their turn on this thread. */
const AT_A_TIME = 1_000

/** `seal`: whether there is one, and whether it could be checked. */
export type TrailVerdict = ChainVerdict & { seal: 'holds' | 'none' | 'unchecked' }

/** Verifies the whole trail. Without keys at hand, a seal can be compared, but not be told from a forged one. */
export async function verifyTrail(
  trail: AuditStore,
  path: string,
  keys: SealingKeys | undefined,
): Promise<TrailVerdict> {
  const seal = readSeal(path)
  if (seal === 'damaged') return { holds: false, seq: 0, what: 'seal_invalid', seal: 'holds' }
  const verdict = await verifyFrom(trail, CHAIN_BEGIN, keys === undefined ? undefined : seal, keys ?? NO_KEYS)
  return { ...verdict, seal: seal === undefined ? 'none' : keys === undefined ? 'unchecked' : 'holds' }
}

/**
 * Moves the seal to the end of the trail. What is behind the seal is verified first, and the seal stays where it is if
 * that, or the seal itself, does not hold: sealing again would hide what happened. `isCurrent` says whether the current
 * one of these keys is the vault's still: it is asked after the end was read, so that a key on its way out seals nothing
 * that was written after it.
 */
export async function sealTrail(
  trail: AuditStore,
  path: string,
  keys: SealingKeys,
  isCurrent: () => Promise<boolean> = async () => true,
): Promise<void> {
  const head = await trail.head()
  const seal = readSeal(path)
  if (head === undefined || seal === 'damaged') return
  if (seal !== undefined && isAsFar(seal, { seq: head.seq, master_key_id: keys.currentId })) return
  if (!(await isCurrent())) return
  if (seal !== undefined && (!sealHolds(seal, keys) || (await trail.hashAt(seal.seq)) !== seal.hash)) return
  const verdict = await verifyFrom(trail, seal ?? CHAIN_BEGIN, undefined, keys, head.seq)
  if (verdict.holds) raiseSeal(path, sealAt(head, keys), (standing) => sealHolds(standing, keys))
}

const NO_KEYS: SealingKeys = {
  currentId: '',
  has: () => false,
  auditSealOf: () => '',
}

async function verifyFrom(
  trail: AuditStore,
  start: ChainStart,
  seal: AuditSeal | undefined,
  keys: SealingKeys,
  until = Infinity,
): Promise<ChainVerdict> {
  if (seal !== undefined && !sealHolds(seal, keys)) return { holds: false, seq: seal.seq, what: 'seal_invalid' }
  let at = start
  let rows = 0
  // From the very first, so that a row with a number that none of ours has is seen too.
  let from = start.seq === CHAIN_BEGIN.seq ? Number.MIN_SAFE_INTEGER : start.seq
  while (at.seq < until) {
    const some = await trail.after(from, AT_A_TIME)
    const last = some.at(-1)
    if (last === undefined) break
    const within = seal !== undefined && seal.seq > at.seq && seal.seq <= last.seq
    const verdict = verifyChain(some, within ? seal : undefined, keys, at)
    if (!verdict.holds) return verdict
    rows += some.length
    at = last
    from = last.seq
  }
  if (seal !== undefined && seal.seq > at.seq) return { holds: false, seq: at.seq + 1, what: 'cut_off' }
  const sealed_to = seal?.seq ?? 0
  return { holds: true, rows, sealed_to, beyond: seal === undefined ? rows : at.seq - seal.seq }
}
