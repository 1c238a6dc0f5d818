// The seal of the audit trail: where it stood, under the master key, in a file outside the vault. It only ever moves
// forward, so that cutting rows off cannot be hidden by sealing again.
import { timingSafeEqual } from 'node:crypto'
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { isAlive } from '../is-alive.ts'
import { codeOf, lookAt, readSmallFile, syncFolder, unwritable, writePrivateFile } from '../private-files.ts'

export const AuditSeal = z.strictObject({
  version: z.literal(1),
  /** The last row that is sealed, and its hash. */
  seq: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** The master key that sealed it. */
  master_key_id: z.string().regex(/^[0-9a-f]{16}$/),
  mac: z.string().regex(/^[0-9a-f]{64}$/),
})
export type AuditSeal = z.infer<typeof AuditSeal>

/** The part of a key ring that seals. */
export interface SealingKeys {
  readonly currentId: string
  has(id: string): boolean
  auditSealOf(text: string, master_key_id?: string): string
}

/** Seals the trail up to a row. */
export function sealAt({ seq, hash }: { seq: number; hash: string }, keys: SealingKeys): AuditSeal {
  const master_key_id = keys.currentId
  return { version: 1, seq, hash, master_key_id, mac: keys.auditSealOf(sealedText({ seq, hash, master_key_id })) }
}

/** Whether the seal was made with a key of this ring and is as it was made. */
export function sealHolds(seal: AuditSeal, keys: SealingKeys): boolean {
  if (!keys.has(seal.master_key_id)) return false
  const expected = keys.auditSealOf(sealedText(seal), seal.master_key_id)
  return timingSafeEqual(Buffer.from(expected), Buffer.from(seal.mac))
}

function sealedText({ seq, hash, master_key_id }: Pick<AuditSeal, 'seq' | 'hash' | 'master_key_id'>): string {
  return JSON.stringify(['latchkey/audit-seal/v1', seq, hash, master_key_id])
}

/** The seal in the file; undefined where there is no file, `damaged` where it holds none. */
export function readSeal(path: string): AuditSeal | 'damaged' | undefined {
  try {
    const file = readSmallFile(path, 4096)
    return file === undefined ? undefined : AuditSeal.parse(JSON.parse(file.bytes.toString('utf8')))
  } catch (cause) {
    if (cause instanceof z.ZodError || cause instanceof SyntaxError || codeOf(cause) === undefined) return 'damaged'
    throw cause
  }
}

/**
 * How old a lock must be to be one of a process that was killed, in milliseconds, where it does not say so itself; writing
 * takes a few.
 */
export const SEAL_LOCK_STALE = 10_000

/**
 * Puts the seal into the file unless one stands there that is as far or further, or that does not hold; as far under
 * another master key, it is replaced. A damaged file stays as it is: it is evidence. Answers whether it was written; false
 * also where another process is writing just now.
 */
export function raiseSeal(
  path: string,
  seal: AuditSeal,
  holds: (standing: AuditSeal) => boolean = () => true,
): boolean {
  const lock = `${path}.lock`
  if (!takeLock(lock)) return false
  try {
    const now = readSeal(path)
    if (now === 'damaged' || (now !== undefined && (isAsFar(now, seal) || !holds(now)))) return false
    return writePrivateFile(path, `${JSON.stringify(seal)}\n`)
  } finally {
    rmSync(lock, { force: true })
  }
}

/** Whether a seal makes another one needless. */
export function isAsFar(standing: AuditSeal, seal: Pick<AuditSeal, 'seq' | 'master_key_id'>): boolean {
  return standing.seq > seal.seq || (standing.seq === seal.seq && standing.master_key_id === seal.master_key_id)
}

/**
 * Sets the seal aside, for a trail that will be another one: that of a restored vault, or under a new master key.
 * Answers how to put it back.
 */
export function setSealAside(path: string, why: 'restore' | 'start-over', stamp: string): () => void {
  const aside = `${path}.before-${why}-${stamp}`
  const move = (from: string, to: string): void => {
    if (lookAt(from) === undefined) return
    try {
      renameSync(from, to)
      syncFolder(dirname(path))
    } catch (cause) {
      throw unwritable(path, cause)
    }
  }
  move(path, aside)
  return () => move(aside, path)
}

function takeLock(lock: string): boolean {
  if (isLeftBehind(lock)) rmSync(lock, { force: true })
  try {
    const file = openSync(lock, 'wx', 0o600)
    writeSync(file, String(process.pid))
    closeSync(file)
    return true
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false
    throw cause
  }
}

/** Whether whoever took the lock has ended without giving it back. */
function isLeftBehind(lock: string): boolean {
  const age = Date.now() - (lookAt(lock)?.mtimeMs ?? Date.now())
  if (age > SEAL_LOCK_STALE) return true
  const holder = Number(readSmallFile(lock, 32)?.bytes.toString('utf8') ?? '')
  return Number.isInteger(holder) && holder > 0 && !isAlive(holder)
}
