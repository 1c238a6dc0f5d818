import { beforeEach, describe, expect, it } from 'vitest'
import { CHAIN_BEGIN, hashOf, verifyChain, type AuditRow, type ChainedRow } from '../../../src/core/audit/chain.ts'
import { sealAt, type AuditSeal } from '../../../src/core/audit/seal.ts'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { KeyRing } from '../../../src/core/crypto/master-key.ts'
import { openInMemory, type Database } from '../../../src/core/store/sqlite/database.ts'
import { seeded } from '../../support/seeded.ts'

const ring = KeyRing.parse(generateFernetKey())
const COUNT = 50
let db: Database
let seal: AuditSeal

const row = (seq: number): AuditRow => ({
  seq,
  at: new Date(1.8e12 + seq).toISOString(),
  door: seq % 2 === 0 ? 'window' : 'rest',
  caller: seq % 3 === 0 ? null : 'tool',
  os_user: 'ann',
  pid: 4711,
  act: 'key.use',
  provider: seq % 5 === 0 ? null : 'openai',
  detail: JSON.stringify({ n: seq, text: 'ünïcode "\n' }),
})

beforeEach(() => {
  db = openInMemory()
  db.exec(`CREATE TABLE audit (seq INTEGER PRIMARY KEY, at TEXT, door TEXT, caller TEXT, os_user TEXT, pid INTEGER, act TEXT,
    provider TEXT, detail TEXT, hash TEXT)`)
  let { hash } = CHAIN_BEGIN
  for (let seq = 1; seq <= COUNT; seq++) {
    hash = hashOf(hash, row(seq))
    put({ ...row(seq), hash })
  }
  seal = sealAt({ seq: COUNT, hash }, ring)
})

