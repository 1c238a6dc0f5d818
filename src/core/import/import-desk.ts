// What an import holds between its steps: the keys that were found, which never leave the core and are forgotten when the
// vault is locked, and how to undo what was done to files.
import { randomUUID } from 'node:crypto'
import { appError } from '../../shared/errors.ts'
import type { CommentedOut } from './comment-out.ts'
import type { PreparedImport } from './prepare-import.ts'

/** How long keys that were found are kept for somebody who has gone, in milliseconds. */
export const FORGOTTEN_AFTER = 600_000

/** One import at a time; the next one forgets it. */
export class ImportDesk {
  #open: { id: string; found: PreparedImport | undefined; undo: Map<string, CommentedOut> } | undefined
  #timer: NodeJS.Timeout | undefined
  readonly #chosen = new Set<string>()

  /** Keeps what was found, and answers the id by which it is asked for. */
  keep(found: PreparedImport): string {
    this.forget()
    const id = randomUUID()
    this.#open = { id, found, undo: new Map() }
    this.#timer = setTimeout(() => this.forgetKeys(), FORGOTTEN_AFTER).unref()
    return id
  }

  /**
   * Lends what was found to `act`, once: its keys are forgotten afterwards, whatever became of it. Throws `import_over`
   * where they are already.
   */
  async lend<T>(id: string, act: (found: PreparedImport) => Promise<T>): Promise<T> {
    const open = this.#open
    if (open?.id !== id || open.found === undefined) throw appError('import_over', undefined)
    const { found } = open
    open.found = undefined
    clearTimeout(this.#timer)
    try {
      return await act(found)
    } finally {
      forgetKeysOf(found)
    }
  }

  /** Keeps what is needed to put a file back. */
  keepUndo(id: string, done: CommentedOut): void {
    if (this.#open?.id === id) this.#open.undo.set(done.path, done)
  }

  /** How to put a file back, once it is done with `act`. Throws `import_over` where nobody knows any more. */
  undo(id: string, path: string, act: (done: CommentedOut) => void): void {
    const done = this.#open?.id === id ? this.#open.undo.get(path) : undefined
    if (done === undefined) throw appError('import_over', undefined)
    act(done)
    this.#open?.undo.delete(path)
  }

  /** Ends the import of this id, or whichever there is. */
  forget(id?: string): void {
    if (id !== undefined && this.#open?.id !== id) return
    this.forgetKeys()
    this.#open = undefined
  }

  /** Lets the window look into a file that its owner chose. */
  choose(path: string): void {
    this.#chosen.add(path)
  }

  isChosen(path: string): boolean {
    return this.#chosen.has(path)
  }

  /** Zeroes the keys that were found; what was done to files can still be undone. */
  forgetKeys(): void {
    clearTimeout(this.#timer)
    if (this.#open?.found !== undefined) forgetKeysOf(this.#open.found)
    if (this.#open !== undefined) this.#open.found = undefined
  }
}

function forgetKeysOf({ lines }: PreparedImport): void {
  for (const { key } of lines) key?.forget()
}
