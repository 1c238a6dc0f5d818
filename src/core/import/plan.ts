import type { Client } from '../../shared/contract.ts'
import { isAppError, type ErrorBody } from '../../shared/errors.ts'
import type { ImportAct } from '../../shared/import-schemas.ts'
import type { Auth, Dialect } from '../../shared/schemas.ts'
import type { FoundKey } from './found-key.ts'

/** A provider of the vault, as far as an import looks at it. */
export interface ExistingProvider {
  id: number
  name: string
  display_name: string
  base_url: string | null
  has_api_key: boolean
  models: readonly string[]
}

/** Whether this provider's stored key is this one: asked of the core, which alone can tell. */
export type HasKey = (provider: ExistingProvider, key: FoundKey) => Promise<boolean>

/** One line of the list that a person ticks. */
export interface PlannedImport {
  id: string
  act: ImportAct
  /** Ticked to begin with; what would exchange a key is not. */
  ticked: boolean
  provider: {
    /** Null until it is made. */
    id: number | null
    name: string
    display_name: string
    base_url: string | null
    dialect: Dialect
    auth: Auth
  }
  /** Sent along with the key: another address than the provider has now. */
  new_base_url: string | null
  key: FoundKey | null
  models: { name: string; display_name: string }[]
  /** Sentences a person should read: what was renamed, what does not come along and why. */
  remarks: string[]
}

/** What became of one line. */
export type ImportOutcome =
  | { id: string; done: true; provider_id: number }
  | { id: string; done: false; error: ErrorBody }

type ImportClient = Pick<Client, 'createProvider' | 'updateProvider' | 'addModel'>

/**
 * Imports the lines given, one after the other; one that fails does not hold up the next. Their keys stay in memory until
 * the caller forgets them.
 */
export async function applyImport(api: ImportClient, lines: readonly PlannedImport[]): Promise<ImportOutcome[]> {
  const outcomes: ImportOutcome[] = []
  for (const line of lines) {
    try {
      outcomes.push({ id: line.id, done: true, provider_id: await applyOne(api, line) })
    } catch (cause) {
      if (!isAppError(cause)) throw cause
      outcomes.push({ id: line.id, done: false, error: cause.body })
    }
  }
  return outcomes
}

async function applyOne(
  api: ImportClient,
  { act, provider, new_base_url, key, models }: PlannedImport,
): Promise<number> {
  const { id, name, display_name, base_url, dialect, auth } = provider
  const secret = key === null ? {} : { api_key: key.lend((text) => text) }
  const address = (value: string | null) => (value === null ? {} : { base_url: value })
  let provider_id = id
  if (act === 'create' || provider_id === null) {
    provider_id = (await api.createProvider({ name, display_name, dialect, auth, ...address(base_url), ...secret })).id
  } else if (act === 'add_key' || act === 'replace_key') {
    await api.updateProvider({ provider_id, ...address(new_base_url), ...secret })
  }
  for (const model of models) await api.addModel({ provider_id, ...model })
  return provider_id
}
