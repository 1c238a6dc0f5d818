import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensurePrivateFolder, lookAt, type Warn } from '../private-files.ts'
import type { VaultFile } from '../store/vault-file.ts'

/** How many automatic copies stay. */
export const KEPT_COPIES = 14

/** Why Latchkey made a copy by itself. */
export type CopyReason = 'daily' | 'migration' | 'rotation' | 'restore'

// Only what has this form is ever removed: a file that a person put there, or start-over's copy, stays.
const COPY = /^vault-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z)-(daily|migration|rotation|restore)\.(?:db|lkbackup)$/
const STARTED_OVER = /^before-start-over-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z)\.db$/

/** The name of a copy made now: sorted by name, copies are sorted by age. */
export function copyName(reason: CopyReason, extension: 'db' | 'lkbackup', now: Date = new Date()): string {
  return `vault-${now.toISOString().replaceAll(/[:.]/g, '-')}-${reason}.${extension}`
}

/**
 * Puts a consistent copy of a vault in use into the folder, then removes the oldest beyond the last fourteen. Keys in
 * it lie under the vault's own master key. Answers the copy's path.
 */
export async function keepLocalCopy(
  vault: VaultFile,
  folder: string,
  reason: CopyReason,
  { warn, now }: { warn: Warn; now?: Date },
): Promise<string> {
  ensurePrivateFolder(folder, warn)
  const path = join(folder, copyName(reason, 'db', now))
  await vault.copyTo(path)
  rotateCopies(folder)
  return path
}

/** Removes the oldest automatic copies until `kept` are left; answers the names removed. */
export function rotateCopies(folder: string, kept: number = KEPT_COPIES): string[] {
  const names = readdirSync(folder)
    .filter((name) => COPY.test(name))
    .sort()
  const old = names.slice(0, Math.max(0, names.length - kept))
  // One that was kept of a damaged vault, byte by byte, may have its log beside it.
  for (const name of old) for (const suffix of ['', '-wal']) rmSync(join(folder, name + suffix), { force: true })
  return old
}

/** A copy that lies in the folder. */
export interface LocalCopy {
  path: string
  reason: CopyReason | 'start_over'
  made_at: string
  bytes: number
}

/** The copies that Latchkey made by itself, the newest first. */
export function listLocalCopies(folder: string): LocalCopy[] {
  if (lookAt(folder) === undefined) return []
  const copies = readdirSync(folder).flatMap((name): LocalCopy[] => {
    const [, stamp, reason] = COPY.exec(name) ?? []
    const [, startedOver] = STARTED_OVER.exec(name) ?? []
    const at = stamp ?? startedOver
    const path = join(folder, name)
    if (at === undefined) return []
    const made_at = at.replace(/T(\d\d)-(\d\d)-(\d\d)-/, 'T$1:$2:$3.')
    return [{ path, reason: (reason ?? 'start_over') as LocalCopy['reason'], made_at, bytes: lookAt(path)?.size ?? 0 }]
  })
  return copies.sort((a, b) => (a.made_at < b.made_at ? 1 : -1))
}

/** How old what a killed backup left behind must be, so that one that is being made is left alone; milliseconds. */
const LEFT_BEHIND = 60 * 60 * 1000

/** Removes the working copies of backups that were killed. */
export function sweepWorkingCopies(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (!/^backup-[0-9a-f]{12}\.tmp(-wal|-shm)?$/.test(name)) continue
    if (Date.now() - (lookAt(path)?.mtimeMs ?? Date.now()) > LEFT_BEHIND) rmSync(path, { force: true })
  }
}
