// What is older than the owner wants the trail to be kept goes: always from its beginning, only rows that are as they were
// written, and never as far as the seal. What was tampered with stays, for what it shows.
import { actorOf } from '../actor.ts'
import type { Store } from '../store/store.ts'
import { anchorAt, anchorHolds } from './anchor.ts'
import { CHAIN_BEGIN, verifyChain } from './chain.ts'
import { readSeal, sealHolds, type SealingKeys } from './seal.ts'

/** So many rows go in one transaction, before others have their turn. */
const AT_A_TIME = 1_000
const DAY = 86_400_000

/**
 * Removes what is older than the settings say, a step at a time; each step is one transaction with its event. Answers how many
 * rows went. Where the oldest is not a day too old, nothing does: else a row would be written for each that is removed.
 */
export async function pruneTrail(
  store: Pick<Store, 'audit' | 'readSettings'>,
  path: string,
  keys: SealingKeys,
  now = new Date(),
): Promise<number> {
  const { audit: trail } = store
  const { audit_kept_years: years } = await store.readSettings()
  if (years === 0) return 0
  const until = new Date(now)
  until.setUTCFullYear(until.getUTCFullYear() - years)
  const seal = readSeal(path)
  const [oldest] = await trail.after(Number.MIN_SAFE_INTEGER, 1)
  if (oldest === undefined || oldest.at >= new Date(until.getTime() - DAY).toISOString()) return 0
  if (seal === undefined || seal === 'damaged' || !sealHolds(seal, keys)) return 0
  if ((await trail.hashAt(seal.seq)) !== seal.hash) return 0
  let removed = 0
  for (;;) {
    const anchor = await trail.anchor()
    if (anchor !== undefined && !anchorHolds(anchor, keys)) return removed
    const begin = anchor ?? CHAIN_BEGIN
    const rows = await trail.after(Number.MIN_SAFE_INTEGER, AT_A_TIME)
    const firstKept = rows.findIndex(({ seq, at }) => at >= until.toISOString() || seq >= seal.seq)
    const old = firstKept === -1 ? rows : rows.slice(0, firstKept)
    const last = old.at(-1)
    if (last === undefined || !verifyChain(old, undefined, keys, begin).holds) return removed
    // Another process may have been quicker.
    if (!(await trail.prune(begin, anchorAt(last, keys), actorOf('start')))) return removed
    removed += old.length
  }
}
