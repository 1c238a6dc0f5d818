// When a scheduled backup is due, and how those of a vault stand.
import type { BackupSchedule, BackupStatus, LocalCopy } from '../../shared/backup-schemas.ts'
import type { Places } from '../places.ts'
import type { BackupRecord } from '../store/backup-store.ts'
import type { Store } from '../store/store.ts'
import { listLocalCopies } from './local-copies.ts'

const DAY = 86_400_000
const PERIOD = { daily: DAY, weekly: 7 * DAY }

/** From when on the next one is due; null where none is wanted. A vault that was just made is not due. */
export function nextBackup(
  schedule: BackupSchedule,
  last: LocalCopy | null,
  { vault_created_at }: Pick<BackupRecord, 'vault_created_at'>,
): number | null {
  return schedule === 'off' ? null : Date.parse(last?.made_at ?? vault_created_at) + PERIOD[schedule]
}

/** Whether one is due. A last one in the future was made while the clock was wrong: it makes nobody wait. */
export function isDue(next: number | null, last: LocalCopy | null, now: number): boolean {
  return next !== null && (now >= next || Date.parse(last?.made_at ?? '') > now + DAY)
}

/** How the scheduled backups of this vault stand. */
export async function backupStatus(store: Store, places: Places): Promise<BackupStatus> {
  const [record, { backup_schedule: schedule }] = await Promise.all([store.backups.read(), store.readSettings()])
  const last = listLocalCopies(places.backups).find(({ reason }) => reason === 'scheduled') ?? null
  const next = nextBackup(schedule, last, record)
  const isOver = record.problem === null || (last !== null && last.made_at > record.problem.at)
  return {
    schedule,
    passphrase_set_at: record.key?.set_at ?? null,
    last,
    next_at: next === null ? null : new Date(next).toISOString(),
    problem: isOver ? null : record.problem,
  }
}
