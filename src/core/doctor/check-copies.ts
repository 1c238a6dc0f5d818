import { listLocalCopies } from '../backup/local-copies.ts'
import type { Places } from '../places.ts'
import { fine, type Finding } from './finding.ts'

/** Says which copies Latchkey made by itself, where there are any. */
export function checkCopies({ backups }: Places): Finding[] {
  const copies = listLocalCopies(backups)
  const [newest] = copies
  if (newest === undefined) return []
  return [
    fine(`Copies made by Latchkey itself: ${copies.length}, the newest of ${newest.made_at.slice(0, 10)}: ${backups}`),
  ]
}
