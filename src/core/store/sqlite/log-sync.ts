import { open, type FileHandle } from 'node:fs/promises'

/**
 * Puts SQLite's write-ahead log on the disk without holding the event loop meanwhile. A commit at synchronous=NORMAL is
 * whole in the log and not yet on the disk; after `sync` it is what one at FULL is, since that does the same within the
 * commit (https://sqlite.org/pragma.html#pragma_synchronous). What a checkpoint has moved out of the log by then is on
 * the disk as well: at both levels SQLite sees to that before it writes over the log.
 */
export class LogSync {
  readonly #path: string
  #opening: Promise<FileHandle> | undefined

  /** `path` is the database's. The log stays the same file for as long as a connection has it open. */
  constructor(path: string) {
    this.#path = `${path}-wal`
  }

  /** Resolves once all that was committed before is on the disk. */
  async sync(): Promise<void> {
    // Windows flushes only what it may write to.
    const opening = (this.#opening ??= open(this.#path, 'r+'))
    try {
      const log = await opening
      await log.datasync()
    } catch (cause) {
      // Where it could not be opened for now, the next one tries again.
      if (this.#opening === opening) this.close()
      throw cause
    }
  }

  /** Lets go of the log once what runs is done. */
  close(): void {
    // One that could not be opened was told to whoever asked.
    this.#opening?.then((log) => log.close()).catch(() => undefined)
    this.#opening = undefined
  }
}
