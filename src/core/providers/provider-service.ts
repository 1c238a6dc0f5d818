import type { Api } from '../../shared/contract.ts'
import { appError, type AppError } from '../../shared/errors.ts'
import { originOf } from '../../shared/origin.ts'
import { defaultAuth, type Provider, type ProviderPatch } from '../../shared/schemas.ts'
import { actorOf, type Actor } from '../actor.ts'
import type { CatalogInUse } from '../catalog/catalog-in-use.ts'
import type { KeyRing } from '../crypto/master-key.ts'
import type { EnvironmentKeys } from '../environment/environment-keys.ts'
import { catalogFields, type CatalogFacts, type ProviderChange, type ProviderRow, type Store } from '../store/store.ts'
import type { Vault } from '../vault.ts'
import { isOffered } from './offered-address.ts'
import { releaseKey } from './release-key.ts'
import { adoptedKey, keyStateOf, sealKey } from './stored-key.ts'

type ProviderApi = Pick<
  Api,
  | 'listProviders'
  | 'listProvidersWithKeys'
  | 'listModelNames'
  | 'getProvider'
  | 'createProvider'
  | 'updateProvider'
  | 'removeApiKey'
  | 'deleteProvider'
  | 'listModels'
  | 'addModel'
  | 'deleteModel'
  | 'getCatalogEntry'
  | 'resetProvider'
  | 'bringBackModels'
  | 'previewAdoption'
  | 'adoptKey'
>

/** The operations on providers, models and keys. */
export function providerOperations(
  vault: Vault,
  catalog: CatalogInUse,
  environment: EnvironmentKeys,
  by: Actor,
): ProviderApi {
  const presentAll = async (rows: readonly ProviderRow[]): Promise<Provider[]> => {
    const variables = await environment.variables(rows)
    return rows.map((row) => toProvider(row, vault, variables.has(row.name)))
  }
  const present = async (row: ProviderRow): Promise<Provider> => {
    const variables = await environment.variables([row])
    return toProvider(row, vault, variables.has(row.name))
  }

  return {
    async listProviders() {
      return presentAll(await vault.reader().listProviders())
    },

    async listProvidersWithKeys() {
      const rows = await vault.reader().listProviders()
      return presentAll(rows.filter((row) => row.api_key_encrypted !== null))
    },

    async listModelNames() {
      return vault.reader().listModelNames()
    },

    async getProvider({ provider_id }) {
      return present(await find(vault.reader(), provider_id))
    },

    async createProvider({ name, display_name, base_url = null, dialect = 'openai', auth, api_key, models = [] }) {
      const row = await vault.withMasterKey((store, ring) => {
        const key = api_key === undefined ? null : sealKey(ring, { name, base_url }, api_key)
        const fields = { name, display_name, base_url, dialect, auth: auth ?? defaultAuth(dialect), key }
        return store.insertProvider(fields, models, by)
      })
      return present(row)
    },

    async updateProvider({ provider_id, ...patch }) {
      const row = await vault.withMasterKey((store, ring) =>
        store.updateProvider(provider_id, 'provider.update', (before) => changeOf(before, patch, ring), by),
      )
      return present(row)
    },

    async removeApiKey({ provider_id }) {
      const remove = (row: ProviderRow): ProviderChange => (row.api_key_encrypted === null ? {} : { key: null })
      await vault.withMasterKey((store) => store.updateProvider(provider_id, 'key.remove', remove, by))
    },

    async deleteProvider({ provider_id }) {
      await vault.withMasterKey((store) => store.deleteProvider(provider_id, by))
    },

    async listModels({ provider_id }) {
      return (await find(vault.reader(), provider_id)).models
    },

    async addModel({ provider_id, ...model }) {
      return vault.withMasterKey((store) => store.insertModel(provider_id, model, by))
    },

    async deleteModel({ model_id }) {
      await vault.withMasterKey((store) => store.deleteModel(model_id, by))
    },

    async getCatalogEntry({ provider_id }) {
      const row = await find(vault.reader(), provider_id)
      const facts = factsOf(row)
      const deleted = new Set(await vault.reader().listDeletedModels(row.name))
      const models = deleted.size === 0 ? [] : await catalogModels(catalog, row.name)
      return {
        display_name: facts.display_name,
        base_url: facts.base_url,
        dialect: facts.dialect,
        auth: facts.auth,
        differs: catalogFields.filter((field) => row[field] !== facts[field]),
        offered_base_url: isOffered(row, facts) ? facts.base_url : null,
        deleted_models: models.map((model) => model.name).filter((name) => deleted.has(name)),
      }
    },

    async resetProvider({ provider_id, api_key }) {
      const row = await vault.withMasterKey((store, ring) =>
        store.updateProvider(
          provider_id,
          'provider.reset',
          (before) => {
            const { display_name, base_url, dialect, auth } = factsOf(before)
            return { ...withAddress(before, base_url, api_key, ring), display_name, dialect, auth, edited: [] }
          },
          by,
        ),
      )
      return present(row)
    },

    async bringBackModels({ provider_id }) {
      const row = await find(vault.reader(), provider_id)
      // A custom provider may bear a name of the catalog: its models are the person's own.
      factsOf(row)
      const models = await catalogModels(catalog, row.name)
      return present(await vault.withMasterKey((store) => store.bringBackModels(provider_id, models, by)))
    },

    async previewAdoption({ provider_id }) {
      const row = await find(vault.reader(), provider_id)
      await vault.withMasterKey(async (_store, ring) => void adoptedKey(ring, row))
      return { name: row.name, display_name: row.display_name, base_url: row.base_url }
    },

    async adoptKey({ provider_id }) {
      const row = await vault.withMasterKey((store, ring) =>
        store.updateProvider(provider_id, 'key.adopt', (before) => ({ key: adoptedKey(ring, before) }), by),
      )
      return present(row)
    },
  }
}

