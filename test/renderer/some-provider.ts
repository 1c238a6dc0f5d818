import type { Model, Provider } from '../../src/shared/schemas.ts'

const at = '2026-11-03T10:00:00.000Z'

/** A provider as the API answers it, with what a test is about changed. */
export function someProvider(fields: Partial<Provider> = {}, models: readonly string[] = []): Provider {
  const id = fields.id ?? 1
  return {
    id,
    name: 'openai',
    display_name: 'OpenAI',
    base_url: null,
    dialect: 'openai',
    auth: 'bearer',
    has_api_key: false,
    key_state: 'none',
    is_predefined: true,
    key_url: null,
    key_prefixes: [],
    created_at: at,
    updated_at: at,
    models: models.map((name, index) => someModel({ id: index + 1, provider_id: id, name })),
    ...fields,
  }
}

export function someModel(fields: Partial<Model> = {}): Model {
  const name = fields.name ?? 'gpt-5.1'
  return { id: 1, provider_id: 1, name, display_name: name, created_at: at, updated_at: at, ...fields }
}
