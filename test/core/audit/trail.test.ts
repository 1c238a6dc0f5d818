// The trail of a real vault, with its seal outside: whatever is done to the file by another program is found.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { readSeal } from '../../../src/core/audit/seal.ts'
import { verifyTrail } from '../../../src/core/audit/trail.ts'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { KeyRing } from '../../../src/core/crypto/master-key.ts'
import { migrate } from '../../../src/core/store/sqlite/migrate.ts'
import { CHAINED, migrations } from '../../../src/core/store/sqlite/migrations.ts'
import { openTempCore, tempHome, type TempCore } from '../../support/temp-core.ts'
import { ask, dumpVault, tamper } from '../../support/vault-dump.ts'

const key = generateFernetKey()
const sealOf = (home: string): string => join(home, 'audit-head.json')

/** A closed vault with a few events in its trail, sealed. */
async function vaultWithTrail(home: string): Promise<number> {
  await using temp = await openTempCore({ home, key })
  for (const name of ['a', 'b', 'c', 'd']) {
    await temp.client.createProvider({ name, display_name: name, models: ['m'] })
  }
  return Number(ask(home, 'SELECT max(seq) FROM audit'))
}

/** Puts a vault of the format before the chain, with the same trail and master key, in place of this one. */
function asBeforeTheChain(home: string): void {
  const path = join(home, 'vault.db')
  const older = join(home, 'older.db')
  const db = new Sqlite(older)
  migrate(db, migrations.slice(0, CHAINED - 1))
  db.exec(`ATTACH '${path}' AS vault_now;
    INSERT INTO audit SELECT seq, at, door, caller, os_user, pid, act, provider, detail FROM vault_now.audit;
    UPDATE vault SET (master_key_id, key_source, key_place, catalog_digest) =
      (SELECT master_key_id, key_source, key_place, catalog_digest FROM vault_now.vault)`)
  db.close()
  renameSync(older, path)
}

async function verdictOf({ core }: TempCore): Promise<unknown> {
  const { holds, ...rest } = await verifyTrail(core.vault.reader().audit, core.places.audit_head, core.vault.ring)
  return 'what' in rest ? [rest.what, rest.seq] : [holds, rest.sealed_to, rest.beyond]
}

/** The verdict on a closed vault after something was done to it, before and after more is written to it. */
async function verdictsAfter(home: string): Promise<unknown[]> {
  await using temp = await openTempCore({ home, key })
  const first = await verdictOf(temp)
  await temp.client.createProvider({ name: 'later', display_name: 'Later' })
  await temp.core.vault.trail.settle()
  return [first, await verdictOf(temp)]
}

describe('the trail of a vault', () => {
  it('is chained by the acts that write it, and sealed outside when the vault is closed', async () => {
    using folder = tempHome()
    const last = await vaultWithTrail(folder.home)
    expect(readSeal(sealOf(folder.home))).toMatchObject({ seq: last, master_key_id: KeyRing.parse(key).currentId })
    await using temp = await openTempCore({ home: folder.home, key })
    expect(await verdictOf(temp)).toEqual([true, last, 0])
  })

  it('holds behind the seal too, and says how many rows that are', async () => {
    await using temp = await openTempCore()
    await temp.core.vault.trail.settle()
    const sealed = Number(ask(temp.home, 'SELECT max(seq) FROM audit'))
    await temp.client.createProvider({ name: 'x', display_name: 'X' })
    expect(await verdictOf(temp)).toEqual([true, sealed, 1])
  })

  it('stays one chain where several write at the same time', async () => {
    using folder = tempHome()
    await using first = await openTempCore({ home: folder.home, key })
    await using second = await openTempCore({ home: folder.home, key })
    const made = [first, second].flatMap(({ client }, n) =>
      Array.from({ length: 40 }, (_, m) => client.createProvider({ name: `p-${n}-${m}`, display_name: 'P' })),
    )
    const refused = await Promise.allSettled([
      ...made,
      ...[0, 1, 2].map(() => first.client.createProvider({ name: 'same', display_name: 'Same' })),
    ])
    expect(refused.filter(({ status }) => status === 'rejected')).toHaveLength(2)
    await first.core.vault.trail.settle()
    const last = Number(ask(folder.home, 'SELECT max(seq) FROM audit'))
    expect(ask(folder.home, "SELECT count(*) FROM audit WHERE act = 'provider.create'")).toBe(81)
    expect(await verdictOf(second)).toEqual([true, last, 0])
  })

  it('chains what was written before there was a chain', async () => {
    using folder = tempHome()
    const last = await vaultWithTrail(folder.home)
    const chained = dumpVault(folder.home)['audit']
    rmSync(sealOf(folder.home))
    asBeforeTheChain(folder.home)
    await using temp = await openTempCore({ home: folder.home, key })
    expect(dumpVault(folder.home)['audit']).toEqual(chained)
    expect(await verdictOf(temp)).toEqual([true, 0, last])
  })
})

