// The origin system's providers as lines of an import. Nothing is dropped unsaid: what cannot come along as it was is
// in the remarks of its line.
import { addressProblem } from '../../shared/address-rules.ts'
import { originOf } from '../../shared/origin.ts'
import { ApiKey, defaultAuth, DisplayName, ModelName, type Auth, type Dialect } from '../../shared/schemas.ts'
import type { CatalogProvider } from '../catalog/models-yaml.ts'
import { InvalidToken } from '../crypto/fernet.ts'
import type { KeyRing } from '../crypto/master-key.ts'
import { FoundKey } from './found-key.ts'
import type { OriginDump, OriginModel, OriginProvider } from './origin-dump.ts'
import type { ExistingProvider, HasKey, PlannedImport } from './plan.ts'
import { actOn } from './plan-findings.ts'
import { freeSlug } from './slug.ts'

interface OriginPlan {
  lines: PlannedImport[]
  /** What belongs to no line: models of a provider that the dump does not have. */
  remarks: string[]
}

/** What a vault already has, and how its own keys are told from others. */
export interface ImportInto {
  existing: readonly ExistingProvider[]
  catalog: readonly CatalogProvider[]
  hasKey: HasKey
}

/** What importing the dump would do. `ring` is the origin's ENCRYPTION_KEY. */
export async function planOrigin(dump: OriginDump, ring: KeyRing, into: ImportInto): Promise<OriginPlan> {
  const lines: PlannedImport[] = []
  const taken = new Set<string>()
  const names = new Set(dump.providers.map(({ name }) => name))
  for (const row of dump.providers) {
    // A name that stays as it is goes before one that would become the same.
    const name = freeSlug(row.name, new Set([...taken, ...[...names].filter((other) => other !== row.name)]))
    taken.add(name)
    lines.push(
      await lineFor(
        row,
        name,
        dump.models.filter(({ provider_id }) => provider_id === row.id),
        ring,
        into,
      ),
    )
  }
  const ids = new Set(dump.providers.map(({ id }) => id))
  const orphans = dump.models.filter(({ provider_id }) => !ids.has(provider_id))
  const remarks = orphans.map(({ name }) => `The model '${name}' belongs to a provider that is not in the dump.`)
  return { lines, remarks }
}

async function lineFor(
  row: OriginProvider,
  name: string,
  models: readonly OriginModel[],
  ring: KeyRing,
  { existing, catalog, hasKey }: ImportInto,
): Promise<PlannedImport> {
  const remarks: string[] = []
  if (name !== row.name) remarks.push(`The name '${row.name}' becomes '${name}'.`)
  const there = existing.find((provider) => provider.name === name)
  const address = addressOf(row, remarks)
  const key = address.refused ? null : keyOf(row, ring, remarks)
  const inCatalog = catalog.find((provider) => provider.name === name)
  const dialect: Dialect = inCatalog?.dialect ?? 'openai'
  const auth: Auth = inCatalog?.auth ?? defaultAuth(dialect)
  // The origin gave its own providers no address: the catalog's is the one that was meant.
  const base_url = address.refused ? null : (address.base_url ?? inCatalog?.base_url ?? null)
  const line: PlannedImport = {
    id: `o${row.id}`,
    act: 'create',
    ticked: true,
    provider: { id: null, name, display_name: displayNameOf(row, remarks), base_url, dialect, auth },
    new_base_url: null,
    key,
    models: modelsOf(models, there, remarks),
    remarks,
  }
  if (there !== undefined) await against(line, there, hasKey)
  return line
}

/** Turns a line for a provider that is there already into what is still missing. */
async function against(line: PlannedImport, there: ExistingProvider, hasKey: HasKey): Promise<void> {
  const { key, models, remarks } = line
  const meant = line.provider.base_url
  const { id, display_name, base_url } = there
  line.provider = { ...line.provider, id, display_name, base_url }
  line.act = key === null ? 'nothing' : await actOn(there, key, hasKey)
  if (key !== null && line.act !== 'nothing' && originOf(meant) !== originOf(base_url)) {
    // A key belongs to its address, and the address of a provider is not changed by the way: the person decides.
    line.act = 'replace_key'
    line.new_base_url = meant
    remarks.push(
      `${display_name} is at ${base_url ?? 'no address'} here, and its key was for ${meant ?? 'no address'}.`,
    )
  } else if (line.act === 'replace_key') {
    remarks.push(`${display_name} has another key already.`)
  }
  if (line.act === 'nothing' && models.length > 0) line.act = 'add_models'
  line.ticked = line.act === 'add_key' || line.act === 'add_models'
}

function addressOf({ base_url }: OriginProvider, remarks: string[]): { base_url: string | null; refused: boolean } {
  const address = base_url.trim()
  if (address === '') return { base_url: null, refused: false }
  const problem = addressProblem(address)
  if (problem === undefined) return { base_url: address, refused: false }
  remarks.push(`The address '${address}' is refused, so it comes without address and key: ${problem}`)
  return { base_url: null, refused: true }
}

function keyOf({ api_key_encrypted }: OriginProvider, ring: KeyRing, remarks: string[]): FoundKey | null {
  const token = api_key_encrypted.trim()
  if (token === '') return null
  try {
    const { plaintext } = ring.openAny(token)
    const text = plaintext.toString('utf8')
    plaintext.fill(0)
    const parsed = ApiKey.safeParse(text)
    if (parsed.success) return new FoundKey(parsed.data)
    remarks.push(`Its key cannot be used: ${parsed.error.issues[0]?.message ?? ''}`)
  } catch (cause) {
    if (!(cause instanceof InvalidToken)) throw cause
    remarks.push('Its key cannot be opened with this ENCRYPTION_KEY.')
  }
  return null
}

function displayNameOf({ name, display_name }: OriginProvider, remarks: string[]): string {
  const parsed = DisplayName.safeParse(display_name)
  if (parsed.success) return parsed.data
  const cleaned = DisplayName.safeParse(display_name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').slice(0, 255))
  const shown = cleaned.success ? cleaned.data : name
  remarks.push(`Its display name becomes '${shown}'.`)
  return shown
}

function modelsOf(
  models: readonly OriginModel[],
  there: ExistingProvider | undefined,
  remarks: string[],
): PlannedImport['models'] {
  return models.flatMap(({ name, display_name }) => {
    const parsed = ModelName.safeParse(name)
    if (!parsed.success) {
      remarks.push(`The model '${name}' is left out: ${parsed.error.issues[0]?.message ?? ''}`)
      return []
    }
    if (there?.models.includes(parsed.data) === true) return []
    const shown = DisplayName.safeParse(display_name)
    return [{ name: parsed.data, display_name: shown.success ? shown.data : parsed.data }]
  })
}
