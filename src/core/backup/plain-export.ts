// The providers and models of a vault as a catalog that models.yaml can be: for another machine, or to look at. It never
// has a key in it, not even an encrypted one.
import { stringify } from 'yaml'
import { originOf } from '../../shared/origin.ts'
import { defaultAuth } from '../../shared/schemas.ts'
import type { ProviderRow } from '../store/store.ts'

const NOTE = 'Providers and models of a Latchkey vault. No keys are in this file.'

type Exported = Record<string, unknown>

/** The catalog as a value; a JSON text of it is a models.yaml, too. */
export function catalogOf(rows: readonly ProviderRow[]): { note: string; providers: Record<string, Exported> } {
  const byName = rows.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return { note: NOTE, providers: Object.fromEntries(byName.map((row) => [row.name, exported(row)])) }
}

/** The same as YAML, with the note as a comment. */
export function catalogText(rows: readonly ProviderRow[]): string {
  const { note, providers } = catalogOf(rows)
  return `# ${note}\n${stringify({ providers })}`
}

function exported({ display_name, base_url, dialect, auth, catalog, models }: ProviderRow): Exported {
  const provider: Exported = { display_name }
  if (base_url !== null) provider['base_url'] = base_url
  if (dialect !== 'openai') provider['dialect'] = dialect
  if (auth !== defaultAuth(dialect)) provider['auth'] = auth
  // Other endpoints belong to the catalog's own address.
  if (catalog !== null && originOf(catalog.base_url) === originOf(base_url)) {
    if (Object.keys(catalog.endpoints).length > 0) provider['endpoints'] = catalog.endpoints
  }
  if (catalog !== null && catalog.key_url !== null) provider['key_url'] = catalog.key_url
  if (catalog !== null && catalog.key_prefixes.length > 0) provider['key_prefixes'] = catalog.key_prefixes
  if (catalog !== null && catalog.env.length > 0) provider['env'] = catalog.env
  provider['models'] = models.map((model) =>
    model.display_name === model.name ? model.name : { name: model.name, display_name: model.display_name },
  )
  return provider
}
