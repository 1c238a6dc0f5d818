import { randomBytes } from 'node:crypto'
import { readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { LocalCopy } from '../../shared/backup-schemas.ts'
import { ensurePrivateFolder, lookAt, syncFolder, unwritable, type OnStep, type Warn } from '../private-files.ts'
import type { VaultFile } from '../store/vault-file.ts'

/** How many automatic copies stay: so many of those on the schedule, and so many of all others. */
export const KEPT_COPIES = 14

/** Why Latchkey made a copy by itself, and rotates it. */
export type CopyReason = Exclude<LocalCopy['reason'], 'start_over'>

// Only what has this form is ever removed: a file that a person put there, or start-over's copy, stays.
const COPY = /^vault-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z)-(scheduled|migration|rotation|restore)\.(db|lkbackup)$/
const STARTED_OVER = /^before-start-over-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z)\.db$/

/** The name of a copy made now: sorted by name, copies are sorted by age. */
export function copyName(reason: CopyReason, extension: 'db' | 'lkbackup', now: Date = new Date()): string {
  return `vault-${now.toISOString().replaceAll(/[:.]/g, '-')}-${reason}.${extension}`
}

/** The name of a working copy, which is swept where it was left behind. */
export function workingName(): string {
  return `backup-${randomBytes(6).toString('hex')}.tmp`
}

/**
 * Puts a consistent copy of a vault in use into the folder, then removes the oldest beyond the last fourteen. Keys in
 * it lie under the vault's own master key. It has its name only when it is whole. Answers the copy's path.
 */
export async function keepLocalCopy(
  vault: VaultFile,
  folder: string,
  reason: CopyReason,
  { warn, now, onStep }: { warn: Warn; now?: Date; onStep?: OnStep | undefined },
): Promise<string> {
  ensurePrivateFolder(folder, warn)
  sweepWorkingCopies(folder)
  const path = join(folder, copyName(reason, 'db', now))
  const draft = join(folder, workingName())
  onStep?.(`copy ${draft}`)
  await vault.copyTo(draft)
  try {
    onStep?.(`place ${path}`)
    renameSync(draft, path)
    syncFolder(folder)
  } catch (cause) {
    rmSync(draft, { force: true })
    throw unwritable(path, cause)
  }
  rotateCopies(folder)
  return path
}

/**
 * Removes the oldest automatic copies until `kept` of each sort are left; answers the names removed. Two weeks of a daily
 * schedule do not push out what was there before a rotation or a restore.
 */
export function rotateCopies(folder: string, kept: number = KEPT_COPIES): string[] {
  const names = readdirSync(folder)
    .filter((name) => COPY.test(name))
    .sort()
  const [scheduled, others] = [true, false].map((wanted) =>
    names.filter((name) => (COPY.exec(name)?.[2] === 'scheduled') === wanted),
  )
  const old = [scheduled, others].flatMap((sort = []) => sort.slice(0, Math.max(0, sort.length - kept)))
  // One that was kept of a damaged vault, byte by byte, may have its log beside it.
  for (const name of old) for (const suffix of ['', '-wal']) rmSync(join(folder, name + suffix), { force: true })
  return old
}

/** The copies that Latchkey made by itself, the newest first. */
export function listLocalCopies(folder: string): LocalCopy[] {
  if (lookAt(folder) === undefined) return []
  const copies = readdirSync(folder).flatMap((name): LocalCopy[] => {
    const [, stamp, reason, extension] = COPY.exec(name) ?? []
    const [, startedOver] = STARTED_OVER.exec(name) ?? []
    const at = stamp ?? startedOver
    const path = join(folder, name)
    if (at === undefined) return []
    const made_at = at.replace(/T(\d\d)-(\d\d)-(\d\d)-/, 'T$1:$2:$3.')
    return [
      {
        path,
        reason: (reason ?? 'start_over') as LocalCopy['reason'],
        made_at,
        portable: extension === 'lkbackup',
        bytes: lookAt(path)?.size ?? 0,
      },
    ]
  })
  return copies.sort((a, b) => (a.made_at < b.made_at ? 1 : -1))
}

/** How old what a killed backup left behind must be, so that one that is being made is left alone; milliseconds. */
const LEFT_BEHIND = 60 * 60 * 1000

const WORKING = /^(?:backup-|vault-.*\.lkbackup\.)[0-9a-f]{12}\.tmp(?:-wal|-shm|-journal)?$/

/** Removes the working copies of backups that were killed. */
export function sweepWorkingCopies(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (!WORKING.test(name)) continue
    if (Date.now() - (lookAt(path)?.mtimeMs ?? Date.now()) > LEFT_BEHIND) rmSync(path, { force: true })
  }
}
