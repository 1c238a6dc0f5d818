import { describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/actor.ts'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { openTempCore, tempHome } from '../support/temp-core.ts'
import { latchkey, type Ran } from './latchkey.ts'

describe('usage', { timeout: 120_000 }, () => {
  it('is a table for people and JSON for programs, and marks what is an estimate and what is not known', async () => {
    using folder = tempHome()
    const key = generateFernetKey()
    const run = (...args: string[]): Promise<Ran> =>
      latchkey(['usage', ...args], { home: folder.home, env: { ENCRYPTION_KEY: key } })
    {
      await using temp = await openTempCore({ home: folder.home, key })
      expect(await run()).toMatchObject({ code: 0, stdout: '', stderr: 'Nothing was used in these days.\n' })
      const { tokens } = temp.core.vault.reader()
      const use = {
        token_id: null,
        caller: 'run',
        key_id: null,
        method: 'POST',
        route: '/chat',
        attempt: 1,
        costs: true,
      }
      const ending = { status: 200, outcome: 'complete', first_byte_ms: 1, total_ms: 2, model: null }
      const first = await tokens.beginUse({ ...use, provider: 'openai', model: 'm' }, actorOf('rest'))
      const second = await tokens.beginUse({ ...use, provider: 'xai', model: null }, actorOf('rest'))
      const unknown = { input_tokens: null, output_tokens: null, cached_tokens: null, cost: null, estimated: false }
      await tokens.endUses([
        { ...first, ...ending, input_tokens: 9, output_tokens: 5, cached_tokens: 1, cost: 0.25, estimated: true },
        { ...second, ...ending, ...unknown },
      ])
    }
    const shown = await run('--by', 'provider')
    expect(shown.stdout.split('\n').map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'PROVIDER REQUESTS FAILED INPUT CACHED OUTPUT COST',
      'openai 1 0 ~9 1 ~5 ~$0.2500',
      'xai 1 0 0+ 0+ 0+ $0.0000+',
      'total 2 0 ~9+ 1+ ~5+ ~$0.2500+',
      '',
    ])
    const json = JSON.parse((await run('--by', 'model', '--json')).stdout) as unknown
    expect(json).toMatchObject({ group_by: 'model', total: { requests: 2, cost_usd: 0.25, unpriced: 1 } })
    const refused = await run('--from', 'yesterday')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Write a day as 2026-11-25')])
    expect((await run('--by', 'hour')).code).toBe(2)
  })
})
