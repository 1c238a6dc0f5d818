import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn, spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CHAIN_BEGIN, verifyChain } from '../../../src/core/audit/chain.ts'
import { raiseSeal, readSeal, sealAt, sealHolds } from '../../../src/core/audit/seal.ts'
import { generateFernetKey, KeyDestroyed } from '../../../src/core/crypto/fernet.ts'
import { KeyRing } from '../../../src/core/crypto/master-key.ts'

const key = generateFernetKey()
const ring = KeyRing.parse(key)
const hash = 'ab'.repeat(32)
let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-seal-'))
  path = join(folder, 'audit-head.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the seal', () => {
  it('holds under the master key that made it, also in a ring, and under no other', () => {
    const seal = sealAt({ seq: 7, hash }, ring)
    expect(sealHolds(seal, ring)).toBe(true)
    expect(sealHolds(seal, KeyRing.parse(`${generateFernetKey()},${key}`))).toBe(true)
    expect(sealHolds(seal, KeyRing.parse(generateFernetKey()))).toBe(false)
  })

  it('holds for its own row and hash alone', () => {
    const seal = sealAt({ seq: 7, hash }, ring)
    const other = sealAt({ seq: 8, hash: 'cd'.repeat(32) }, ring)
    expect(sealHolds({ ...seal, seq: 6 }, ring)).toBe(false)
    expect(sealHolds({ ...seal, hash: other.hash }, ring)).toBe(false)
    expect(sealHolds({ ...seal, mac: other.mac }, ring)).toBe(false)
    expect(verifyChain([], { ...sealAt(CHAIN_BEGIN, ring), mac: seal.mac }, ring)).toEqual({
      holds: false,
      seq: 0,
      what: 'seal_invalid',
    })
  })

  it('cannot be made once the key is gone from memory', () => {
    const gone = KeyRing.parse(key)
    gone.destroy()
    expect(() => sealAt({ seq: 1, hash }, gone)).toThrow(KeyDestroyed)
  })

  it('has the tag it has in files already written', () => {
    const known = KeyRing.parse(Buffer.alloc(32, 7).toString('base64url') + '=')
    // Computed in Python from what the design says.
    expect(sealAt({ seq: 7, hash }, known).mac).toBe('1c6d36d0dc4e5813ac24fb0b1e230a3fb702a06683bcbd3bc45e295c63b85765')
  })
})

describe('its file', () => {
  it('only ever moves forward', () => {
    expect(readSeal(path)).toBeUndefined()
    const [three, seven] = [3, 7].map((seq) => sealAt({ seq, hash }, ring))
    if (three === undefined || seven === undefined) throw new Error('two seals were made above')
    expect(raiseSeal(path, three)).toBe(true)
    expect(raiseSeal(path, seven)).toBe(true)
    expect(raiseSeal(path, three)).toBe(false)
    expect(raiseSeal(path, seven)).toBe(false)
    expect(readSeal(path)).toEqual(seven)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['audit-head.json'])
  })

  it.each(['', 'nonsense', '{}', '{"version":1}'])('is evidence where it is damaged, and stays: %j', (text) => {
    writeFileSync(path, text)
    expect(readSeal(path)).toBe('damaged')
    expect(raiseSeal(path, sealAt({ seq: 9, hash }, ring))).toBe(false)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  it('is left to whoever writes it just now, and not held up by one who was killed', () => {
    const seal = sealAt({ seq: 9, hash }, ring)
    writeFileSync(`${path}.lock`, '')
    expect(raiseSeal(path, seal)).toBe(false)
    utimesSync(`${path}.lock`, 0, 0)
    expect(raiseSeal(path, seal)).toBe(true)

    writeFileSync(`${path}.lock`, String(process.pid))
    expect(raiseSeal(path, sealAt({ seq: 10, hash }, ring))).toBe(false)
    const { pid } = spawnSync(process.execPath, ['--version'])
    writeFileSync(`${path}.lock`, String(pid))
    expect(raiseSeal(path, sealAt({ seq: 10, hash }, ring))).toBe(true)
  })

  it('moves forward under four processes that all raise it', async () => {
    const script = join(import.meta.dirname, 'raise-seals.ts')
    const children = [1, 2, 3, 4].map((n) =>
      spawn(process.execPath, [script, path, key, String(n)], { stdio: ['ignore', 'ignore', 'inherit'] }),
    )
    const seen: number[] = []
    while (children.some(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      const seal = readSeal(path)
      expect(seal).not.toBe('damaged')
      if (seal !== undefined && seal !== 'damaged') seen.push(seal.seq)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(children.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0])
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(readSeal(path)).toMatchObject({ seq: 100 })
  })
})
