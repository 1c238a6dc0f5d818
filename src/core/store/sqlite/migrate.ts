import type { Database } from './database.ts'
import { APPLICATION_ID, FORMAT, migrations } from './migrations.ts'

/** Runs what is pending, all of it or nothing; the format is raised in the same transaction. */
export function migrate(db: Database): void {
  db.transaction(() => {
    const from = Number(db.pragma('user_version', { simple: true }))
    if (from >= FORMAT) return
    for (const sql of migrations.slice(from)) db.exec(sql)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma(`user_version = ${FORMAT}`)
  }).immediate()
}
