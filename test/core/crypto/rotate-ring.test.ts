import { describe, expect, it } from 'vitest'
import { generateFernetKey, InvalidToken, MalformedKey } from '../../../src/core/crypto/fernet.ts'
import { KeyRing } from '../../../src/core/crypto/master-key.ts'
import { keysThatMayGo, ringToBegin, ringToKeep, rotationState } from '../../../src/core/crypto/rotate-ring.ts'
import { WrappingKey } from '../../../src/core/crypto/wrapped-key.ts'

const idOf = (key: string): string => KeyRing.parse(key).currentId
const [old, fresh, stranger] = [generateFernetKey(), generateFernetKey(), generateFernetKey()]

/** A source, a vault with three keys, and a rotation that can be stopped before each of its steps. */
class Rotation {
  source = `${old}\n`
  vaultKeyId = idOf(old)
  rows = ['a', 'b', 'c'].map((text) => KeyRing.parse(old).seal(Buffer.from(text)))

  run(stopBefore = Infinity): boolean {
    const steps = [
      () => (this.source = ringToBegin(this.source, this.vaultKeyId)),
      // One transaction: every row and the check value.
      () => {
        const ring = KeyRing.parse(this.source)
        this.rows = this.rows.map(({ token, master_key_id }) => ring.seal(ring.open(token, master_key_id)))
        this.vaultKeyId = ring.currentId
      },
      () => (this.source = ringToKeep(this.source, this.vaultKeyId)),
    ]
    const begun = { settled: 0, begun: 1, finishing: 2, foreign: 3 }[rotationState(this.source, this.vaultKeyId)]
    for (const [at, step] of steps.slice(begun).entries()) {
      if (at === stopBefore) return false
      step()
    }
    return true
  }

  plaintexts(): string[] {
    const ring = KeyRing.parse(this.source).ledBy(this.vaultKeyId)
    return this.rows.map(({ token, master_key_id }) => ring.open(token, master_key_id).toString())
  }
}

describe('a rotation', () => {
  it('opens every key at each step, and goes on from wherever it was stopped', () => {
    for (let stop = 0; stop < 3; stop++) {
      const rotation = new Rotation()
      expect(rotation.run(stop)).toBe(false)
      expect(rotation.plaintexts()).toEqual(['a', 'b', 'c'])
      const begunWith = rotation.source.split(',')[0]
      expect(rotation.run()).toBe(true)
      expect(rotation.plaintexts()).toEqual(['a', 'b', 'c'])
      expect(rotationState(rotation.source, rotation.vaultKeyId)).toBe('settled')
      expect(rotation.vaultKeyId).not.toBe(idOf(old))
      // Stopped after the ring was written, it makes no second new key.
      if (stop > 0) expect(idOf(begunWith ?? '')).toBe(rotation.vaultKeyId)
    }
  })

  it('leaves nothing that the old key opens', () => {
    const rotation = new Rotation()
    rotation.run()
    const { token } = rotation.rows[0] ?? { token: '' }
    expect(() => KeyRing.parse(old).openAny(token)).toThrow(InvalidToken)
    expect(rotation.source).not.toContain(old)
  })
})

describe('the ring', () => {
  it.each([
    [`${old}\n`, old, 'settled'],
    [`${fresh}, ${old}`, old, 'begun'],
    [`${fresh},${old}`, fresh, 'finishing'],
    [`"${fresh}","${old}",'${stranger}'`, stranger, 'begun'],
    [`${fresh},${old}`, stranger, 'foreign'],
    [`${old},${old}`, old, 'settled'],
  ])('tells where a rotation stands (%#)', (text, vaultKey, state) => {
    expect(rotationState(text, idOf(vaultKey))).toBe(state)
  })

  it("begins with a new key before the vault's, without what else was there", () => {
    expect(ringToBegin(`${old}\n`, idOf(old), fresh)).toBe(`${fresh},${old}`)
    expect(ringToBegin(`${old},${stranger}`, idOf(old), fresh)).toBe(`${fresh},${old}`)
    expect(idOf(ringToBegin(old, idOf(old)))).not.toBe(idOf(old))
  })

  it('takes back a rotation that touched no row', () => {
    expect(ringToKeep(`${fresh},${old}`, idOf(old))).toBe(old)
  })

  it("is never written without the vault's key", () => {
    expect(() => ringToKeep(`${fresh},${old}`, idOf(stranger))).toThrow("none of the keys at hand is the vault's")
    expect(() => ringToBegin(fresh, idOf(stranger))).toThrow("none of the keys at hand is the vault's")
    expect(() => ringToBegin('nonsense', idOf(old))).toThrow(MalformedKey)
  })

  it('says which keys may go from the environment, and which not yet', () => {
    const text = `${fresh},${old}`
    expect(keysThatMayGo(text, idOf(fresh), [idOf(old), idOf(fresh)])).toEqual([])
    expect(keysThatMayGo(text, idOf(fresh), [idOf(fresh)])).toEqual([idOf(old)])
    expect(keysThatMayGo(text, idOf(old), [])).toEqual([idOf(fresh)])
  })

  it('fits under a passphrase as one key does', async () => {
    const wrapping = await WrappingKey.create('correct horse battery staple')
    const text = wrapping.wrap(ringToBegin(old, idOf(old), fresh))
    const { key } = await WrappingKey.open(text, 'correct horse battery staple', 'master.key')
    expect(rotationState(key.toString(), idOf(old))).toBe('begun')
  })
})
