import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../src/shared/audit-schemas.ts'
import { openTempCore, tempHome } from '../support/temp-core.ts'
import { tamper } from '../support/vault-dump.ts'
import { findSecret } from './forms-of.ts'
import { latchkey, type Ran } from './latchkey.ts'

const KEY = 'sk-canary-of-the-audit-command'

let temp: ReturnType<typeof tempHome>
const run = (...args: string[]): Promise<Ran> => latchkey(['audit', ...args], { home: temp.home })

beforeAll(async () => {
  temp = tempHome()
  await using core = await openTempCore({ home: temp.home, key: null })
  await core.client.createProvider({ name: 'acme', display_name: 'Acme', api_key: KEY })
  await core.client.updateSettings({ theme: 'dark' })
})
afterAll(() => temp[Symbol.dispose]())

describe('audit', { timeout: 120_000 }, () => {
  it('lists what was done, the newest first, and only what was asked for', async () => {
    const all = await run()
    expect(all.stdout).toMatch(/^EVENT +TIME \(UTC\) +WHO +ACT +PROVIDER +DETAIL\n/)
    expect(all.stdout.indexOf('settings.update')).toBeLessThan(all.stdout.indexOf('provider.create'))
    const events = JSON.parse((await run('--provider', 'acme', '--json')).stdout) as AuditEvent[]
    expect(events.map(({ act, provider }) => [act, provider])).toEqual([['provider.create', 'acme']])
    const found = JSON.parse((await run('--search', 'ACME create', '--json')).stdout) as AuditEvent[]
    expect(found.map(({ act }) => act)).toEqual(['provider.create'])
    const csv = await run('--act', 'provider', '--csv')
    expect(csv.stdout).toMatch(/^seq,at,door,caller,os_user,pid,act,provider,detail\n\d+,.*provider\.create,acme,/)
    expect((await run('--since', '1m', '--act', 'key')).stderr).toBe('No event fits.\n')
    expect(findSecret(KEY, { all: all.stdout, csv: csv.stdout }, [])).toEqual([])
  })

  it('says what is wrong with a time or a number', async () => {
    for (const args of [
      ['--since', 'yesterday'],
      ['--limit', '0'],
    ]) {
      const { code, stderr } = await run(...args)
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: --(since|limit) takes a/)])
    }
  })

  it('says and chooses how long it is kept, and asks before it is shorter', async () => {
    const refused = await run('retain', '1y')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Add --yes.')])
    expect((await run('retain')).stdout).toBe('The audit trail is kept for good.\n')
    expect(JSON.parse((await run('retain', '2y', '--yes', '--json')).stdout)).toEqual({ years: 2, removed: 0 })
    expect((await run('retain')).stdout).toBe('The audit trail is kept for 2 years.\n')
    expect((await run('retain', 'everything')).stderr).toContain('The audit trail is kept for good from now on.')
  })

  it('verifies the trail, and names the event at which it is broken', async () => {
    const intact = await run('verify')
    expect([intact.code, intact.stdout]).toEqual([0, expect.stringMatching(/^The audit trail is intact: \d+ events/)])
    tamper(temp.home, "UPDATE audit SET provider = 'other' WHERE act = 'provider.create'")
    const broken = await run('verify')
    expect([broken.code, broken.stdout]).toEqual([
      1,
      expect.stringMatching(
        /The audit trail is broken at event \d+: it is not as it was written\.\n.*latchkey backup --list/s,
      ),
    ])
  })
})
