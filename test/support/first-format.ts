import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createPrivateFile } from '../../src/core/private-files.ts'
import { openForWriting } from '../../src/core/store/sqlite/database.ts'
import { migrate } from '../../src/core/store/sqlite/migrate.ts'
import { migrations } from '../../src/core/store/sqlite/migrations.ts'
import { tamper } from './vault-dump.ts'

/** Puts the vault in the folder back to the first format, with what that had room for. */
export function toFirstFormat(home: string): void {
  const path = join(home, 'vault.db')
  const newer = join(home, 'newer.db')
  tamper(home, 'PRAGMA wal_checkpoint(TRUNCATE)')
  renameSync(path, newer)
  createPrivateFile(path)
  const db = openForWriting(path)
  migrate(db, migrations.slice(0, 1))
  db.prepare('ATTACH ? AS newer').run(newer)
  db.pragma('foreign_keys = OFF')
  for (const table of namesOf(
    db,
    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  )) {
    const columns = namesOf(db, `SELECT name FROM pragma_table_info('${table}', 'main')`).join(', ')
    db.exec(`DELETE FROM main.${table}; INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM newer.${table}`)
  }
  db.exec('DETACH newer')
  db.close()
  for (const end of ['', '-wal', '-shm']) rmSync(newer + end, { force: true })
}

function namesOf(db: ReturnType<typeof openForWriting>, query: string): string[] {
  return db
    .prepare<[], { name: string }>(query)
    .all()
    .map(({ name }) => name)
}
