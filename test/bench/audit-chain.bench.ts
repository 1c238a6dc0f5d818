import { CHAIN_BEGIN, hashOf, verifyChain, type AuditRow, type ChainedRow } from '../../src/core/audit/chain.ts'
import { sealAt } from '../../src/core/audit/seal.ts'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { KeyRing } from '../../src/core/crypto/master-key.ts'
import { openInMemory } from '../../src/core/store/sqlite/database.ts'
import type { Figure } from './figure.ts'

const ROWS = 100_000

/** How long it takes to read and verify a long audit trail, and to append to it. */
export async function benchAuditChain(): Promise<Figure[]> {
  const ring = KeyRing.parse(generateFernetKey())
  const db = openInMemory()
  db.exec(`CREATE TABLE audit (seq INTEGER PRIMARY KEY, at TEXT, door TEXT, caller TEXT, os_user TEXT, pid INTEGER, act TEXT,
    provider TEXT, detail TEXT, hash TEXT)`)
  const insert = db.prepare(
    'INSERT INTO audit VALUES (@seq, @at, @door, @caller, @os_user, @pid, @act, @provider, @detail, @hash)',
  )
  let { hash } = CHAIN_BEGIN
  const detail = JSON.stringify({ model: 'gpt-6-astra', tool: 'editor', outcome: 'sent' })
  const facts = {
    door: 'rest',
    caller: 'editor',
    os_user: 'ann',
    pid: 4711,
    act: 'key.use',
    provider: 'openai',
    detail,
  }
  const appendBegan = performance.now()
  db.transaction(() => {
    for (let seq = 1; seq <= ROWS; seq++) {
      const row: AuditRow = { seq, at: new Date(1.8e12 + seq).toISOString(), ...facts }
      hash = hashOf(hash, row)
      insert.run({ ...row, hash })
    }
  })()
  const append = performance.now() - appendBegan
  const seal = sealAt({ seq: ROWS, hash }, ring)
  const began = performance.now()
  const rows = db.prepare('SELECT * FROM audit ORDER BY seq').iterate() as IterableIterator<ChainedRow>
  const verdict = verifyChain(rows, seal, ring)
  const verify = performance.now() - began
  db.close()
  if (!verdict.holds || verdict.sealed_to !== ROWS) throw new Error('the trail was written above')
  return [
    { name: 'read and verify 100,000 audit rows', value: verify, unit: 'ms' },
    { name: 'chain and insert one audit row, in memory', value: (append / ROWS) * 1000, unit: 'µs' },
  ]
}
