import { z } from 'zod'
import type { Actor } from '../../actor.ts'
import type { BackupProblem, BackupRecord, BackupStore, KeptBackupKey } from '../backup-store.ts'
import { MasterKeyChanged } from '../store.ts'
import type { Acts } from './act.ts'
import type { Prepared } from './seed.ts'
import { DamagedRow } from './sqlite-errors.ts'

const Problem = z.object({ at: z.iso.datetime(), detail: z.string(), hint: z.string().nullable() })

/** What the vault knows of its backups, in SQL. */
export class SqliteBackupStore implements BackupStore {
  readonly #prepared: Prepared
  readonly #acts: Acts

  constructor(prepared: Prepared, acts: Acts) {
    this.#prepared = prepared
    this.#acts = acts
  }

  read(): Promise<BackupRecord> {
    return this.#acts.read(() => {
      const vault = this.#prepared('SELECT created_at, backup_problem FROM vault').get() as
        | { created_at: string; backup_problem: string | null }
        | undefined
      if (vault === undefined) throw new DamagedRow('its own row is missing')
      return {
        key: keptKey(this.#prepared) ?? null,
        problem: vault.backup_problem === null ? null : problemOf(vault.backup_problem),
        vault_created_at: vault.created_at,
      }
    })
  }

  keepKey(key: KeptBackupKey, by: Actor): Promise<void> {
    return this.#acts.write(by, () => {
      const current = this.#prepared('SELECT master_key_id FROM vault').pluck().get()
      if (current !== key.master_key_id) throw new MasterKeyChanged()
      const isChange = keptKey(this.#prepared) !== undefined
      this.#prepared(
        `INSERT OR REPLACE INTO backup_key (id, key_encrypted, scrypt, binding, master_key_id, set_at)
         VALUES (1, ?, ?, ?, ?, ?)`,
      ).run(key.key_encrypted, key.scrypt, key.binding, key.master_key_id, new Date().toISOString())
      const act = isChange ? 'backup_passphrase.change' : 'backup_passphrase.set'
      return { result: undefined, entry: { act, provider: null } }
    })
  }

  dropKey(by: Actor): Promise<boolean> {
    return this.#acts.write(by, () => {
      const dropped = this.#prepared('DELETE FROM backup_key').run().changes > 0
      return { result: dropped, entry: dropped ? { act: 'backup_passphrase.remove', provider: null } : null }
    })
  }

  noteProblem(problem: BackupProblem, by: Actor): Promise<void> {
    return this.#acts.write(by, () => {
      this.#prepared('UPDATE vault SET backup_problem = ?').run(JSON.stringify(problem))
      return {
        result: undefined,
        entry: { act: 'backup.failed', provider: null, detail: { problem: problem.detail } },
      }
    })
  }
}

/** The row as it stands; undefined where no backup passphrase is set. */
export function keptKey(prepared: Prepared): (KeptBackupKey & { set_at: string }) | undefined {
  return prepared('SELECT key_encrypted, scrypt, binding, master_key_id, set_at FROM backup_key').get() as
    | (KeptBackupKey & { set_at: string })
    | undefined
}

function problemOf(text: string): BackupProblem {
  try {
    return Problem.parse(JSON.parse(text))
  } catch {
    throw new DamagedRow('why its last backup failed cannot be read')
  }
}
