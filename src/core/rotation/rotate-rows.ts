// What a rotation does to the vault's file, on a connection of its own: every row under the new key in one transaction,
// then read again under the new key alone, then moved out of the log into the file itself. Done again, it changes nothing.
import { setTimeout as delay } from 'node:timers/promises'
import { appError } from '../../shared/errors.ts'
import type { Actor } from '../actor.ts'
import { anchorAt, anchorHolds, type AuditAnchor } from '../audit/anchor.ts'
import { resealedBackupKey } from '../backup/kept-backup-key.ts'
import { KeyRing } from '../crypto/master-key.ts'
import { resealedKey } from '../providers/stored-key.ts'
import { whenFree } from '../store/sqlite/act.ts'
import { openForWriting, type Database, type OnStatement } from '../store/sqlite/database.ts'
import type { KeptBackupKey } from '../store/backup-store.ts'
import type { StoredKey } from '../store/key-store.ts'
import { MasterKeyChanged, type ProviderHead } from '../store/store.ts'
import { exchangeMasterKey, readAgain, type Exchanged, type ReadAgain } from '../store/sqlite/exchange-master-key.ts'

export interface RowsToRotate {
  path: string
  /** The vault's master key now. */
  from: string
  /** The keys as their source has them, the new one first. */
  ring: string
  by: Actor
}

/** `needed`: the ids of the master keys that rows name now; null among them where a row names none. */
export type RotatedRows = Exchanged & Pick<ReadAgain, 'needed'>

/** How long a reader elsewhere may hold the log, and how often it is tried, in milliseconds. */
const CHECKPOINT_LIMIT = 10_000
const CHECKPOINT_PAUSE = 20

/** Throws with every row either under the old key or under the new one; both are in the ring until this has returned. */
export async function rotateRows({ path, from, ring, by }: RowsToRotate, onStep?: OnStatement): Promise<RotatedRows> {
  const [first = ''] = ring.split(',')
  const both = KeyRing.parse(ring)
  const alone = KeyRing.parse(first)
  try {
    const db = await whenFree(path, () => openForWriting(path, onStep))
    try {
      const reseal = (provider: ProviderHead, key: StoredKey) => resealedKey(both, provider, key)
      const resealAnchor = (anchor: AuditAnchor) => (anchorHolds(anchor, both) ? anchorAt(anchor, both) : undefined)
      const resealBackupKey = (kept: KeptBackupKey) => resealedBackupKey(both, kept)
      const exchange = { from, to: both.currentId, reseal, resealAnchor, resealBackupKey }
      const exchanged = await whenFree(path, () => exchangeMasterKey(db, exchange, by))
      const left = new Set(exchanged.left)
      const { failed, needed } = readAgain(db, {
        key: (provider, key) => resealedKey(alone, provider, key) !== undefined,
        backupKey: (kept) => resealedBackupKey(alone, kept) !== undefined,
      })
      const lost = failed.find((name) => !left.has(name))
      if (lost !== undefined) throw new Error(`the key of ${lost} does not open under the new master key alone`)
      await emptyLog(db, path)
      return { ...exchanged, needed }
    } finally {
      db.close()
    }
  } catch (cause) {
    // Its owner started over in this very moment.
    throw cause instanceof MasterKeyChanged ? appError('vault_busy', undefined, { cause }) : cause
  } finally {
    both.destroy()
    alone.destroy()
  }
}

/** Until then the new rows lie in the log alone: a main file that is copied without it would need the old key. */
async function emptyLog(db: Database, path: string): Promise<void> {
  const deadline = performance.now() + CHECKPOINT_LIMIT
  for (;;) {
    const [result] = await whenFree(path, () => db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[])
    if (result?.busy === 0) return
    if (performance.now() > deadline) throw appError('vault_busy', undefined)
    await delay(CHECKPOINT_PAUSE)
  }
}
