import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { actorOf } from '../../../../src/core/actor.ts'
import { noLimits } from '../../../../src/shared/limit-schemas.ts'
import { openSqlite } from '../../../support/open-sqlite.ts'
import { testTokens } from '../../../support/token-suite.ts'
import { dumpVault, tamper } from '../../../support/vault-dump.ts'

testTokens('sqlite', async () => {
  const opened = await openSqlite()
  return { ...opened, uses: () => dumpVault(opened.home)['key_use'] ?? [] }
})

describe('what a token may use', () => {
  it.each(['{', '"all"', '[1]'])('never reads as "all" where it cannot be read: %s', async (text) => {
    const { home, store, close } = await openSqlite()
    const limits = { providers: ['p'], models: null, ...noLimits, expires_at: null }
    const row = { name: 'a', kind: 'tool', prefix: 'lk_1234', sha256: Buffer.alloc(32), ...limits } as const
    await store.tokens.insert(row, actorOf('cli'))
    tamper(home, 'UPDATE token SET providers = ?', text)
    await expect(store.tokens.list()).rejects.toMatchObject({
      code: 'database_damaged',
      message: expect.stringContaining('what its token "a" may use cannot be read'),
    })
    await close()
  })
})

describe('the record of a use', () => {
  const use = { token_id: null, caller: 'run', provider: 'p', key_id: null, model: 'm', costs: true } as const
  const post = { ...use, method: 'POST', route: '/chat/completions', attempt: 1 }

  it('is refused where the log cannot be put on the disk, and not written once more', async () => {
    const { home, store, close } = await openSqlite()
    rmSync(join(home, 'vault.db-wal'))
    const [first, second] = await Promise.allSettled([
      store.tokens.beginUse(post, actorOf('rest')),
      store.tokens.beginUse(post, actorOf('rest')),
    ])
    for (const one of [first, second]) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'vault_unwritable' } })
    }
    expect((await store.audit.list({ limit: 10 })).filter(({ act }) => act === 'key.use')).toHaveLength(2)
    await close()
  })
})
