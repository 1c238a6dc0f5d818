import type { IpcMainInvokeEvent } from 'electron'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/actor.ts'
import { operationIds } from '../../src/shared/contract.ts'
import { errors } from '../../src/shared/errors.ts'
import { serveIpc } from '../../src/main/ipc.ts'
import { NOBODY, openLoopbackCore } from '../support/loopback-core.ts'

const seed = Number(process.env['LATCHKEY_FUZZ_SEED'] ?? Date.now() % 2 ** 31)

/** Names of fields that operations read, and names that objects and parsers trip over. */
const FIELDS = [
  'provider_id', 'model_id', 'name', 'display_name', 'base_url', 'dialect', 'auth', 'api_key', 'models', 'since', 'on',
  'vault_name', 'theme', 'listener_at_start', 'close_to_tray',
  '__proto__', 'constructor', 'prototype', 'toString', 'then', 'toJSON', 'hasOwnProperty', '', '0', 'length',
] // prettier-ignore

const odd = fc.constantFrom<unknown>(
  undefined, null, Number.NaN, Infinity, -0, 2 ** 53, 1e308, -1, 0, '', ' ', '\0', '\uD800', '‮evil', '../..', '${7*7}',
  "'; DROP TABLE provider;--", '<img src=x onerror=alert(1)>', 'x'.repeat(100_000), new Date(Number.NaN), new Map([[1, 2]]),
  new Uint8Array(1000), 10n, [], {}, [[[[]]]], JSON.parse('{"__proto__":{"polluted":true}}'),
) // prettier-ignore

/** An object that contains itself: structured clone carries those. */
const cyclic = fc.object({ maxDepth: 2 }).map((object) => Object.assign(object, { name: object, self: object }))

const payload = fc.oneof(
  fc.dictionary(fc.constantFrom(...FIELDS), fc.oneof(odd, fc.anything({ maxDepth: 3 }), fc.string(), fc.integer()), {
    maxKeys: 8,
  }),
  fc.anything({ maxDepth: 4, withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
  odd,
  cyclic,
)

const operation = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom<unknown>(...operationIds) },
  { weight: 1, arbitrary: fc.oneof(fc.string(), odd) },
)

describe('10,000 payloads through the channel of the window', () => {
  it(`answer with values and errors of the table alone (seed ${seed})`, { timeout: 240_000 }, async () => {
    await using temp = await openLoopbackCore()
    const addresses = (await temp.client.listProviders()).map(({ base_url }) => base_url)
    expect(new Set(addresses)).toEqual(new Set([NOBODY]))
    const internal: string[] = []
    const served: ((event: IpcMainInvokeEvent, ...args: unknown[]) => unknown)[] = []
    const api = temp.core.apiFor(actorOf('window'))
    serveIpc({ handle: (_, handler) => void served.push(handler) }, api, 'app://latchkey', (error, id) => {
      internal.push(`${id}: ${String(error.cause)}`)
    })
    const page = { detached: false, parent: null, origin: 'app://latchkey', isDestroyed: () => false }
    const ask = (id: unknown, input: unknown) =>
      served[0]?.({ senderFrame: page } as unknown as IpcMainInvokeEvent, id, input)
    const prototypes = () =>
      [Object.prototype, Array.prototype, Function.prototype].map((one) => Object.getOwnPropertyNames(one))
    const before = JSON.stringify(prototypes())

    // Any free port: what is tried here must not stand in another program's way.
    expect(await ask('updateSettings', { listener_port: 0 })).toMatchObject({ ok: true })
    const wrong: unknown[] = []
    const answered = { ok: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(operation, payload, async (id, input) => {
        const reply = (await ask(id, input)) as {
          ok: boolean
          value?: unknown
          error?: { code: string; detail: string }
        }
        answered[reply.ok ? 'ok' : 'refused'] += 1
        if (reply.ok) return
        const { code, detail } = reply.error ?? { code: 'none', detail: '' }
        if (!Object.hasOwn(errors, code) || code === 'internal' || detail === '') wrong.push({ id, code, detail })
      }),
      { numRuns: 10_000, seed },
    )
    expect({ wrong, internal }).toEqual({ wrong: [], internal: [] })
    expect(answered).toEqual({ ok: expect.any(Number) as number, refused: 10_000 - answered.ok })
    // Both kinds, or the payloads test nothing.
    expect(Math.min(answered.ok, answered.refused)).toBeGreaterThan(100)
    expect(JSON.stringify(prototypes())).toBe(before)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    // And it still works.
    expect(await ask('listProviders', {})).toMatchObject({ ok: true })
  })

  it('answers every operation, given 10 million characters in every field', { timeout: 120_000 }, async () => {
    await using temp = await openLoopbackCore({ door: 'window' })
    const huge = 'x'.repeat(10_000_000)
    for (const id of operationIds) {
      const input = Object.fromEntries(FIELDS.filter((field) => field !== 'since').map((field) => [field, huge]))
      const reply = await temp.call(id, input)
      expect(reply).toMatchObject({
        ok: false,
        error: { code: expect.stringMatching(/^(invalid_input|not_allowed)$/) as string },
      })
      // What was refused is not sent back.
      expect(JSON.stringify(reply).length).toBeLessThan(10_000)
    }
  })
})
