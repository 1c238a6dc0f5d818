import { backupStatus } from '../backup/backup-schedule.ts'
import { isBound } from '../backup/kept-backup-key.ts'
import { listLocalCopies } from '../backup/local-copies.ts'
import type { KeyRing } from '../crypto/master-key.ts'
import type { Places } from '../places.ts'
import type { VaultFile } from '../store/vault-file.ts'
import { fine, note, wrong, type Finding } from './finding.ts'

/** Says which copies Latchkey made by itself, where there are any. */
export function checkCopies({ backups }: Places): Finding[] {
  const copies = listLocalCopies(backups)
  const [newest] = copies
  if (newest === undefined) return []
  return [
    fine(`Copies made by Latchkey itself: ${copies.length}, the newest of ${newest.made_at.slice(0, 10)}: ${backups}`),
  ]
}

/** After so many milliseconds beyond its time a backup is missed: laptops sleep, and windows are closed for a weekend. */
const MISSED = 3 * 86_400_000

/** Whether the backups on the schedule are made, and can be. */
export async function checkSchedule(file: VaultFile, places: Places, ring: KeyRing | undefined): Promise<Finding[]> {
  const { schedule, last, next_at, problem } = await backupStatus(file.store, places)
  const { key } = await file.store.backups.read()
  if (key !== null && ring !== undefined && !isBound(ring, key)) {
    return [
      wrong(
        'Scheduled backups cannot be made: what is kept of the backup passphrase does not belong to this master key, or was changed from outside',
        'Set it again: latchkey backup passphrase set',
      ),
    ]
  }
  if (problem !== null) {
    return [wrong(`The last scheduled backup failed: ${problem.detail}`, problem.hint ?? undefined)]
  }
  if (schedule === 'off') return [fine('No backups are made by themselves: latchkey backup schedule daily')]
  const lastWords = last === null ? 'none was made yet' : `the last one is of ${last.made_at.slice(0, 10)}`
  if (next_at !== null && Date.now() > Date.parse(next_at) + MISSED) {
    return [
      note(`Backups are to be made ${schedule}, and ${lastWords}: they need the window or latchkey serve to run.`),
    ]
  }
  return [fine(`Backups are made ${schedule}; ${lastWords}.`)]
}
