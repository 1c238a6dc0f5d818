// Raises the seal of one file, as one of several processes do; tries again where another is writing.
import { raiseSeal, readSeal, sealAt } from '../../../src/core/audit/seal.ts'
import { KeyRing } from '../../../src/core/crypto/master-key.ts'

const [, , path = '', key = '', number = '1'] = process.argv
const ring = KeyRing.parse(key)
const reached = (seq: number): boolean => {
  const seal = readSeal(path)
  return seal !== undefined && seal !== 'damaged' && seal.seq >= seq
}
for (let seq = Number(number); seq <= 100; seq += 4) {
  const seal = sealAt({ seq, hash: 'ab'.repeat(32) }, ring)
  while (!raiseSeal(path, seal) && !reached(seq)) await new Promise((resolve) => setImmediate(resolve))
}
