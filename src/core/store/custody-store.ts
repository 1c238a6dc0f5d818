import type { Actor } from '../actor.ts'

/** Where the master key lies, as a person is told. */
export interface KeyPlace {
  source: string
  place: string
}

/** What the vault remembers of where its master key lies. */
export interface CustodyStore {
  /** From the next start on the master key is taken from there. */
  movePlace(from: KeyPlace, to: KeyPlace, by: Actor): Promise<void>
  /** The lost master key lies there again; every process that has the vault open looks for it anew. */
  restoreKey(to: KeyPlace, by: Actor): Promise<void>
  /** There is a recovery copy of the vault's master key. */
  noteRecoveryCopy(form: 'file' | 'print', by: Actor): Promise<void>
}
