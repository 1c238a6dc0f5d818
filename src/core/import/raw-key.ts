import type { FoundPlace } from '../../shared/import-schemas.ts'
import type { Dialect } from '../../shared/schemas.ts'

/** A key as a file has it, before anybody knows whose it is. */
export interface RawKey {
  value: string
  place: FoundPlace
  /** The variable's own name, where the key stands in one. */
  variable?: string
  /** The provider as the tool calls it. */
  called?: string
  /** Where the tool sends the key; where none is given, to the provider itself. */
  base_url?: string
  dialect?: Dialect
}

/** A file that could not be searched; completes the sentence "… cannot be read: …". */
export interface ImportProblem {
  path: string
  what: string
}

/** What a search depends on, given so that it is the same for a test and a person. */
export interface SearchContext {
  home: string
  env: Readonly<Record<string, string | undefined>>
  platform: NodeJS.Platform
}