function put(chained: ChainedRow): void {
  const { seq, at, door, caller, os_user, pid, act, provider, detail, hash } = chained
  const values = [seq, at, door, caller, os_user, pid, act, provider, detail, hash]
  db.prepare('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(...values)
}

const rows = (): ChainedRow[] => db.prepare('SELECT * FROM audit ORDER BY seq').all() as ChainedRow[]
const verify = (by: AuditSeal | undefined = seal) => verifyChain(rows(), by, ring)

/** As somebody would who can write the file and knows how the chain is made, but has no key. */
function chainAnew(from: number): void {
  let hash =
    from === 1
      ? CHAIN_BEGIN.hash
      : String(db.prepare('SELECT hash FROM audit WHERE seq < ? ORDER BY seq DESC').pluck().get(from))
  for (const changed of rows().filter(({ seq }) => seq >= from)) {
    hash = hashOf(hash, changed)
    db.prepare('UPDATE audit SET hash = ? WHERE seq = ?').run(hash, changed.seq)
  }
}

describe('an audit trail that nobody touched', () => {
  it('holds, and says how far the seal vouches for it', () => {
    expect(verify()).toEqual({ holds: true, rows: COUNT, sealed_to: COUNT, beyond: 0 })
    const earlier = rows()[29]
    if (earlier === undefined) throw new Error('fifty rows were made above')
    expect(verify(sealAt(earlier, ring))).toEqual({ holds: true, rows: COUNT, sealed_to: 30, beyond: 20 })
    expect(verifyChain(rows(), undefined, ring)).toEqual({ holds: true, rows: COUNT, sealed_to: 0, beyond: COUNT })
  })

  it('holds where it is empty, sealed or not', () => {
    expect(verifyChain([], undefined, ring)).toEqual({ holds: true, rows: 0, sealed_to: 0, beyond: 0 })
    expect(verifyChain([], sealAt(CHAIN_BEGIN, ring), ring)).toEqual({ holds: true, rows: 0, sealed_to: 0, beyond: 0 })
  })

  it('holds from where retention left it', () => {
    const [last] = rows().slice(19)
    if (last === undefined) throw new Error('fifty rows were made above')
    expect(verifyChain(rows().slice(20), seal, ring, last)).toMatchObject({ holds: true, rows: 30 })
  })

  it('has the hashes it has in vaults already written', () => {
    // Computed with sha256sum from what the file says.
    expect(CHAIN_BEGIN.hash).toBe('4c07b19ae47e50e77fc260f2f6287fde34aeb714a218e7279eb8f7cacc9529de')
    expect(hashOf(CHAIN_BEGIN.hash, { ...row(1), at: '2026-11-23T10:00:00.000Z', detail: '{}' })).toBe(
      '233b9ed400d37947f4d7c4f562b29f61ac7a1f9a6d4b3ef5aecfa15d1ede9b5c',
    )
  })
})

describe('raw SQL against the trail', () => {
  const columns = ['at', 'door', 'caller', 'os_user', 'pid', 'act', 'provider', 'detail', 'hash']
  it.each(columns)('that edits %s in any row is found, and the row is named', (column) => {
    for (const seq of [1, 2, 25, COUNT]) {
      const before = db.prepare(`SELECT ${column} FROM audit WHERE seq = ?`).pluck().get(seq)
      db.prepare(`UPDATE audit SET ${column} = ? WHERE seq = ?`).run(column === 'pid' ? 1 : 'x', seq)
      expect(verify()).toEqual({ holds: false, seq, what: 'changed' })
      db.prepare(`UPDATE audit SET ${column} = ? WHERE seq = ?`).run(before, seq)
    }
    expect(verify()).toMatchObject({ holds: true })
  })

  it.each([1, 2, 25, COUNT - 1])('that deletes row %i is found, and the row is named', (seq) => {
    db.prepare('DELETE FROM audit WHERE seq = ?').run(seq)
    expect(verify()).toEqual({ holds: false, seq, what: 'missing' })
  })

  it('that deletes a row and closes the gap is found at the gap', () => {
    db.exec('DELETE FROM audit WHERE seq = 25; UPDATE audit SET seq = seq - 1 WHERE seq > 25')
    expect(verify()).toEqual({ holds: false, seq: 25, what: 'changed' })
  })

  it('that exchanges two rows is found at the first', () => {
    db.exec(
      'UPDATE audit SET seq = -1 WHERE seq = 20; UPDATE audit SET seq = 20 WHERE seq = 30; UPDATE audit SET seq = 30 WHERE seq = -1',
    )
    expect(verify()).toEqual({ holds: false, seq: 20, what: 'changed' })
  })

  it('that inserts a row is found at that row', () => {
    db.exec('UPDATE audit SET seq = -seq WHERE seq >= 25; UPDATE audit SET seq = 1 - seq WHERE seq < 0')
    put({ ...row(25), act: 'key.copy', hash: 'f'.repeat(64) })
    expect(verify()).toEqual({ holds: false, seq: 25, what: 'changed' })
  })

  it.each([1, 10, COUNT])('that cuts off the last %i rows is found by the seal', (cut) => {
    db.prepare('DELETE FROM audit WHERE seq > ?').run(COUNT - cut)
    expect(verify()).toEqual({ holds: false, seq: COUNT - cut + 1, what: 'cut_off' })
    expect(verifyChain(rows(), undefined, ring)).toMatchObject({ holds: true })
  })

  it('that computes the chain anew after an edit is found by the seal', () => {
    db.exec("UPDATE audit SET provider = 'xai' WHERE seq = 25")
    chainAnew(25)
    expect(verifyChain(rows(), undefined, ring)).toMatchObject({ holds: true })
    expect(verify()).toEqual({ holds: false, seq: COUNT, what: 'rewritten' })
  })

  it('that computes it anew after cutting off and refilling is found by the seal', () => {
    db.exec('DELETE FROM audit WHERE seq > 40')
    for (let seq = 41; seq <= 60; seq++) put({ ...row(seq), act: 'settings.update', hash: '' })
    chainAnew(41)
    expect(verify()).toEqual({ holds: false, seq: COUNT, what: 'rewritten' })
  })

  it('behind the seal breaks the chain, or is said to lie beyond it', () => {
    const last = rows().at(-1)
    if (last === undefined) throw new Error('fifty rows were made above')
    put({ ...row(COUNT + 1), hash: 'f'.repeat(64) })
    expect(verify()).toEqual({ holds: false, seq: COUNT + 1, what: 'changed' })
    chainAnew(COUNT + 1)
    expect(verify()).toEqual({ holds: true, rows: COUNT + 1, sealed_to: COUNT, beyond: 1 })
  })

  const seed = 20261123
  it(`of every kind at once, at random (seed ${seed}), is never missed`, () => {
    const random = seeded(seed)
    const whole = rows()
    for (let round = 0; round < 500; round++) {
      const changed = whole.map((chained) => ({ ...chained }))
      const at = random(COUNT)
      const kind = random(4)
      if (kind === 0) changed.splice(at, 1)
      if (kind === 1) changed.splice(at, 0, { ...row(at + 1), hash: whole[at]?.hash ?? '' })
      if (kind === 2)
        changed.splice(at, 1, { ...row(at + 1), detail: `{"n":${random(1e9)}}`, hash: whole[at]?.hash ?? '' })
      if (kind === 3) changed.splice(at, 2, ...changed.slice(at, at + 2).toReversed())
      const same = JSON.stringify(changed) === JSON.stringify(whole)
      const verdict = verifyChain(changed, seal, ring)
      expect([round, kind, at, verdict.holds]).toEqual([round, kind, at, same])
      if (!verdict.holds) expect(verdict.seq).toBeLessThanOrEqual(at + 2)
    }
  })
})
