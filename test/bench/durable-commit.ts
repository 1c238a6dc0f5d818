import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Figure } from './figure.ts'
import { quantile } from './gateway/load.ts'

/** What this disk alone takes for a commit of SQLite's: no stored key and no recorded use is faster. */
export function durableCommit(): Figure {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const db = new Database(join(folder, 'commit.db'))
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.exec('CREATE TABLE use (at TEXT, detail TEXT)')
    const insert = db.prepare('INSERT INTO use VALUES (?, ?)')
    const times = Array.from({ length: 300 }, (_, i) => {
      const began = performance.now()
      insert.run(String(i), 'x'.repeat(200))
      return performance.now() - began
    })
    return { name: 'one durable commit by itself, p50', value: quantile(times, 0.5), unit: 'ms' }
  } finally {
    db.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
