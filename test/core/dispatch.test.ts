import { describe, expect, it } from 'vitest'
import { dispatch } from '../../src/core/dispatch.ts'
import type { Api } from '../../src/shared/contract.ts'
import { appError, type AppError } from '../../src/shared/errors.ts'

const NOW = '2026-01-01T00:00:00.000Z'
const provider = {
  id: 1,
  name: 'p',
  display_name: 'P',
  base_url: null,
  dialect: 'openai',
  auth: 'bearer',
  has_api_key: true,
  key_state: 'stored',
  is_predefined: false,
  key_url: null,
  key_prefixes: [],
  created_at: NOW,
  updated_at: NOW,
  models: [],
} as const

/** An api of which only these functions are there; what they are given is kept. */
function apiOf(some: Partial<Record<keyof Api, (input: unknown) => unknown>>): { api: Api; inputs: unknown[] } {
  const inputs: unknown[] = []
  const acts = Object.entries(some).map(([id, act]) => [
    id,
    async (input: unknown) => {
      inputs.push(input)
      return act?.(input)
    },
  ])
  return { api: Object.fromEntries(acts) as Api, inputs }
}

describe('dispatch', () => {
  it('answers what the operation answers, and leaves out what the contract does not name', async () => {
    const { api } = apiOf({ getProvider: () => ({ ...provider, api_key_encrypted: 'gAAAA', api_key: 'sk-1' }) })
    expect(await dispatch(api, 'rest', 'getProvider', { provider_id: 1 })).toEqual({ ok: true, value: provider })
  })

  it('answers an error as a value, with its code', async () => {
    const { api } = apiOf({
      getProvider: () => {
        throw appError('provider_not_found', { ref: 7 })
      },
    })
    expect(await dispatch(api, 'rest', 'getProvider', { provider_id: 7 })).toEqual({
      ok: false,
      error: {
        detail: 'Provider with ID 7 not found',
        code: 'provider_not_found',
        hint: 'List the providers to see which there are.',
      },
    })
  })

  it('answers a mistake of ours as one, and tells the log what the answer leaves out', async () => {
    const mistake = new TypeError('x is not a function, at /home/me')
    const { api } = apiOf({
      getProvider: () => {
        throw mistake
      },
    })
    const told: [AppError, string][] = []
    const reply = await dispatch(api, 'rest', 'getProvider', { provider_id: 7 }, (...all) => told.push(all))
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } })
    expect(JSON.stringify(reply)).not.toContain('/home/me')
    expect(told).toEqual([[expect.objectContaining({ code: 'internal', cause: mistake }), 'getProvider']])
  })

  it('answers an output that breaks the contract as a mistake of ours', async () => {
    const { api } = apiOf({ getProvider: () => ({ ...provider, key_state: 'lost' }) })
    expect(await dispatch(api, 'rest', 'getProvider', { provider_id: 1 })).toMatchObject({
      error: { code: 'internal' },
    })
  })

  it.each(['', 'nothing', 'constructor', '__proto__', 'toString', 'x'.repeat(10_000)])(
    'knows no operation %j',
    async (id) => {
      const reply = await dispatch(apiOf({}).api, 'cli', id, {})
      expect(reply).toMatchObject({ ok: false, error: { code: 'unknown_operation' } })
      expect(JSON.stringify(reply).length).toBeLessThan(400)
    },
  )

  it('keeps each operation to its doors', async () => {
    const { api, inputs } = apiOf({ copyApiKey: () => ({}), adoptKey: () => provider })
    for (const [door, id] of [
      ['rest', 'copyApiKey'],
      ['cli', 'copyApiKey'],
      ['rest', 'adoptKey'],
      ['window', 'adoptKey'],
    ] as const) {
      expect(await dispatch(api, door, id, { provider_id: 1 })).toMatchObject({ error: { code: 'not_allowed' } })
    }
    expect(inputs).toEqual([])
  })

  it('takes null as not given, at the top, and nothing at all as no fields', async () => {
    const { api, inputs } = apiOf({ createProvider: () => provider, listProviders: () => [] })
    await dispatch(api, 'rest', 'createProvider', { name: 'p', display_name: 'P', base_url: null, models: null })
    await dispatch(api, 'rest', 'listProviders', null)
    await dispatch(api, 'rest', 'listProviders', undefined)
    expect(inputs).toEqual([{ name: 'p', display_name: 'P' }, {}, {}])
  })

  it.each([[7], ['text'], [[]], [[{}]], [true]])('refuses the input %j, which is no object', async (input) => {
    expect(await dispatch(apiOf({}).api, 'rest', 'listProviders', input)).toMatchObject({
      ok: false,
      error: { code: 'invalid_input', detail: 'The input must be an object of fields.' },
    })
  })

  it('names every field that is refused, and repeats no value', async () => {
    const reply = await dispatch(apiOf({}).api, 'rest', 'createProvider', {
      name: 'SECRET',
      api_key: 'SEC RET',
      SECRETLESS: 'SECRET',
      models: ['m', 7],
    })
    expect(reply).toMatchObject({
      error: {
        errors: [
          { path: 'name' },
          { path: 'display_name', message: 'A display name is needed.' },
          { path: 'api_key' },
          { path: 'models.1', message: 'Each model is a text.' },
          { path: 'SECRETLESS', message: 'There is no field of this name here.' },
        ],
      },
    })
    expect(JSON.stringify(reply)).not.toMatch(/SEC ?RET(?!LESS)/)
  })

  it('repeats the name of a field that is not there, but not at any length', async () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`${n}${'x'.repeat(1000)}`, 1]))
    const reply = await dispatch(apiOf({}).api, 'rest', 'listProviders', many)
    expect(JSON.stringify(reply).length).toBeLessThan(20_000)
  })

  it('sees a field named __proto__ as one that is not there', async () => {
    const input: unknown = JSON.parse('{"__proto__": {"name": "x"}, "name": "p", "display_name": "P"}')
    const { api, inputs } = apiOf({ createProvider: () => provider })
    const reply = await dispatch(api, 'rest', 'createProvider', input)
    expect([reply, inputs]).toMatchObject([{ ok: false, error: { code: 'invalid_input' } }, []])
    expect(Object.hasOwn(Object.prototype, 'name')).toBe(false)
  })
})
