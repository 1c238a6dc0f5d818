import { ImportTool, type KeySearch } from '../../shared/import-schemas.ts'

/** Where a person may have Latchkey look. Tools that few have are one choice. */
export const PLACES = ['environment', 'shell', 'claude_code', 'codex', 'cc_switch', 'others'] as const
export type Place = (typeof PLACES)[number]

const NAMED: ReadonlySet<string> = new Set(PLACES)

/** What is asked of the core for these places and files; undefined where nothing was chosen. */
export function searchOf(places: ReadonlySet<Place>, files: readonly string[]): KeySearch | undefined {
  if (places.size === 0 && files.length === 0) return undefined
  const tools = ImportTool.options.filter((tool) =>
    NAMED.has(tool) ? [...places].some((place) => place === tool) : places.has('others'),
  )
  return { environment: places.has('environment'), tools, files: [...files] }
}
