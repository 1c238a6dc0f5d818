// Exchanges the master key. The ring [new, old] is written where the key lies, then every row is put under the new key in
// one transaction, read again under the new key alone and moved into the main file, then the old key goes. Killed at any
// point, what the source holds opens every row; run again, it goes on from there.
import { setTimeout as delay } from 'node:timers/promises'
import { appError } from '../../shared/errors.ts'
import type { RotatedMasterKey } from '../../shared/master-key-schemas.ts'
import type { Actor } from '../actor.ts'
import { readSeal, SEAL_LOCK_STALE, sealHolds } from '../audit/seal.ts'
import { sealTrail } from '../audit/trail.ts'
import { keepLocalCopy } from '../backup/local-copies.ts'
import { keysThatMayGo, ringToBegin, ringToKeep, rotationState } from '../crypto/rotate-ring.ts'
import { KeyRing } from '../crypto/master-key.ts'
import type { WritableKeySource } from '../crypto/key-source.ts'
import { wipeKeyDrafts, writableSource } from '../crypto/writable-sources.ts'
import { withMasterKeyLock, type KeyCustody } from '../key-custody.ts'
import { endMove } from '../key-move/move-master-key.ts'
import { rotateApart } from './rotate-apart.ts'

/** Throws `rotation_needs_key` where the key's place is not Latchkey's and holds no new one, or `master_key_busy`. */
export function rotateMasterKey(
  custody: KeyCustody,
  /** Has this process read its source again. */
  reread: () => Promise<void>,
  by: Actor,
): Promise<RotatedMasterKey> {
  return withMasterKeyLock(custody, async () => {
    await endMove(custody)
    wipeKeyDrafts(custody)
    const { file, places, source, given, lock, warn, onStep } = custody
    const { master_key_id: from } = await file.store.readVault()
    const text = (await lock.over(source, from).read()) ?? ''
    if (from === null || rotationState(text, from) === 'foreign') {
      throw appError('encryption_key_wrong', { place: source.place })
    }
    const shelf = writableSource(source, { ...custody, session: given.session })
    const state = rotationState(text, from)
    if (shelf === undefined && state === 'settled') throw appError('rotation_needs_key', { place: source.place })
    const copy = state === 'finishing' ? null : await keepLocalCopy(file, places.backups, 'rotation', { warn })
    const ring = state === 'finishing' ? text.trim() : ringToBegin(text, from)
    if (shelf !== undefined && state === 'settled') await put(shelf, ring, custody, from)
    // From here on this process opens rows under either key.
    await reread()
    const { keys, left, needed } = await rotateApart({ path: file.path, from, ring, by }, onStep)
    const fingerprint = idOfFirst(ring)
    await sealUnderNewKey(custody, ring)
    if (shelf !== undefined) await put(shelf, ringToKeep(ring, fingerprint), custody, fingerprint)
    await reread()
    const may_go =
      shelf === undefined && !needed.includes(null)
        ? keysThatMayGo(
            ring,
            fingerprint,
            needed.filter((id) => id !== null),
          )
        : []
    return { fingerprint, keys, left, copy, may_go }
  })
}

/**
 * Under the passphrase, where one is set. What does not come back as it was written is not relied on: the rows need it
 * from the next step on.
 */
async function put(shelf: WritableKeySource, text: string, { lock }: KeyCustody, vaultKeyId: string): Promise<void> {
  await shelf.write(lock.wrap(text))
  if ((await lock.over(shelf, vaultKeyId).read()) !== text) {
    throw appError('key_file_unreadable', { path: shelf.place, what: 'it did not keep what was written' })
  }
}

/** How long another process may be writing the seal, in milliseconds: a little longer than it takes to be given up. */
const SEAL_LIMIT = SEAL_LOCK_STALE + 2_000
const SEAL_PAUSE = 50

/**
 * The seal of the audit trail goes under the new key while the old one can still vouch for it. Where the trail or its seal
 * does not hold, it stays as it is, for what it shows.
 */
async function sealUnderNewKey({ file, places }: KeyCustody, text: string): Promise<void> {
  const ring = KeyRing.parse(text)
  try {
    const deadline = performance.now() + SEAL_LIMIT
    for (;;) {
      await sealTrail(file.store.audit, places.audit_head, ring)
      const seal = readSeal(places.audit_head)
      if (seal === undefined || seal === 'damaged' || seal.master_key_id === ring.currentId) return
      if (!sealHolds(seal, ring) || (await file.store.audit.hashAt(seal.seq)) !== seal.hash) return
      // Without the old key nothing would vouch for the trail: both stay, and the next rotation goes on from here.
      if (performance.now() > deadline) throw appError('vault_busy', undefined)
      await delay(SEAL_PAUSE)
    }
  } finally {
    ring.destroy()
  }
}

function idOfFirst(text: string): string {
  const ring = KeyRing.parse(text)
  ring.destroy()
  return ring.currentId
}
