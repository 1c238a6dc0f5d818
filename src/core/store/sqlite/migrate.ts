import type { Database } from './database.ts'
import { APPLICATION_ID, CHAINED, migrations } from './migrations.ts'
import { chainTrail } from './sqlite-audit-store.ts'

/**
 * Runs what is pending, all of it or nothing; the format is raised in the same transaction. Answers whether anything
 * was. `list` is for tests, which try an upgrade from every format to every later one.
 */
export function migrate(db: Database, list: readonly string[] = migrations): boolean {
  // Asked first without a transaction: a vault that needs nothing must not wait for one who writes.
  if (!isOlderFormat(db, list)) return false
  db.transaction(() => {
    const before = formatOf(db)
    for (const sql of list.slice(before)) db.exec(sql)
    if (before < CHAINED && list.length >= CHAINED) chainTrail(db)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma(`user_version = ${list.length}`)
  }).immediate()
  return true
}

/** Whether something is pending. */
export function isOlderFormat(db: Database, list: readonly string[] = migrations): boolean {
  return formatOf(db) < list.length
}

function formatOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }))
}
