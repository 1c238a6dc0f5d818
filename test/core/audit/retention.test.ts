// What goes by age, what stays, and that whatever else is missing or changed is found as before.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hashOf, CHAIN_BEGIN, type ChainedRow } from '../../../src/core/audit/chain.ts'
import { pruneTrail } from '../../../src/core/audit/retention.ts'
import { sealAt } from '../../../src/core/audit/seal.ts'
import { verifyTrail } from '../../../src/core/audit/trail.ts'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { KeyRing } from '../../../src/core/crypto/master-key.ts'
import { openTempCore, tempHome, type TempCore } from '../../support/temp-core.ts'
import { ask, dumpVault, tamper } from '../../support/vault-dump.ts'

const key = generateFernetKey()
const sealOf = (home: string): string => join(home, 'audit-head.json')
const DAY = 86_400_000
const longAgo = (days: number): string => new Date(Date.now() - days * DAY).toISOString()
const seqs = (home: string): number[] => (dumpVault(home)['audit'] ?? []).map(({ seq }) => Number(seq))

/** A closed vault whose first events are `days` old, chained as they would be if they were written then, and sealed. */
async function agedVault(home: string, events: number, days: number): Promise<void> {
  const temp = await openTempCore({ home, key })
  await temp.core.close()
  const rows = (dumpVault(home)['audit'] ?? []) as unknown as ChainedRow[]
  const [first] = rows
  if (first === undefined) throw new Error('a new vault has an event')
  let { hash } = CHAIN_BEGIN
  const lines = Array.from({ length: events }, (_, n) => {
    const row = { ...first, seq: n + 1, at: longAgo(days), act: 'key.use', detail: '{}' }
    hash = hashOf(hash, row)
    const { seq, at, door, caller, os_user, pid, act, provider, detail } = row
    return [seq, at, door, caller, os_user, pid, act, provider, detail, hash]
  })
  tamper(home, 'DELETE FROM audit')
  const insert = 'INSERT INTO audit (seq, at, door, caller, os_user, pid, act, provider, detail, hash) VALUES '
  for (let n = 0; n < lines.length; n += 500) {
    const some = lines.slice(n, n + 500)
    tamper(home, `${insert}${some.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`, ...some.flat())
  }
  rmSync(sealOf(home))
  await using again = await openTempCore({ home, key })
  await again.client.createProvider({ name: 'now', display_name: 'Now' })
}

const verdictOf = ({ core }: TempCore) =>
  verifyTrail(core.vault.reader().audit, core.places.audit_head, core.vault.ring)

/** A vault of which 8 old events were removed: 9 to 12 are of today. */
async function prunedVault(home: string): Promise<void> {
  await agedVault(home, 8, 500)
  await using temp = await openTempCore({ home, key })
  expect(await temp.client.setAuditRetention({ years: 1 })).toEqual({ years: 1, removed: 8 })
  await temp.client.createProvider({ name: 'last', display_name: 'Last' })
}

describe('a trail that is kept for a year', () => {
  it('loses what is older, says so in an event, and holds from there on', async () => {
    using folder = tempHome()
    await agedVault(folder.home, 8, 500)
    await using temp = await openTempCore({ home: folder.home, key })
    expect(seqs(folder.home)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await temp.client.setAuditRetention({ years: 2 })).toEqual({ years: 2, removed: 0 })
    expect(await temp.client.setAuditRetention({ years: 1 })).toEqual({ years: 1, removed: 8 })
    expect(seqs(folder.home)).toEqual([9, 10, 11, 12])
    const [pruned] = (await temp.client.listAudit({ act: 'audit.prune' })).events
    expect(pruned).toMatchObject({ door: 'start', detail: { from: 1, to: 8, events: 8 } })
    expect(await temp.client.getSettings()).toMatchObject({ audit_kept_years: 1 })
    expect(await temp.client.verifyAudit()).toMatchObject({
      intact: true,
      events: 4,
      detail: expect.stringContaining('4 events after event 8, up to which all were removed by age'),
    })
  })

  it('is cut to its age by the acts that come later, once a day at most', async () => {
    using folder = tempHome()
    await agedVault(folder.home, 3, 200)
    await using temp = await openTempCore({ home: folder.home, key })
    await temp.client.setAuditRetention({ years: 1 })
    await temp.core.vault.trail.settle()
    const { ring, places } = temp.core.vault
    if (ring === undefined) throw new Error('the vault is open')
    const inDays = (days: number) =>
      pruneTrail(temp.core.vault.reader(), places.audit_head, ring, new Date(Date.now() + days * DAY))
    expect(await inDays(165.5)).toBe(0)
    expect(await inDays(167)).toBe(3)
    expect(await inDays(167)).toBe(0)
    expect(await verdictOf(temp)).toMatchObject({ holds: true, removed_to: 3 })
  })

  it('goes in steps, and a process that is quicker is no break', async () => {
    using folder = tempHome()
    await agedVault(folder.home, 2_500, 800)
    await using first = await openTempCore({ home: folder.home, key })
    await using second = await openTempCore({ home: folder.home, key })
    const [, verdict] = await Promise.all([
      first.client.setAuditRetention({ years: 2 }),
      second.client.verifyAudit(),
      second.client.setAuditRetention({ years: 2 }),
    ])
    expect(ask(folder.home, 'SELECT min(seq) FROM audit')).toBe(2_501)
    expect(verdict).toMatchObject({ intact: true })
    expect(ask(folder.home, "SELECT count(*) FROM audit WHERE act = 'audit.prune'")).toBe(3)
    expect(await verdictOf(first)).toMatchObject({ holds: true, removed_to: 2_500 })
  })

  it('loses nothing of which the seal does not vouch, and nothing that was tampered with', async () => {
    for (const sql of [
      "UPDATE audit SET provider = 'x' WHERE seq = 3",
      'DELETE FROM audit WHERE seq = 2',
      'DELETE FROM audit WHERE seq = 9',
    ]) {
      using folder = tempHome()
      await agedVault(folder.home, 8, 500)
      tamper(folder.home, sql)
      await using temp = await openTempCore({ home: folder.home, key })
      expect([sql, await temp.client.setAuditRetention({ years: 1 })]).toEqual([sql, { years: 1, removed: 0 }])
      expect(await verdictOf(temp)).toMatchObject({ holds: false })
    }
  })

  it('holds after the master key was exchanged, and after starting over without it', async () => {
    using folder = tempHome()
    await prunedVault(folder.home)
    await using lost = await openTempCore({ home: folder.home, key: null })
    await lost.client.startOver({ vault_name: 'vault-home' })
    await lost.core.vault.trail.settle()
    expect(await verdictOf(lost)).toMatchObject({ holds: true, removed_to: 8, seal: 'holds' })
    await lost.client.rotateMasterKey()
    await lost.core.vault.trail.settle()
    expect(await verdictOf(lost)).toMatchObject({ holds: true, removed_to: 8, seal: 'holds', beyond: 0 })
  })

  it('is chosen by its owner alone: no program with a token has its traces removed', async () => {
    await using temp = await openTempCore({ door: 'rest' })
    expect(await temp.call('setAuditRetention', { years: 1 })).toMatchObject({ ok: false })
    await temp.client.updateSettings({ ...(await temp.client.getSettings()), theme: 'dark' })
    expect(await temp.call('updateSettings', { audit_kept_years: 1 })).toMatchObject({ ok: true })
    expect(await temp.client.getSettings()).toMatchObject({ theme: 'dark', audit_kept_years: 0 })
  })
})

