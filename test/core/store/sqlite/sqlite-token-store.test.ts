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
