// What is particular to a vault that is a file.
import type { Store } from './store.ts'

/** An opened vault file. */
export interface VaultFile {
  readonly path: string
  readonly store: Store
  readonly writable: boolean
  /** True where a migration is due: opening it for writing will change its tables. */
  readonly isOlder: boolean
  /** False where another file has taken its place meanwhile, or none. */
  isInPlace(): boolean
  /** Differs after any commit, of this process or another; costs microseconds. */
  revision(): string
  /** The same, except that it stays where nothing but a use of a key was recorded by this process. */
  standing(): string
  /** Writes a consistent copy to a path that does not exist yet, while the vault is in use; whole and on disk, or none. */
  copyTo(path: string): Promise<void>
  /** Every complaint of SQLite's full integrity check; empty where all is well. */
  integrityProblems(): string[]
  /** Lets go of the file; deleted tokens are gone from every part of it afterwards. */
  close(): void
}
