import type { FoundPlace } from '../../shared/import-schemas.ts'
import { strings } from '../strings.ts'

/** `OPENAI_API_KEY` in a file, with its line where that is known. */
export function PlaceText({ place: { tool, path, line, field } }: { place: FoundPlace }) {
  const { import: words } = strings
  const where = path ?? words.noFile[tool] ?? tool
  return (
    <>
      <span className="mono">{field}</span> {words.inPlace(where, line)}
    </>
  )
}