/** A provider's row by its name, for the core's own use: it has no operation. Throws `provider_not_found`. */
export async function getProviderByName(vault: Vault, name: string): Promise<ProviderRow> {
  const row = await vault.reader().findProvider({ name })
  if (row === undefined) throw appError('provider_not_found', { ref: name })
  return row
}

/**
 * The key of a provider, for the address it was entered for: for the core's own use, it has no operation.
 * The caller zeroes the Buffer. Throws where the vault is read-only, the key missing, or its binding broken.
 */
export async function getDecryptedApiKey(vault: Vault, ref: { id: number } | { name: string }): Promise<Buffer> {
  return vault.during(async () => {
    const row = 'name' in ref ? await getProviderByName(vault, ref.name) : await find(vault.reader(), ref.id)
    return releaseKey(vault, row, actorOf('start'))
  })
}

async function find(store: Store, id: number): Promise<ProviderRow> {
  const row = await store.findProvider({ id })
  if (row === undefined) throw appError('provider_not_found', { ref: id })
  return row
}

function toProvider(row: ProviderRow, vault: Vault, fromEnvironment: boolean): Provider {
  const { id, name, display_name, base_url, dialect, auth, is_predefined, created_at, updated_at, models } = row
  return {
    id,
    name,
    display_name,
    base_url,
    dialect,
    auth,
    has_api_key: row.api_key_encrypted !== null,
    key_state: fromEnvironment ? 'environment' : keyStateOf(row, vault.ring, vault.masterKeyId),
    is_predefined,
    key_url: row.catalog?.key_url ?? null,
    key_prefixes: row.catalog?.key_prefixes ?? [],
    created_at,
    updated_at,
    models,
  }
}

/** What an update changes; throws before anything does. */
function changeOf(row: ProviderRow, given: Omit<ProviderPatch, 'provider_id'>, ring: KeyRing): ProviderChange {
  if (given.name !== undefined && given.name !== row.name) throw refusedField('name', 'A name cannot be changed.')
  const facts = row.is_predefined ? row.catalog : null
  if (given.display_name === '' && facts === null) throw refusedField('display_name', 'Write a display name.')
  const { dialect = row.dialect, auth = row.auth } = given
  const display_name = (given.display_name === '' ? facts?.display_name : given.display_name) ?? row.display_name
  const base_url = given.base_url === '' ? (facts?.base_url ?? null) : (given.base_url ?? row.base_url)
  const next = { display_name, base_url, dialect, auth }
  const edited = catalogFields.filter((field) => {
    // Given empty: the catalog's from now on, whatever it comes to say.
    if (facts !== null && (field === 'display_name' || field === 'base_url') && given[field] === '') return false
    // What is only sent back stays whose it was, also where the catalog has another address on offer.
    if (next[field] === row[field]) return row.edited.includes(field)
    return row.catalog !== null && next[field] !== row.catalog[field]
  })
  return { ...next, ...withAddress(row, base_url, given.api_key, ring), edited }
}

/** A key never travels to an origin it was not entered for: with another origin it has to come anew. */
function withAddress(
  row: ProviderRow,
  base_url: string | null,
  api_key: string | undefined,
  ring: KeyRing,
): Pick<ProviderChange, 'base_url' | 'key'> {
  const origin = originOf(row.base_url)
  const count = row.further_keys.length
  if (count > 0 && originOf(base_url) !== origin) throw appError('further_keys_stay', { name: row.name, origin, count })
  if (api_key === undefined && row.api_key_encrypted !== null && originOf(base_url) !== origin) {
    throw appError('key_reentry_required', { origin })
  }
  return api_key === undefined ? { base_url } : { base_url, key: sealKey(ring, { name: row.name, base_url }, api_key) }
}

function factsOf(row: ProviderRow): CatalogFacts {
  if (!row.is_predefined || row.catalog === null) {
    throw appError('not_allowed', {
      what: `Provider '${row.name}' is not in the catalog, so there is nothing to reset to`,
    })
  }
  return row.catalog
}

async function catalogModels(catalog: CatalogInUse, name: string) {
  return (await catalog.load()).providers.find((provider) => provider.name === name)?.models ?? []
}

function refusedField(path: string, message: string): AppError {
  return appError('invalid_input', { summary: `${path}: ${message}` }, { errors: [{ path, message }] })
}
