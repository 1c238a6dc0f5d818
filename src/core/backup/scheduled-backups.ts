// Makes backups by itself while a process that stays runs: the window, or `serve`. One process of a folder makes one; a
// vault that is locked waits until it is opened.
import { join } from 'node:path'
import { toAppError } from '../../shared/errors.ts'
import { actorOf } from '../actor.ts'
import { takeFolderLock } from '../folder-lock.ts'
import type { Log } from '../log.ts'
import { ensurePrivateFolder, type OnStep } from '../private-files.ts'
import type { Vault } from '../vault.ts'
import { version } from '../version.ts'
import { backupStatus, isDue } from './backup-schedule.ts'
import { copyName, keepLocalCopy, rotateCopies } from './local-copies.ts'

interface Parts {
  vault: Vault
  log: Log
  now?: (() => number) | undefined
  onStep?: OnStep | undefined
}

/** How often it is looked whether one is due, and how long after a failure it is tried again; milliseconds. */
const LOOK_EVERY = 60_000
const TRY_AGAIN = 3_600_000

/** The backups that nobody asks for. */
export class ScheduledBackups {
  readonly #parts: Parts
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #failedAt = -Infinity
  /** Rises with every backup that was made: its file stands in no vault. */
  revision = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** From now on looks by itself, until `stop`. Holds no process open. */
  start(): void {
    void this.runWhereDue()
    this.#timer = setInterval(() => void this.runWhereDue(), LOOK_EVERY).unref()
  }

  /** Waits for the one that is being made. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  /** Makes one where it is due. What goes wrong is kept, to be said wherever somebody looks. */
  runWhereDue(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined))
    return this.#looking
  }

  async #look(): Promise<void> {
    const { vault, log } = this.#parts
    try {
      if (!(await this.#isDue())) return
      const lock = await takeFolderLock(vault.places.backup_lock, (sentence) => log.warn(sentence))
      // Another process is at it.
      if (lock === undefined) return
      try {
        // It may just have made one.
        if (await this.#isDue()) await this.#make()
      } finally {
        lock.release()
      }
    } catch (cause) {
      await this.#note(cause)
    }
  }

  #isDue(): Promise<boolean> {
    const { vault, now = Date.now } = this.#parts
    return vault.during(async () => {
      if (vault.state !== 'open') return false
      const { last, next_at, problem } = await backupStatus(vault.reader(), vault.places)
      const failedAt = Math.max(this.#failedAt, Date.parse(problem?.at ?? '') || -Infinity)
      const next = next_at === null ? null : Date.parse(next_at)
      return isDue(next, last, now()) && Math.abs(now() - failedAt) >= TRY_AGAIN
    })
  }

  /** Portable where a backup passphrase is set, else a copy under the master key. */
  async #make(): Promise<void> {
    const { vault, log, onStep, now = Date.now } = this.#parts
    const { backups } = vault.places
    const warn = (sentence: string): void => log.warn(sentence)
    const made = new Date(now())
    const [{ writeBackup }, { keptBackupKey }] = await Promise.all([
      import('./write-backup.ts'),
      import('./back-up.ts'),
    ])
    const secret = await keptBackupKey(vault)
    try {
      const path = join(backups, copyName('scheduled', secret === undefined ? 'db' : 'lkbackup', made))
      const entry = { act: 'vault.backup', provider: null, detail: { path, scheduled: true } }
      await vault.withMasterKey((store) => store.record(entry, actorOf('start')))
      if (secret === undefined) {
        await vault.withCustody(({ file }) => keepLocalCopy(file, backups, 'scheduled', { warn, now: made, onStep }))
      } else {
        ensurePrivateFolder(backups, warn)
        await vault.lendWithKey((file, masterKey) =>
          writeBackup(path, { vault: file, masterKey, scratch: backups, latchkey: version, warn, onStep }, secret),
        )
        rotateCopies(backups)
      }
      this.revision += 1
    } finally {
      secret?.key.fill(0)
    }
  }

  async #note(cause: unknown): Promise<void> {
    const { vault, log, now = Date.now } = this.#parts
    const { code, body } = toAppError(cause)
    // Locked in this very moment: it waits, like one that was locked before.
    if (code === 'vault_locked') return
    this.#failedAt = now()
    log.error({ err: cause }, 'the scheduled backup failed')
    const problem = { at: new Date(now()).toISOString(), detail: body.detail, hint: body.hint ?? null }
    await vault
      .during(() => vault.withMasterKey((store) => store.backups.noteProblem(problem, actorOf('start'))))
      .catch((more: unknown) => log.warn({ err: more }, 'why the scheduled backup failed was not kept'))
  }
}
