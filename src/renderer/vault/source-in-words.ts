import type { KeySourceName } from '../../shared/schemas.ts'
import { strings } from '../strings.ts'

/** Where the master key comes from, for a person. */
export function sourceInWords(source: KeySourceName | null): string {
  return source === null ? strings.masterKey.none : strings.masterKey.sources[source]
}

/** The same in a word or two. */
export function shortSource(source: KeySourceName | null): string {
  return source === null ? strings.masterKey.none : strings.masterKey.short[source]
}
