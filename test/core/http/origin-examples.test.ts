// The REST calls that the origin system's document shows, as its clients send them, against the real listener.
import { describe, expect, it } from 'vitest'
import { API_BASE } from '../../../src/shared/contract.ts'
import type { Provider } from '../../../src/shared/schemas.ts'
import { openTempCore } from '../../support/temp-core.ts'

const TOKEN = 'a-token-of-the-owners-own-for-tests'

async function openOrigin() {
  const temp = await openTempCore({ env: { LATCHKEY_TOKEN: TOKEN } })
  const { listener } = await temp.core.listener.serve({ port: 0 })
  const send = async (method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }> => {
    // The origin's page sends this header with every request, whether it has a body or not.
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const sent = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) }
    const response = await fetch(`${listener.address}${API_BASE}${path}`, sent)
    const text = await response.text()
    return { status: response.status, json: text === '' ? null : (JSON.parse(text) as unknown) }
  }
  const providers = async (): Promise<Provider[]> => (await send('GET', '/providers')).json as Provider[]
  const named = async (name: string): Promise<Provider> => {
    const found = (await providers()).find((provider) => provider.name === name)
    if (found === undefined) throw new Error(`There is no provider ${name}`)
    return found
  }
  return { send, providers, named, [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose]() }
}

const custom = {
  name: 'my-provider',
  display_name: 'My provider',
  base_url: 'https://api.my-provider.test/v1',
  api_key: 'my-secret-key',
  models: ['model-1', 'model-2', 'model-3'],
}

describe("the origin's examples", () => {
  it('list all providers with their models and without a key', async () => {
    await using origin = await openOrigin()
    const listed = await origin.providers()
    expect(listed.map(({ name }) => name)).toEqual(['openai', 'anthropic', 'xai', 'google'])
    for (const provider of listed) {
      expect(provider).toMatchObject({ has_api_key: false, is_predefined: true })
      expect(provider.models.length).toBeGreaterThan(0)
      expect(provider).not.toHaveProperty('api_key')
      expect(provider).not.toHaveProperty('api_key_encrypted')
    }
  })

  it('list only those with a key', async () => {
    await using origin = await openOrigin()
    expect(await origin.send('GET', '/providers/with-keys')).toEqual({ status: 200, json: [] })
    const { id } = await origin.named('openai')
    await origin.send('PUT', `/providers/${id}`, { api_key: 'sk-of-the-example' })
    const { json } = await origin.send('GET', '/providers/with-keys')
    expect(json).toEqual([await origin.named('openai')])
  })

  it('ask for one by its id, and for one that is not there', async () => {
    await using origin = await openOrigin()
    const provider = await origin.named('anthropic')
    expect(await origin.send('GET', `/providers/${provider.id}`)).toEqual({ status: 200, json: provider })
    expect(await origin.send('GET', '/providers/999')).toMatchObject({
      status: 404,
      json: { detail: 'Provider with ID 999 not found' },
    })
  })

  it('create a custom provider with three models', async () => {
    await using origin = await openOrigin()
    const { status, json } = await origin.send('POST', '/providers', custom)
    expect(status).toBe(201)
    expect(json).toMatchObject({
      name: 'my-provider',
      display_name: 'My provider',
      base_url: 'https://api.my-provider.test/v1',
      has_api_key: true,
      models: custom.models.map((name) => ({ name, display_name: name })),
    })
    expect(await origin.send('POST', '/providers', custom)).toMatchObject({
      status: 409,
      json: { detail: "Provider with name 'my-provider' already exists" },
    })
  })

  it.each(['my-provider', 'openai'])('change key, display name and address together: %s', async (name) => {
    await using origin = await openOrigin()
    await origin.send('POST', '/providers', custom)
    const before = await origin.named(name)
    const change = { api_key: 'new-key', display_name: 'Renamed', base_url: 'https://other.test/v1' }
    const { status, json } = await origin.send('PUT', `/providers/${before.id}`, change)
    expect(status).toBe(200)
    expect(json).toEqual({
      ...before,
      display_name: 'Renamed',
      base_url: 'https://other.test/v1',
      has_api_key: true,
      key_state: 'stored',
      updated_at: (json as Provider).updated_at,
    })
  })

  it('remove a key, and delete a custom provider with its models', async () => {
    await using origin = await openOrigin()
    const { json } = await origin.send('POST', '/providers', custom)
    const { id, models } = json as Provider
    expect(await origin.send('DELETE', `/providers/${id}/api-key`)).toEqual({ status: 204, json: null })
    expect(await origin.named('my-provider')).toMatchObject({ has_api_key: false })
    expect(await origin.send('DELETE', `/providers/${id}`)).toEqual({ status: 204, json: null })
    expect((await origin.send('GET', `/providers/${id}`)).status).toBe(404)
    expect((await origin.send('DELETE', `/providers/models/${models[0]?.id}`)).status).toBe(404)
  })

  it('list, add and delete models, and name those that can be used', async () => {
    await using origin = await openOrigin()
    const { json } = await origin.send('POST', '/providers', custom)
    const { id, models } = json as Provider
    expect(await origin.send('GET', `/providers/${id}/models`)).toEqual({ status: 200, json: models })
    const added = await origin.send('POST', `/providers/${id}/models`, { name: 'model-4', display_name: 'Model 4' })
    expect(added).toMatchObject({ status: 201, json: { provider_id: id, name: 'model-4', display_name: 'Model 4' } })
    expect((await origin.send('DELETE', `/providers/models/${models[0]?.id}`)).status).toBe(204)
    expect(await origin.send('GET', '/providers/models')).toEqual({
      status: 200,
      json: ['my-provider/model-2', 'my-provider/model-3', 'my-provider/model-4'],
    })
  })
})

describe('a client of the origin', () => {
  it('may send null for everything it does not set', async () => {
    await using origin = await openOrigin()
    const sparse = { name: 'sparse', display_name: 'Sparse', base_url: null, api_key: null, models: null, auth: null }
    const { status, json } = await origin.send('POST', '/providers', sparse)
    expect(status).toBe(201)
    expect(json).toMatchObject({ base_url: null, has_api_key: false, models: [], dialect: 'openai', auth: 'bearer' })
    const { id } = json as Provider
    const nulls = { display_name: null, base_url: null, dialect: null, auth: null, api_key: null }
    expect(await origin.send('PUT', `/providers/${id}`, nulls)).toEqual({ status: 200, json })
    const named = { display_name: 'Named', base_url: null, api_key: null }
    expect(await origin.send('PUT', `/providers/${id}`, named)).toMatchObject({ json: { display_name: 'Named' } })
  })

  it('may send back the whole object it got, with one field changed', async () => {
    await using origin = await openOrigin()
    await origin.send('POST', '/providers', custom)
    for (const { name } of await origin.providers()) {
      const whole = await origin.named(name)
      expect(await origin.send('PUT', `/providers/${whole.id}`, whole)).toEqual({ status: 200, json: whole })
      const { status, json } = await origin.send('PUT', `/providers/${whole.id}`, { ...whole, display_name: 'Other' })
      expect(status).toBe(200)
      expect(json).toEqual({ ...whole, display_name: 'Other', updated_at: (json as Provider).updated_at })
    }
  })

  it('is told by name of a field that does not exist', async () => {
    await using origin = await openOrigin()
    const { id } = await origin.named('xai')
    expect(await origin.send('PUT', `/providers/${id}`, { dispaly_name: 'typo' })).toMatchObject({
      status: 422,
      json: { code: 'invalid_input', errors: [{ path: 'dispaly_name' }] },
    })
  })
})
