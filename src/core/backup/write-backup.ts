import { randomBytes } from 'node:crypto'
import { createReadStream, rmSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { appError, isAppError } from '../../shared/errors.ts'
import { KeyRing } from '../crypto/master-key.ts'
import {
  codeOf,
  ensurePrivateFolder,
  reason,
  syncFolder,
  unwritable,
  type OnStep,
  type Warn,
} from '../private-files.ts'
import type { VaultFile } from '../store/vault-file.ts'
import { beginBackup, type BackupFacts } from './backup-format.ts'
import type { BackupKey } from './backup-key.ts'
import { sweepWorkingCopies } from './local-copies.ts'

interface BackupSource {
  vault: VaultFile
  /** The key text that opens it: a master key, or a ring as "new,old". */
  masterKey: Buffer
  /** A private folder for the copy that is encrypted; nothing stays in it. */
  scratch: string
  latchkey: string
  warn: Warn
  onStep?: OnStep | undefined
}

/**
 * Writes a portable backup of a vault in use: whole, on disk and readable by its owner alone, or not at all. A file of
 * that name is replaced.
 */
export async function writeBackup(path: string, source: BackupSource, secret: BackupKey): Promise<BackupFacts> {
  const { vault, masterKey, scratch, latchkey, warn, onStep } = source
  const name = randomBytes(6).toString('hex')
  const copy = join(scratch, `backup-${name}.tmp`)
  const draft = `${path}.${name}.tmp`
  const ring = KeyRing.parse(masterKey.toString('utf8'))
  const facts = { made_at: new Date().toISOString(), latchkey, master_key_id: ring.currentId }
  ring.destroy()
  try {
    ensurePrivateFolder(scratch, warn)
    sweepWorkingCopies(scratch)
    onStep?.(`copy ${copy}`)
    await vault.copyTo(copy)
    onStep?.(`write ${draft}`)
    await seal(copy, draft, beginBackup(facts, secret, masterKey))
    onStep?.(`place ${path}`)
    await rename(draft, path)
    syncFolder(dirname(path))
    return facts
  } catch (cause) {
    throw notWritten(path, cause)
  } finally {
    for (const left of [copy, draft]) rmSync(left, { force: true })
  }
}

function notWritten(path: string, cause: unknown): unknown {
  const error = unwritable(path, cause)
  // What is no error of the system, or has a row of its own, is said as it is.
  if (error === cause || !isAppError(error) || error.code === 'disk_full') return error
  const what = codeOf(cause) === 'ENOENT' ? 'its folder does not exist' : reason(cause)
  return appError('backup_unwritable', { path, what }, { cause })
}

async function seal(from: string, to: string, { head, vault }: ReturnType<typeof beginBackup>): Promise<void> {
  const file = await open(to, 'wx', 0o600)
  try {
    await file.writeFile(head)
    for await (const chunk of createReadStream(from, { highWaterMark: 1024 * 1024 })) {
      await file.writeFile(vault.update(chunk as Buffer))
    }
    await file.writeFile(Buffer.concat([vault.final(), vault.getAuthTag()]))
    await file.sync()
  } finally {
    await file.close()
  }
}
