import { appError } from '../../shared/errors.ts'
import type { Actor } from '../actor.ts'
import type { CatalogInUse } from '../catalog/catalog-in-use.ts'
import { shippedCatalogPath } from '../catalog/shipped-catalog.ts'
import type { AuditEntry, ProviderHead } from '../store/store.ts'
import type { Vault } from '../vault.ts'
import { variableFor, type Catalogs, type Environment } from './variable-for.ts'

/** A key that stands in for a stored one. */
export interface EnvironmentKey {
  variable: string
  /** Reads it, as it is set at that moment. The caller zeroes the Buffer. */
  open(): Promise<Buffer>
}

export interface EnvironmentParts {
  vault: Vault
  catalog: CatalogInUse
  /** The environment of this process, looked at anew each time. */
  env: Environment
}

/** Keys out of the environment, for providers that have none stored; none at all unless the settings want them. */
export class EnvironmentKeys {
  readonly #parts: EnvironmentParts
  #catalogs: Promise<Catalogs> | undefined

  constructor(parts: EnvironmentParts) {
    this.#parts = parts
  }

  /**
   * The key that stands in for one of this provider, whatever the vault is like: opening it throws what keeps the vault
   * from being used. A stored key goes before it, also one that is switched off or cannot be read.
   */
  async find(row: ProviderHead): Promise<EnvironmentKey | undefined> {
    if (row.api_key_encrypted !== null || !(await this.#isWanted())) return undefined
    const variable = await this.#variableFor(row)
    return variable === undefined ? undefined : { variable, open: () => this.#open(row) }
  }

  /** By the names of the providers: the variable that stands in now. Where nothing can be used, there is none. */
  async variables(rows: readonly ProviderHead[]): Promise<ReadonlyMap<string, string>> {
    const without = rows.filter((row) => row.api_key_encrypted === null)
    const found = new Map<string, string>()
    if (without.length === 0 || this.#parts.vault.state !== 'open' || !(await this.#isWanted())) return found
    for (const row of without) {
      const variable = await this.#variableFor(row)
      if (variable !== undefined) found.set(row.name, variable)
    }
    return found
  }

  /** The key once it is written down what it is released for. The caller zeroes it. */
  async release(key: EnvironmentKey, row: ProviderHead, by: Actor, act: AuditEntry['act']): Promise<Buffer> {
    const entry = { act, provider: row.name, detail: { key_id: null, environment: key.variable } }
    await this.#parts.vault.withMasterKey((store) => store.record(entry, by))
    return key.open()
  }

  /** Through the vault's own gate: one that is locked or read-only takes no record of a use, so there is none. */
  #open(row: ProviderHead): Promise<Buffer> {
    const { vault, env } = this.#parts
    return vault.withMasterKey(async () => {
      const variable = await this.#variableFor(row)
      const text = variable === undefined ? undefined : env[variable]?.trim()
      if (text === undefined) throw appError('provider_has_no_key', { name: row.name })
      return ownBuffer(text)
    })
  }

  async #isWanted(): Promise<boolean> {
    return (await this.#parts.vault.reader().readSettings()).environment_keys
  }

  async #variableFor(row: ProviderHead): Promise<string | undefined> {
    const { catalog, env } = this.#parts
    this.#catalogs ??= loadCatalogs(catalog)
    return variableFor(row, await this.#catalogs, env)
  }
}

/** Both catalogs; a broken one has no variables. Loaded when they are wanted: most runs read no YAML. */
export async function loadCatalogs(catalog: CatalogInUse): Promise<Catalogs> {
  const { CatalogError } = await import('../catalog/located.ts')
  try {
    const own = (await catalog.load()).providers
    const shipped = shippedCatalogPath()
    if (catalog.path === shipped) return { own, shipped: own }
    const { readCatalogFile } = await import('../catalog/models-yaml.ts')
    return { own, shipped: (await readCatalogFile(shipped)).providers }
  } catch (cause) {
    if (cause instanceof CatalogError) return { own: [], shipped: [] }
    throw cause
  }
}

/** Its own memory: Buffer.from would put it into the pool that other buffers share. */
function ownBuffer(text: string): Buffer {
  const bytes = Buffer.alloc(Buffer.byteLength(text))
  bytes.write(text)
  return bytes
}