const anchor = (change: string): string =>
  `UPDATE setting SET value = json_set(value, ${change}) WHERE name = 'audit_anchor'`

// Events 1 to 8 were removed; 9 to 13 are there.
const damages: [what: string, sql: string, expected: [what: string, seq: number]][] = [
  ['an event changed', "UPDATE audit SET provider = 'x' WHERE seq = 11", ['changed', 11]],
  ['the first one left changed', "UPDATE audit SET act = 'x' WHERE seq = 9", ['changed', 9]],
  ['an event deleted', 'DELETE FROM audit WHERE seq = 11', ['missing', 11]],
  ['the beginning cut off by somebody else', 'DELETE FROM audit WHERE seq < 11', ['missing', 9]],
  ['an event put back before the first', 'UPDATE audit SET seq = 8 WHERE seq = 9', ['changed', 8]],
  ['the end cut off', 'DELETE FROM audit WHERE seq > 11', ['cut_off', 12]],
  ['the anchor removed', "DELETE FROM setting WHERE name = 'audit_anchor'", ['missing', 1]],
  ['an anchor that is none', "UPDATE setting SET value = '{}' WHERE name = 'audit_anchor'", ['anchor_invalid', 0]],
  [
    'an anchor moved on over events that are cut off',
    `${anchor("'$.seq', 10, '$.hash', (SELECT hash FROM audit WHERE seq = 10)")}; DELETE FROM audit WHERE seq <= 10`,
    ['anchor_invalid', 10],
  ],
  ['an anchor with another hash', anchor(`'$.hash', '${'ab'.repeat(32)}'`), ['anchor_invalid', 8]],
  ['an anchor of a key that nobody has', anchor("'$.master_key_id', '0000000000000000'"), ['anchor_invalid', 8]],
]

describe('a trail of which the beginning was removed by age', () => {
  it.each(damages)('shows %s', async (_what, sql, [what, seq]) => {
    using folder = tempHome()
    await prunedVault(folder.home)
    tamper(folder.home, sql)
    await using temp = await openTempCore({ home: folder.home, key })
    expect(await verdictOf(temp)).toMatchObject({ holds: false, what, seq })
    // Neither sealing nor removing more covers it up.
    await temp.client.createProvider({ name: 'later', display_name: 'Later' })
    expect(await temp.client.setAuditRetention({ years: 1 })).toEqual({ years: 1, removed: 0 })
    expect(await verdictOf(temp)).toMatchObject({ holds: false, what: what === 'cut_off' ? 'missing' : what, seq })
  })

  it('shows a seal from before they were removed that was put back', async () => {
    using folder = tempHome()
    await agedVault(folder.home, 8, 500)
    const hash = String(ask(folder.home, 'SELECT hash FROM audit WHERE seq = 5'))
    await using temp = await openTempCore({ home: folder.home, key })
    await temp.client.setAuditRetention({ years: 1 })
    await temp.core.vault.trail.settle()
    expect(await verdictOf(temp)).toMatchObject({ holds: true })
    writeFileSync(sealOf(folder.home), JSON.stringify(sealAt({ seq: 5, hash }, KeyRing.parse(key))))
    expect(await verdictOf(temp)).toMatchObject({ holds: false, what: 'seal_older', seq: 5 })
  })
})
