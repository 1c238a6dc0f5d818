import { constants, createReadStream, rmSync } from 'node:fs'
import { copyFile, open, type FileHandle } from 'node:fs/promises'
import { appError } from '../../shared/errors.ts'
import { MalformedKey } from '../crypto/fernet.ts'
import { KeyRing } from '../crypto/master-key.ts'
import { createPrivateFile, lookAt, reason, syncFile, unwritable, type Warn } from '../private-files.ts'
import { openVaultForReading } from '../store/sqlite/sqlite-vault-file.ts'
import type { ProviderRow, VaultRow } from '../store/store.ts'
import {
  authenticate,
  BrokenBackup,
  LONGEST_START,
  openSealed,
  readHeader,
  TAG_LENGTH,
  type BackupFacts,
} from './backup-format.ts'
import type { Unlock } from './backup-key.ts'

/** A backup that was found whole. */
export interface OpenedBackup {
  facts: BackupFacts
  /** The key text that opens the vault: a master key, or a ring. The caller zeroes it. */
  masterKey: Buffer
  providers: ProviderRow[]
  /** What the vault says of itself. */
  row: VaultRow
}

/**
 * Takes a backup apart and looks at everything before it answers: every byte authenticated, the vault sound, its check
 * value the master key's. The vault is put at `into`, private and on disk, where nothing may be yet; where anything is
 * wrong it is gone again. Throws `backup_unreadable` for a wrong passphrase and for any byte changed alike.
 */
export async function openBackup(
  path: string,
  unlock: Unlock,
  { into, warn }: { into: string; warn: Warn },
): Promise<OpenedBackup> {
  let unsealed: Unsealed | undefined
  try {
    unsealed = await unseal(path, unlock, into)
    return { ...unsealed, ...(await lookInto(into, unsealed.masterKey, warn)) }
  } catch (cause) {
    if (unsealed !== undefined) {
      unsealed.masterKey.fill(0)
      for (const suffix of ['', '-wal', '-shm']) rmSync(into + suffix, { force: true })
    }
    if (cause instanceof BrokenBackup) throw appError('backup_unreadable', { path }, { cause })
    throw cause
  }
}

/**
 * Takes a copy that Latchkey made by itself, a plain vault under its own master key, and looks at it in the same way.
 * Throws what is wrong with it.
 */
export async function openCopy(path: string, { into, warn }: { into: string; warn: Warn }): Promise<Inside> {
  if ((lookAt(`${path}-wal`)?.size ?? 0) > 0) {
    throw appError('import_unreadable', { path, what: 'it is in use, or was not closed: its log lies beside it' })
  }
  try {
    createPrivateFile(into)
    await copyFile(path, into)
    syncFile(into)
    return await lookInto(into, null, warn)
  } catch (cause) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(into + suffix, { force: true })
    if (cause instanceof BrokenBackup) throw appError('backup_unreadable', { path }, { cause })
    throw unwritable(into, cause)
  }
}

/** Whether a file is such a copy, by its first bytes. */
export async function isCopy(path: string): Promise<boolean> {
  const file = await openFile(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SQLITE.length), 0, SQLITE.length, 0)
    return bytesRead === SQLITE.length && buffer.equals(SQLITE)
  } finally {
    await file.close()
  }
}

const SQLITE = Buffer.from('SQLite format 3\0')

/** What the vault in a backup says. */
type Inside = Pick<OpenedBackup, 'providers' | 'row'>
type Unsealed = Pick<OpenedBackup, 'facts' | 'masterKey'>

async function unseal(path: string, unlock: Unlock, into: string): Promise<Unsealed> {
  const file = await openFile(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(LONGEST_START), 0, LONGEST_START, 0)
    const start = buffer.subarray(0, bytesRead)
    const found = readHeader(start)
    if (found === undefined) throw new BrokenBackup()
    const { made_at, latchkey, master_key_id, scrypt } = found.header
    const key = await unlock(scrypt)
    try {
      const { masterKey, vaultAt, vault } = openSealed(start, found, key)
      const end = (await file.stat()).size - TAG_LENGTH
      if (end < vaultAt) throw new BrokenBackup()
      const tag = await file.read(Buffer.alloc(TAG_LENGTH), 0, TAG_LENGTH, end)
      vault.setAuthTag(tag.buffer)
      await writeVault(into, async (write) => {
        // `end` is the last byte that is read, not the first that is not.
        const chunks = end === vaultAt ? [] : createReadStream(path, { start: vaultAt, end: end - 1 })
        for await (const chunk of chunks) await write(vault.update(chunk as Buffer))
        authenticate(vault, masterKey)
      })
      return { facts: { made_at, latchkey, master_key_id }, masterKey }
    } finally {
      key.fill(0)
    }
  } finally {
    await file.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK opening a FIFO waits until somebody writes to it.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if ((await file.stat()).isFile()) return file
    await file.close()
    throw new Error('it is not a file')
  } catch (cause) {
    throw appError('import_unreadable', { path, what: reason(cause) }, { cause })
  }
}

/** A new private file that is whole and on disk, or gone. */
async function writeVault(
  into: string,
  fill: (write: (bytes: Buffer) => Promise<void>) => Promise<void>,
): Promise<void> {
  let file: FileHandle | undefined
  let whole = false
  try {
    const created = await open(into, 'wx', 0o600)
    file = created
    await fill((bytes) => created.writeFile(bytes))
    await created.sync()
    whole = true
  } catch (cause) {
    throw unwritable(into, cause)
  } finally {
    await file?.close()
    if (file !== undefined && !whole) rmSync(into, { force: true })
  }
}

/** The master key is known where the backup brings it. */
async function lookInto(path: string, masterKey: Buffer | null, warn: Warn): Promise<Inside> {
  const vault = await openVaultForReading(path, { warn })
  try {
    const row = await vault.store.readVault()
    if (masterKey !== null && !opensWith(masterKey, row)) throw new BrokenBackup()
    if (vault.integrityProblems().length > 0) throw new BrokenBackup()
    return { row, providers: await vault.store.listProviders() }
  } catch (cause) {
    throw cause instanceof MalformedKey ? new BrokenBackup('', { cause }) : cause
  } finally {
    vault.close()
    // Nothing was written: what SQLite put beside it to read it is empty.
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  }
}

function opensWith(masterKey: Buffer, { master_key_id }: VaultRow): boolean {
  const ring = KeyRing.parse(masterKey.toString('utf8'))
  ring.destroy()
  return master_key_id !== null && ring.has(master_key_id)
}
