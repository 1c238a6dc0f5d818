import { join } from 'node:path'
import Database from 'better-sqlite3'

/** Everything that stands in a vault, as one text: equal texts are equal vaults. */
export function dumpVault(home: string): string {
  const db = new Database(join(home, 'vault.db'), { readonly: true })
  try {
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all()
    return tables
      .map(String)
      .map((table) => {
        const rows = db.prepare(`SELECT * FROM "${table}"`).raw().all()
        return `${table}\n${rows
          .map((row) => JSON.stringify(row))
          .sort()
          .join('\n')}`
      })
      .join('\n\n')
  } finally {
    db.close()
  }
}

/** What another program does to a vault, behind Latchkey's back. */
export function changeVault(home: string, sql: string): void {
  const db = new Database(join(home, 'vault.db'))
  try {
    db.exec(sql)
  } finally {
    db.close()
  }
}
