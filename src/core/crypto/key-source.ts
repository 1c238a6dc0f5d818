import type { KeySourceName } from '../../shared/schemas.ts'

/** A place the master key can come from. */
export interface KeySource {
  readonly name: KeySourceName
  /** For a person: a path, or the name of the variable. */
  readonly place: string
  /** The key's text, or undefined where the place has none. Throws an error of the table where it must not be used. */
  read(): Promise<string | undefined>
}

/** A place that Latchkey itself keeps the master key in. */
export interface WritableKeySource extends KeySource {
  /** Puts the text in place of what was there, whole or not at all. */
  write(text: string): Promise<void>
  /** Leaves nothing there; fine where nothing was. */
  remove(): Promise<void>
}
