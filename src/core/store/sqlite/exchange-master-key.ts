// Every stored key under another master key, in one transaction with the check value and the audit row.
import type { Actor } from '../../actor.ts'
import type { AuditAnchor } from '../../audit/anchor.ts'
import type { KeptBackupKey } from '../backup-store.ts'
import { keysOf, type StoredKey } from '../key-store.ts'
import { MasterKeyChanged, type ProviderHead } from '../store.ts'
import type { Database, Statement } from './database.ts'
import { keptKey } from './sqlite-backup-store.ts'
import { ProviderReader } from './read-providers.ts'
import { AuditWriter, readAnchor, writeAnchor } from './sqlite-audit-store.ts'

export interface Exchange {
  /** The vault's master key now. */
  from: string
  /** The one that it will be; the same where only stragglers are looked for. */
  to: string
  /** The key under the new master key, or undefined where it cannot be opened as it stands. */
  reseal: (provider: ProviderHead, key: StoredKey) => StoredKey | undefined
  /** The same of the anchor of the audit trail. */
  resealAnchor: (anchor: AuditAnchor) => AuditAnchor | undefined
  /** The same for what the backup passphrase became. */
  resealBackupKey: (kept: KeptBackupKey) => KeptBackupKey | undefined
}

/** What stands in the place of a provider's name where the backup passphrase is meant. */
const BACKUP_PASSPHRASE = 'the backup passphrase'

export interface Exchanged {
  keys: number
  /** Which keys could not be opened and stay as they are, by provider and label. */
  left: string[]
}

/** Throws `MasterKeyChanged` where the vault's master key is not `from`. Times and ids of keys stay. */
export function exchangeMasterKey(
  db: Database,
  { from, to, reseal, resealAnchor, resealBackupKey }: Exchange,
  by: Actor,
): Exchanged {
  const prepared = preparedOn(db)
  return db
    .transaction(() => {
      if (prepared('SELECT master_key_id FROM vault').pluck().get() !== from) throw new MasterKeyChanged()
      const first = prepared(
        'UPDATE provider SET api_key_encrypted = ?, binding = ?, master_key_id = ? WHERE id = ? AND api_key_encrypted = ?',
      )
      const further = prepared(
        `UPDATE provider_key SET api_key_encrypted = ?, binding = ?, master_key_id = ?
         WHERE provider_id = ? AND api_key_encrypted = ?`,
      )
      const exchanged: Exchanged = { keys: 0, left: [] }
      for (const provider of new ProviderReader(prepared).heads()) {
        for (const key of keysOf(provider)) {
          const made = reseal(provider, key)
          if (made === undefined) exchanged.left.push(nameOf(provider, key))
          if (made === undefined || made === key) continue
          const values = [made.api_key_encrypted, made.binding, made.master_key_id, provider.id, key.api_key_encrypted]
          ;(provider.further_keys.includes(key) ? further : first).run(...values)
          exchanged.keys += 1
        }
      }
      const backupKey = keptKey(prepared)
      const made = backupKey && resealBackupKey(backupKey)
      if (backupKey !== undefined && made === undefined) exchanged.left.push(BACKUP_PASSPHRASE)
      const isOther = made !== undefined && made.master_key_id !== backupKey?.master_key_id
      if (isOther) {
        prepared('UPDATE backup_key SET key_encrypted = ?, binding = ?, master_key_id = ?').run(
          made.key_encrypted,
          made.binding,
          made.master_key_id,
        )
      }
      if (from === to && exchanged.keys === 0 && !isOther) return exchanged
      prepared('UPDATE vault SET master_key_id = ?').run(to)
      const anchor = readAnchor(prepared)
      const resealed = anchor === undefined ? undefined : resealAnchor(anchor)
      if (resealed !== undefined) writeAnchor(prepared, resealed)
      if (from !== to) prepared('UPDATE vault SET master_key_since = ?').run(new Date().toISOString())
      const detail = { from, to, keys: exchanged.keys, left: exchanged.left }
      new AuditWriter(db).append(by, { act: 'master_key.rotate', provider: null, detail })
      return exchanged
    })
    .immediate()
}

export interface ReadAgain {
  /** The keys that `reads` says no to, by provider and label. */
  failed: string[]
  /** The ids of the master keys that rows name; null among them where a row names none. */
  needed: (string | null)[]
}

interface Readers {
  key: (provider: ProviderHead, key: StoredKey) => boolean
  backupKey: (kept: KeptBackupKey) => boolean
}

/** Reads every stored key, and what the backup passphrase became. */
export function readAgain(db: Database, reads: Readers): ReadAgain {
  const prepared = preparedOn(db)
  const [heads, backupKey] = db
    .transaction(() => [new ProviderReader(prepared).heads(), keptKey(prepared)] as const)
    .deferred()
  const needed = new Set<string | null>()
  const failed: string[] = []
  for (const provider of heads) {
    for (const key of keysOf(provider)) {
      needed.add(key.master_key_id)
      if (!reads.key(provider, key)) failed.push(nameOf(provider, key))
    }
  }
  if (backupKey !== undefined) {
    needed.add(backupKey.master_key_id)
    if (!reads.backupKey(backupKey)) failed.push(BACKUP_PASSPHRASE)
  }
  return { failed, needed: [...needed] }
}

function nameOf({ name, further_keys }: ProviderHead, { label }: StoredKey): string {
  return further_keys.length === 0 ? name : `${name} (${label})`
}

function preparedOn(db: Database): (sql: string) => Statement {
  const statements = new Map<string, Statement>()
  return (sql) => {
    const known = statements.get(sql) ?? db.prepare(sql)
    statements.set(sql, known)
    return known
  }
}
