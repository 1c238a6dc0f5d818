// What a restore in the window holds between its steps: the backup that was taken apart, with the master key in it. One at a
// time, and forgotten when its dialog is closed, when nobody has said yes for ten minutes, when the vault is locked, or when
// the core closes.
import { randomUUID } from 'node:crypto'
import { appError } from '../../shared/errors.ts'
import type { Restore } from './restore.ts'

/** How long a backup that was opened is kept for somebody who has gone, in milliseconds. */
const FORGOTTEN_AFTER = 600_000

/** One restore at a time; the next one forgets it. */
export class RestoreDesk {
  #open: { id: string; restore: Restore; timer: NodeJS.Timeout } | undefined
  #chosen: string | undefined

  /** Keeps what was opened, and answers the id by which it is asked for. */
  keep(restore: Restore): string {
    this.forget()
    const id = randomUUID()
    this.#open = { id, restore, timer: setTimeout(() => this.forget(id), FORGOTTEN_AFTER).unref() }
    return id
  }

  /** Throws `restore_over` where it was forgotten. */
  get(id: string): Restore {
    if (this.#open?.id !== id) throw appError('restore_over', undefined)
    return this.#open.restore
  }

  /** Ends the restore of this id, or whichever there is. */
  forget(id?: string): void {
    const open = this.#open
    if (open === undefined || (id !== undefined && open.id !== id)) return
    this.#open = undefined
    clearTimeout(open.timer)
    open.restore.discard()
  }

  /** Lets the window restore a file that its owner chose. */
  choose(path: string): void {
    this.#chosen = path
  }

  isChosen(path: string): boolean {
    return this.#chosen === path
  }
}
