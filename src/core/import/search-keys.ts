import type { FoundPlace, ImportTool } from '../../shared/import-schemas.ts'
import type { CatalogProvider } from '../catalog/models-yaml.ts'
import { FoundKey } from './found-key.ts'
import { candidatesOf, identify, type Target } from './identify.ts'
import type { Candidate } from './known-providers.ts'
import type { ImportProblem, RawKey, SearchContext } from './raw-key.ts'
import { searchFile, searchToolFiles, type Searched } from './tool-files.ts'
import { keysAmong, type Variables } from './variables.ts'

/** One key that could be imported, with every place it stands in. */
export interface Finding {
  id: string
  target: Target
  key: FoundKey
  places: FoundPlace[]
  /** Sentences that a person should read before ticking it. */
  remarks: string[]
}

/** What a search brought to light. Nothing was changed. */
export interface SearchResult {
  findings: Finding[]
  /** What looked like a key and is not offered; `why` ends the sentence "… is left out: …". */
  skipped: { place: FoundPlace; why: string }[]
  problems: ImportProblem[]
}

export interface SearchRequest {
  context: SearchContext
  catalog: readonly CatalogProvider[]
  /** What the login shell sets up, where it was asked: see `loginShellVariables`. */
  login_shell?: Variables | undefined
  /** What to look into; where nothing is named, the environment and the files of every tool. */
  environment?: boolean
  tools?: readonly ImportTool[]
  files?: readonly string[]
}

/** Looks for keys, in the environment first and then in files. Reads only. */
export async function searchKeys(request: SearchRequest): Promise<SearchResult> {
  const { context, catalog, environment = false, tools = [], files = [] } = request
  const candidates = candidatesOf(catalog)
  const everything = !environment && tools.length === 0 && files.length === 0
  const searches: Searched[] = []
  if (everything || environment) searches.push({ keys: fromEnvironment(request, candidates), problems: [] })
  if (everything) searches.push(await searchToolFiles(context, candidates))
  for (const tool of tools) searches.push(await searchToolFiles(context, candidates, tool))
  for (const path of files) searches.push(await searchFile(path, context, candidates))
  const result: SearchResult = { findings: [], skipped: [], problems: searches.flatMap(({ problems }) => problems) }
  const names = new Set(catalog.map(({ name }) => name))
  for (const raw of searches.flatMap(({ keys }) => keys)) sort(raw, candidates, names, result)
  return result
}

function fromEnvironment({ context, login_shell }: SearchRequest, candidates: readonly Candidate[]): RawKey[] {
  const own = new Map(
    Object.entries(context.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, { value }] as const])),
  )
  return [
    ...keysAmong(own, candidates, { tool: 'environment', path: null }),
    ...keysAmong(login_shell ?? new Map(), candidates, { tool: 'login_shell', path: null }),
  ]
}

/** Adds a key to what was found: as a finding of its own, a further place of one, or left out with its reason. */
function sort(raw: RawKey, candidates: readonly Candidate[], names: ReadonlySet<string>, into: SearchResult): void {
  const identity = identify(raw, candidates, names)
  if ('skipped' in identity) {
    into.skipped.push({ place: raw.place, why: identity.skipped })
    return
  }
  const { target } = identity
  const key = new FoundKey(raw.value)
  const same = into.findings.find(
    (finding) =>
      finding.target.name === target.name &&
      finding.target.base_url === target.base_url &&
      finding.key.digest === key.digest,
  )
  if (same !== undefined) {
    key.forget()
    same.places.push(raw.place)
    return
  }
  const remarks = remarksOn(raw.value, target, candidates)
  into.findings.push({ id: `k${into.findings.length + 1}`, target, key, places: [raw.place], remarks })
}

/** A key of another vendor's form is the usual slip: it would be sent to the wrong one. */
function remarksOn(value: string, target: Target, candidates: readonly Candidate[]): string[] {
  const fits = (candidate: Candidate): number =>
    Math.max(0, ...candidate.key_prefixes.filter((prefix) => value.startsWith(prefix)).map((prefix) => prefix.length))
  const own = candidates.find(({ name }) => name === target.name)
  if (own === undefined || own.key_prefixes.length === 0) return []
  const other = candidates.find((candidate) => candidate !== own && fits(candidate) > 3 && fits(candidate) > fits(own))
  if (other !== undefined) return [`It looks like a key of ${other.display_name}.`]
  return fits(own) > 0 ? [] : [`Keys of ${own.display_name} usually begin with ${own.key_prefixes.join(' or ')}.`]
}
