import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createClient } from '../../src/shared/client.ts'
import { operationIds, operations, routeOf, type OperationId } from '../../src/shared/contract.ts'
import { errors, isAppError } from '../../src/shared/errors.ts'
import { outputOnlyFields, Provider } from '../../src/shared/schemas.ts'

const routed = operationIds.flatMap((id) => {
  const { route } = operations[id]
  return route === null ? [] : [{ id, route, ...routeOf(route) }]
})
const fieldsOf = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')

describe('the operation table', () => {
  it('gives every route to one operation', () => {
    // Two routes are the same where they differ in the names of fields only.
    const shapes = routed.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`)
    expect(new Set(shapes).size).toBe(shapes.length)
  })

  it('writes every route as a method and a path in lower case', () => {
    for (const { route } of routed) expect(route).toMatch(/^(GET|POST|PUT|DELETE) (\/[a-z-]+|\/\{[a-z_]+\})+$/)
  })

  it('has literal paths above those with a field at the same place', () => {
    for (const [i, { method, path }] of routed.entries()) {
      const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
      const hidden = routed.slice(i + 1).filter((later) => later.method === method && pattern.test(later.path))
      expect([path, hidden.map(({ path }) => path)]).toEqual([path, []])
    }
  })

  it('names the fields of a path in the input', () => {
    for (const { id, path } of routed) {
      const { input } = operations[id]
      expect([id, Object.keys(input.shape)]).toEqual([id, expect.arrayContaining(fieldsOf(path))])
    }
  })

  it('opens the REST door exactly where there is a route', () => {
    for (const id of operationIds) {
      const { route, doors } = operations[id]
      expect([id, doors.includes('rest')]).toEqual([id, route !== null])
    }
  })

  it('keeps the clipboard, the desktop and files away from REST', () => {
    const kept: OperationId[] = [
      'copyApiKey',
      'listKeyHints',
      'openKeyPage',
      'saveText',
      'chooseKeyFile',
      'previewAdoption',
      'adoptKey',
      'setNetwork',
      'chooseAuthorities',
      'getShellCommand',
      'setShellCommand',
    ]
    for (const id of kept) {
      expect(operations[id].route).toBeNull()
      expect(operations[id].doors).not.toContain('rest')
    }
  })

  it('answers 204 where there is nothing to say, and only there', () => {
    for (const id of operationIds) {
      const { status, output } = operations[id]
      expect([id, status === 204]).toEqual([id, output instanceof z.ZodVoid])
    }
  })

  it('changes nothing by GET', () => {
    for (const { id, method } of routed) {
      const reads = /^(list|get|export|waitFor)/.test(id)
      expect([id, method === 'GET']).toEqual([id, reads])
    }
  })

  it('has no output that names a key', () => {
    for (const id of operationIds) {
      const { output } = operations[id]
      const shape = JSON.stringify(z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' }))
      expect([id, /"(api_key|api_key_encrypted|binding|key_id|secret)"/.test(shape)]).toEqual([id, false])
    }
  })

  it('drops what an output does not name', () => {
    const at = '2026-01-01T00:00:00Z'
    const row = {
      id: 1,
      name: 'acme',
      display_name: 'Acme',
      base_url: null,
      dialect: 'openai',
      auth: 'bearer',
      has_api_key: true,
      key_state: 'stored',
      is_predefined: false,
      key_url: null,
      key_prefixes: [],
      created_at: at,
      updated_at: at,
      models: [],
    }
    expect(operations.getProvider.output.parse({ ...row, api_key_encrypted: 'gAAAA', api_key: 'sk-x' })).toEqual(row)
  })

  it('refuses unknown fields in every input', () => {
    for (const id of operationIds) {
      const { input } = operations[id]
      const codes = input.safeParse({ surely_unknown: 1 }).error?.issues.map(({ code }) => code) ?? []
      expect([id, codes]).toEqual([id, expect.arrayContaining(['unrecognized_keys'])])
    }
  })

  it('lets a client send back a provider as it got it', () => {
    const changeable = Object.keys(operations.updateProvider.input.shape)
    const sent = Object.keys(Provider.shape).filter((field) => !operations.updateProvider.ignores.includes(field))
    for (const field of sent) expect(changeable).toContain(field)
    expect(operations.updateProvider.ignores).toEqual(outputOnlyFields)
  })

  it('says in a sentence what each operation does', () => {
    for (const id of operationIds)
      expect([id, operations[id].summary]).toEqual([id, expect.stringMatching(/^[A-Z].*\.$/)])
  })
})

describe('createClient', () => {
  it('has every operation, and nothing that a promise or a printer would take for its own', async () => {
    const client = createClient(() => Promise.reject(new Error('not called')))
    expect(Object.keys(client)).toEqual(operationIds)
    expect(await Promise.resolve(client)).toBe(client)
    expect('then' in client || 'toJSON' in client).toBe(false)
  })

  it('throws what was refused as an error of the table', async () => {
    const body = { detail: 'Provider with ID 7 not found', code: 'provider_not_found' } as const
    const client = createClient(() => Promise.resolve({ ok: false, error: body }))
    const refused: unknown = await client.getProvider({ provider_id: 7 }).catch((error: unknown) => error)
    expect(isAppError(refused)).toBe(true)
    expect(refused).toMatchObject({ code: 'provider_not_found', status: 404, body, message: body.detail })
  })
})

describe('the error table', () => {
  it('has the codes and statuses that clients rely on', () => {
    const fixed = {
      provider_not_found: 404,
      model_not_found: 404,
      provider_exists: 409,
      model_exists: 409,
      key_reentry_required: 409,
      key_unreadable: 409,
      provider_predefined: 403,
      not_allowed: 403,
      unauthorized: 401,
      invalid_input: 422,
      vault_locked: 423,
      encryption_key_missing: 503,
      encryption_key_malformed: 503,
      encryption_key_wrong: 503,
      vault_busy: 503,
      disk_full: 507,
      database_damaged: 503,
      database_too_new: 503,
      internal: 500,
    }
    expect(Object.fromEntries(Object.entries(errors).map(([code, { status }]) => [code, status]))).toMatchObject(fixed)
  })

  it('says of every cause what to do, where its sentence does not say it already', () => {
    // These name what is accepted, or bear a sentence (and, where there is one, a hint) of the place that refused.
    const inTheSentence = [
      'invalid_input',
      'not_allowed',
      'method_not_allowed',
      'passphrase_too_short',
      'setting_invalid',
      'upstream_failed',
      'upstream_timeout',
    ]
    const without = Object.entries(errors).flatMap(([code, row]) => ('hint' in row ? [] : [code]))
    expect(without.toSorted()).toEqual(inTheSentence.toSorted())
  })
})
