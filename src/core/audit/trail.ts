// The audit trail of a vault and its seal, together: verified as far as the rows go, and sealed as far as they hold.
import type { AuditStore } from '../store/audit-store.ts'
import { anchorHolds, type AuditAnchor } from './anchor.ts'
import { CHAIN_BEGIN, verifyChain, type ChainStart, type ChainVerdict } from './chain.ts'
import { isAsFar, raiseSeal, readSeal, sealAt, sealHolds, type AuditSeal, type SealingKeys } from './seal.ts'

/** So many rows are verified before others have their turn on this thread. */
const AT_A_TIME = 1_000

/**
 * `seal`: whether there is one, and whether it could be checked. `removed_to`: the last row that retention removed; 0 where
 * none was.
 */
export type TrailVerdict = ChainVerdict & { seal: 'holds' | 'none' | 'unchecked'; removed_to: number }

/** Verifies the whole trail. Without keys at hand, a seal can be compared, but not be told from a forged one. */
export async function verifyTrail(
  trail: AuditStore,
  path: string,
  keys: SealingKeys | undefined,
): Promise<TrailVerdict> {
  const seal = readSeal(path)
  if (seal === 'damaged') return { holds: false, seq: 0, what: 'seal_invalid', seal: 'holds', removed_to: 0 }
  for (;;) {
    const anchor = await trail.anchor()
    const removed_to = anchor?.seq ?? 0
    const verdict =
      brokenAnchor(anchor, seal, keys) ??
      (await verifyFrom(trail, anchor ?? CHAIN_BEGIN, keys === undefined ? undefined : seal, keys ?? NO_KEYS))
    // Retention may have removed more of it meanwhile, which is no break.
    if (!verdict.holds && (await trail.anchor())?.seq !== anchor?.seq) continue
    const known = seal === undefined ? 'none' : keys === undefined ? 'unchecked' : 'holds'
    return { ...verdict, seal: known, removed_to }
  }
}

/** Nothing is removed that is not sealed, nor the row that is sealed last. */
function brokenAnchor(
  anchor: AuditAnchor | undefined,
  seal: AuditSeal | undefined,
  keys: SealingKeys | undefined,
): ChainVerdict | undefined {
  if (anchor === undefined || keys === undefined) return undefined
  if (!anchorHolds(anchor, keys)) return { holds: false, seq: anchor.seq, what: 'anchor_invalid' }
  if (seal === undefined || seal.seq > anchor.seq) return undefined
  return { holds: false, seq: seal.seq, what: sealHolds(seal, keys) ? 'seal_older' : 'seal_invalid' }
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
  const anchor = await trail.anchor()
  if (anchor !== undefined && !anchorHolds(anchor, keys)) return
  const begin = seal ?? anchor ?? CHAIN_BEGIN
  const verdict = await verifyFrom(trail, begin, undefined, keys, { isSealed: seal !== undefined, until: head.seq })
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
  { isSealed = false, until = Infinity } = {},
): Promise<ChainVerdict> {
  if (seal !== undefined && !sealHolds(seal, keys)) return { holds: false, seq: seal.seq, what: 'seal_invalid' }
  let at = start
  let rows = 0
  // Where there was no seal, from the very first: a row with a number that none of ours has is seen too.
  let from = isSealed ? start.seq : Number.MIN_SAFE_INTEGER
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