// The trail has six rows: the vault, the catalog, four providers.
const damages: [string, string, unknown][] = [
  ['a changed time', "UPDATE audit SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 3", ['changed', 3]],
  ['a changed door', "UPDATE audit SET door = 'window' WHERE seq = 4", ['changed', 4]],
  ['another caller', "UPDATE audit SET caller = 'somebody' WHERE seq = 4", ['changed', 4]],
  ['another user', "UPDATE audit SET os_user = 'somebody' WHERE seq = 4", ['changed', 4]],
  ['another act', "UPDATE audit SET act = 'model.add' WHERE seq = 5", ['changed', 5]],
  ['another provider', "UPDATE audit SET provider = 'x' WHERE seq = 5", ['changed', 5]],
  ['a changed detail', "UPDATE audit SET detail = '{}' WHERE seq = 3", ['changed', 3]],
  ['another hash', 'UPDATE audit SET hash = substr(hash, 2) || substr(hash, 1, 1) WHERE seq = 6', ['changed', 6]],
  ['a row deleted', 'DELETE FROM audit WHERE seq = 4', ['missing', 4]],
  ['the first row deleted', 'DELETE FROM audit WHERE seq = 1', ['missing', 1]],
  [
    'a row put in between',
    `DELETE FROM audit WHERE seq = 6; UPDATE audit SET seq = 6 WHERE seq = 5;
     INSERT INTO audit SELECT 5, at, door, caller, os_user, pid, act, provider, detail, hash FROM audit WHERE seq = 4`,
    ['changed', 5],
  ],
  [
    'two rows in another order',
    'UPDATE audit SET seq = 99 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 99',
    ['changed', 4],
  ],
  [
    'a row before the first',
    "INSERT INTO audit (seq, at, door, os_user, pid, act) VALUES (-7, '', '', '', 1, '')",
    ['changed', -7],
  ],
  ['the end cut off', 'DELETE FROM audit WHERE seq > 4', ['cut_off', 5]],
  ['everything deleted', 'DELETE FROM audit', ['cut_off', 1]],
]

describe('a trail that was tampered with', () => {
  it.each(damages)('shows %s, also after more was written', async (_what, sql, expected) => {
    using folder = tempHome()
    expect(await vaultWithTrail(folder.home)).toBe(6)
    tamper(folder.home, sql)
    const [before, after] = await verdictsAfter(folder.home)
    expect(before).toEqual(expected)
    // What was cut off is a gap once something follows it.
    const [what, seq] = expected as [string, number]
    expect(after).toEqual([what === 'cut_off' ? 'missing' : what, seq])
  })

  it('shows an end cut off where the numbers were set back too', async () => {
    using folder = tempHome()
    await vaultWithTrail(folder.home)
    tamper(folder.home, "DELETE FROM audit WHERE seq > 4; UPDATE sqlite_sequence SET seq = 4 WHERE name = 'audit'")
    expect(await verdictsAfter(folder.home)).toEqual([
      ['cut_off', 5],
      ['cut_off', 6],
    ])
    await using temp = await openTempCore({ home: folder.home, key })
    for (const name of ['e', 'f', 'g']) await temp.client.createProvider({ name, display_name: name })
    await temp.core.vault.trail.settle()
    expect(await verdictOf(temp)).toEqual(['rewritten', 6])
  })

  it('shows a seal that was changed, or made under another key, and leaves it there', async () => {
    using folder = tempHome()
    await vaultWithTrail(folder.home)
    const text = readFileSync(sealOf(folder.home), 'utf8')
    for (const forged of [text.replace(/"seq":\d+/, '"seq":4'), text.replace(/"mac":"../, '"mac":"zz'), 'nonsense']) {
      writeFileSync(sealOf(folder.home), forged)
      const [[what] = []] = (await verdictsAfter(folder.home)) as [string][]
      expect(what).toBe('seal_invalid')
      expect(readFileSync(sealOf(folder.home), 'utf8')).toBe(forged)
      await using temp = await openTempCore({ home: folder.home, key })
      const late = (await temp.client.listProviders()).find(({ name }) => name === 'later')
      await temp.client.deleteProvider({ provider_id: late?.id ?? 0 })
    }
  })
})

describe('the seal', () => {
  it('begins anew under another master key, and the one before is kept', async () => {
    using folder = tempHome()
    await vaultWithTrail(folder.home)
    await using temp = await openTempCore({ home: folder.home, key: null })
    await temp.client.startOver({ vault_name: 'vault-home' })
    await temp.core.vault.trail.settle()
    expect(await verdictOf(temp)).toEqual([true, Number(ask(folder.home, 'SELECT max(seq) FROM audit')), 0])
    expect(existsSync(sealOf(folder.home))).toBe(true)
  })
})
