// From what was searched to the list that a person ticks, and from what was imported to the lines that may go.
import type { Client } from '../../shared/contract.ts'
import { appError, isAppError, type AppError } from '../../shared/errors.ts'
import type { FoundPlace } from '../../shared/import-schemas.ts'
import type { CatalogProvider } from '../catalog/models-yaml.ts'
import { MalformedKey } from '../crypto/fernet.ts'
import { KeyRing } from '../crypto/master-key.ts'
import { readSmallFile, reason } from '../private-files.ts'
import type { Vault } from '../vault.ts'
import { commentOut, type CommentedOut, type OwnedLine } from './comment-out.ts'
import { hasKeyIn } from './has-key.ts'
import { readOriginDump } from './origin-dump.ts'
import { planFindings } from './plan-findings.ts'
import { planOrigin, type ImportInto } from './plan-origin.ts'
import type { PlannedImport } from './plan.ts'
import type { ImportProblem } from './raw-key.ts'
import { searchKeys, type SearchRequest } from './search-keys.ts'
import { variablesOfEnvFile } from './static-variables.ts'

export interface ImportTarget {
  vault: Vault
  client: Pick<Client, 'listProviders'>
  catalog: readonly CatalogProvider[]
}

export type PreparedLine = PlannedImport & { places: FoundPlace[] }

/** What an import would do, before anything is done. Whoever prepared it calls `forget` on the keys in the end. */
export interface PreparedImport {
  lines: PreparedLine[]
  skipped: { place: FoundPlace; why: string }[]
  problems: ImportProblem[]
  remarks: string[]
}

/** Searches, and compares with what the vault has. Reads only. */
export async function prepareSearch(
  target: ImportTarget,
  request: Omit<SearchRequest, 'catalog'>,
): Promise<PreparedImport> {
  const { catalog } = target
  const { findings, skipped, problems } = await searchKeys({ ...request, catalog })
  const { existing, hasKey } = await intoOf(target)
  const places = new Map(findings.map((finding) => [finding.id, finding.places]))
  const lines = (await planFindings(findings, existing, hasKey)).map((line) => ({
    ...line,
    places: places.get(line.id) ?? [],
  }))
  return { lines, skipped, problems, remarks: [] }
}

/** Reads a dump of the origin system; `keyFile` holds its ENCRYPTION_KEY, alone or as a line of a `.env`. */
export async function prepareOrigin(
  target: ImportTarget,
  paths: readonly string[],
  keyFile: string,
): Promise<PreparedImport> {
  const ring = originRing(keyFile)
  try {
    const { lines, remarks } = await planOrigin(await readOriginDump(paths), ring, await intoOf(target))
    return { lines: lines.map((line) => ({ ...line, places: [] })), skipped: [], problems: [], remarks }
  } finally {
    ring.destroy()
  }
}

async function intoOf({ vault, client, catalog }: ImportTarget): Promise<ImportInto> {
  const existing = (await client.listProviders()).map((provider) => ({
    ...provider,
    models: provider.models.map(({ name }) => name),
  }))
  return { existing, catalog, hasKey: hasKeyIn(vault) }
}

const LIMIT = 64 * 1024

/** Another system's file: its modes are its owner's business. */
function originRing(path: string): KeyRing {
  let text: string
  try {
    const file = readSmallFile(path, LIMIT, false)
    if (file === undefined) throw new Error('it does not exist')
    text = file.bytes.toString('utf8')
    file.bytes.fill(0)
  } catch (cause) {
    throw appError('key_file_unreadable', { path, what: reason(cause) }, { cause, hint: ORIGIN_KEY })
  }
  try {
    return KeyRing.parse(variablesOfEnvFile(text).get('ENCRYPTION_KEY')?.value ?? text.trim())
  } catch (cause) {
    if (!(cause instanceof MalformedKey)) throw cause
    throw appError('encryption_key_malformed', { place: path }, { cause, hint: ORIGIN_KEY })
  }
}

const ORIGIN_KEY = "Give the file that holds the other system's ENCRYPTION_KEY: the key alone, or its .env."

/** What became of the lines of one file. */
export type TakenOut = { path: string; done: CommentedOut } | { path: string; error: AppError }

/** Comments the keys of these lines out where they stand alone on a line of a file; each file by itself. */
export function takeOut(lines: readonly PreparedLine[], now: Date = new Date()): TakenOut[] {
  const owned = lines.flatMap((line) => line.places.flatMap((place) => ownedLine(line, place)))
  const once = new Map(owned.map((one) => [`${one.line} ${one.path}`, one]))
  return [...Map.groupBy(once.values(), ({ path }) => path)].flatMap(([path, inFile]): TakenOut[] => {
    try {
      return commentOut(inFile, now).map((done) => ({ path, done }))
    } catch (cause) {
      if (!isAppError(cause)) throw cause
      return [{ path, error: cause }]
    }
  })
}

/** Whether a place is a line of its own, which a comment can stand for. */
export const isLine = ({ path, line }: FoundPlace): boolean => path !== null && line !== null

function ownedLine({ key }: PreparedLine, { tool, path, line, field }: FoundPlace): OwnedLine[] {
  if (path === null || line === null || key === null) return []
  const in_shell_file = tool === 'shell' || /(?:rc|profile|login|zshenv|\.sh)$/.test(path)
  return [{ path, line, variable: field, key, in_shell_file }]
}
