import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI from 'openai'
import { describe, expect, it, vi } from 'vitest'
import { openOpenAi } from '../../support/fake-upstream/openai.ts'
import { openTempCore, tempHome } from '../../support/temp-core.ts'
import { allOf, CANARY } from '../gateway/open-gateway.ts'
import { openServing } from '../gateway/open-serving.ts'

describe('getUsage', () => {
  it('sums up what tools used, with streams, at the prices of the catalog', async () => {
    using folder = tempHome()
    await using upstream = await openOpenAi({ key: CANARY })
    mkdirSync(folder.home, { mode: 0o700 })
    const models = '{ gpt-test: { price: { input: 1000000, output: 1000000 } } }'
    const catalog = `providers:\n  up:\n    base_url: ${upstream.origin}/v1\n    models: ${models}\n`
    writeFileSync(join(folder.home, 'models.yaml'), catalog)
    await using serving = await openServing({ home: folder.home })
    const { client: vault } = serving.temp
    await vault.updateProvider({ provider_id: 1, api_key: CANARY })
    const { token } = await serving.token({ name: 'codex' })
    const client = new OpenAI({ apiKey: token, baseURL: `${serving.address}/v1`, maxRetries: 0 })
    const wish = { model: 'up/gpt-test', messages: [{ role: 'user' as const, content: 'hi' }] }
    await client.chat.completions.create(wish)
    await allOf(
      await client.chat.completions.create({ ...wish, stream: true, stream_options: { include_usage: true } }),
    )
    await allOf(await client.chat.completions.create({ ...wish, stream: true }))
    await expect(client.chat.completions.create({ ...wish, model: 'up/none' })).rejects.toThrow('404')
    const sums = {
      requests: 4,
      failed: 1,
      // Of the stream that does not say it 20 and 6 are an estimate.
      input_tokens: 38,
      output_tokens: 16,
      cached_tokens: 0,
      cost_usd: 54,
      estimated: 1,
      unmeasured: 0,
      unpriced: 0,
    }
    await vi.waitFor(async () => expect(await vault.getUsage()).toMatchObject({ group_by: 'day', total: sums }))
    expect(await vault.getUsage({ group_by: 'tool' })).toMatchObject({ rows: [{ group: 'codex', ...sums }] })
    const byModel = await vault.getUsage({ group_by: 'model' })
    expect(byModel.rows.map(({ group, requests }) => [group, requests])).toEqual([
      ['up/gpt-test', 3],
      ['up/none', 1],
    ])
    expect(await vault.getUsage({ group_by: 'tool', split_by: 'model', tool: 'codex', provider: 'up' })).toMatchObject({
      rows: [
        { group: 'codex', part: 'up/gpt-test', requests: 3 },
        { group: 'codex', part: 'up/none', requests: 1 },
      ],
      total: sums,
    })
    expect(await vault.getUsage({ group_by: 'key' })).toMatchObject({ rows: [{ group: 'up Key 1', ...sums }] })
    expect(await vault.getUsage({ tool: 'somebody else' })).toMatchObject({ rows: [], total: { requests: 0 } })
    expect(await vault.getUsage({ from: '2026-01-01', to: '2026-01-02' })).toMatchObject({ rows: [] })
  })

  it('takes days as those of this machine, the last one whole, and refuses what is no day', async () => {
    await using temp = await openTempCore()
    const usage = await temp.client.getUsage({ from: '2026-01-01', to: '2026-01-31' })
    expect(usage.from).toBe(new Date(2026, 0, 1).toISOString())
    expect(usage.to).toBe(new Date(2026, 1, 1).toISOString())
    expect(usage.total).toMatchObject({ requests: 0, cost_usd: 0 })
    for (const from of ['yesterday', '2026-02-30']) {
      expect(await temp.call('getUsage', { from })).toMatchObject({ ok: false, error: { code: 'invalid_input' } })
    }
  })
})
