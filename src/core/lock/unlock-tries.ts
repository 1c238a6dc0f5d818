// Wrong tries in a file beside the vault, so that window, listener and command line wait for one another's. It needs no vault
// that can be written, and holds nothing but a number and a time: whoever can change it can copy the wrapped key as well.
import { rmSync } from 'node:fs'
import { z } from 'zod'
import { unlockWait } from '../crypto/unlock-delay.ts'
import { readSmallFile, writePrivateFile } from '../private-files.ts'

const Tries = z.strictObject({
  /** Wrong ones since the last right one. */
  wrong: z.int().min(0),
  /** When the last one was, in milliseconds since 1970. */
  last_at: z.int(),
})
type Tries = z.infer<typeof Tries>

const NONE: Tries = { wrong: 0, last_at: 0 }

export class UnlockTries {
  readonly #path: string
  /** Where the file cannot be written this process counts for itself. */
  #unwritten: Tries | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Wrong tries since the last right one, in any process. */
  get wrong(): number {
    return this.#read().wrong
  }

  /** Seconds until the next try is looked at. */
  get waitSeconds(): number {
    const { wrong, last_at } = this.#read()
    return unlockWait(wrong, Date.now() - last_at)
  }

  /**
   * A try counts as wrong from its beginning, so that many at once do not all go free; answers how to take that back. Two that
   * begin in the same moment may count as one.
   */
  begin(): () => void {
    const before = this.#read()
    this.#write({ wrong: before.wrong + 1, last_at: Date.now() })
    return () => this.#write(before)
  }

  /** The wait counts from the answer: on a slow machine scrypt alone may take as long. */
  wasWrong(): void {
    this.#write({ wrong: Math.max(1, this.#read().wrong), last_at: Date.now() })
  }

  /** The passphrase was right: nobody waits any more. */
  right(): void {
    this.#write(NONE)
  }

  #read(): Tries {
    const tries = this.#unwritten ?? readTries(this.#path)
    if (tries.last_at <= Date.now()) return tries
    // From a clock that was ahead: its owner must not wait until that time has come.
    const mended = { ...tries, last_at: Date.now() }
    this.#write(mended)
    return mended
  }

  #write(tries: Tries): void {
    try {
      if (tries.wrong === 0) rmSync(this.#path, { force: true })
      else writePrivateFile(this.#path, `${JSON.stringify(tries)}\n`)
      this.#unwritten = undefined
    } catch {
      // A full disk or a folder of somebody else must not keep the owner out, nor let anybody try without end.
      this.#unwritten = tries
    }
  }
}

/** A file that cannot be read or holds something else says nothing: it is written anew with the next wrong try. */
function readTries(path: string): Tries {
  try {
    const file = readSmallFile(path, 256)
    return file === undefined ? NONE : Tries.parse(JSON.parse(file.bytes.toString('utf8')))
  } catch {
    return NONE
  }
}
