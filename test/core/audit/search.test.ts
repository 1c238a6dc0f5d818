import { expect, describe, it } from 'vitest'
import { openTempCore } from '../../support/temp-core.ts'
import { tamper } from '../../support/vault-dump.ts'

describe('a search of the audit trail', () => {
  it('finds words in provider, its display name, actor, act and detail, whatever their capitals', async () => {
    await using temp = await openTempCore()
    const { id } = await temp.client.createProvider({ name: 'acme', display_name: 'Acme Research' })
    await temp.client.addModel({ provider_id: id, name: 'qwen3:32b', display_name: 'Qwen' })
    const acts = async (search: string, more = {}) =>
      (await temp.client.listAudit({ search, ...more })).events.map(({ act }) => act)
    expect(await acts('qwen3')).toEqual(['model.add'])
    expect(await acts('research CREATE')).toEqual(['provider.create'])
    expect(await acts('acme cli')).toEqual(['model.add', 'provider.create'])
    expect(await acts('acme', { act: 'model' })).toEqual(['model.add'])
    expect(await acts('acme nowhere')).toEqual([])
    expect(await acts('100%')).toEqual([])
  })

  it('goes through the whole trail, page by page', async () => {
    await using temp = await openTempCore()
    tamper(
      temp.home,
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
       INSERT INTO audit (at, door, os_user, pid, act, detail)
       SELECT '2026-01-01T00:00:00.000Z', 'rest', 'ann', 1, 'key.use', iif(i IN (7, 6000, 11000), '{"model":"rare"}', '{}') FROM n`,
    )
    const first = await temp.client.listAudit({ search: 'rare', limit: 2 })
    expect(first.events).toHaveLength(2)
    const rest = await temp.client.listAudit({ search: 'rare', limit: 2, before: first.next ?? 0 })
    expect([rest.events.length, rest.next]).toEqual([1, null])
    expect((rest.events[0]?.seq ?? 0) < (first.events[1]?.seq ?? 0)).toBe(true)
  })
})
