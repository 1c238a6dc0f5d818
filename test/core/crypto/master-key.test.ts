import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  generateFernetKey,
  InvalidToken,
  KeyDestroyed,
  MalformedKey,
  parseFernetKey,
} from '../../../src/core/crypto/fernet.ts'
import {
  type BindingContext,
  KeyRing,
  MasterKey,
  MasterKeyMissing,
  newKeyId,
} from '../../../src/core/crypto/master-key.ts'

const API_KEY = Buffer.from('sk-proj-0123456789abcdefghijABCDEFGHIJ0123456789abcd')

function boundKey(ring: KeyRing): { context: BindingContext; binding: string; master_key_id: string } {
  const { token, master_key_id } = ring.seal(API_KEY)
  const context = { key_id: newKeyId(), provider_name: 'openai', origin: 'https://api.openai.com', token }
  return { context, binding: ring.bindingOf(context), master_key_id }
}

describe('MasterKey', () => {
  it('has an id that the key alone decides', () => {
    const raw = Buffer.alloc(32, 7)
    const subkey = Buffer.from(hkdfSync('sha256', raw, '', 'latchkey/id/v1', 32))
    const expected = createHmac('sha256', subkey).update('latchkey').digest().subarray(0, 8).toString('hex')
    expect(new MasterKey(Buffer.from(raw)).id).toBe(expected)
    expect(new MasterKey(randomBytes(32)).id).not.toBe(expected)
  })

  // The values below were computed in Python from what the design says, not by the code under test.
  it('keeps the id it has in vaults already written', () => {
    expect(new MasterKey(Buffer.alloc(32, 7)).id).toBe('e5a3c6f11313b60e')
  })

  it('keeps the bindings it has in vaults already written', () => {
    const context = { key_id: 'k', provider_name: 'openai', origin: 'https://api.openai.com', token: 't' }
    const key = new MasterKey(Buffer.alloc(32, 7))
    expect(key.bindingOf(context)).toBe('88e14ce31135daea52593608ed3da80a3b20f08d6ade4177df42689da0fd26c7')
    expect(key.bindingOf({ ...context, origin: null })).toBe(
      '2574bcf5846dbe28a4a624c17eb0a25197b2f9d02681630a342f12bfd73fc205',
    )
  })
})

describe('KeyRing', () => {
  it('reads one key, or several with commas, spaces and quotes between', () => {
    const [a, b] = [generateFernetKey(), generateFernetKey()]
    const ids = [a, b].map((key) => new MasterKey(parseFernetKey(key)).id)
    expect(KeyRing.parse(a).ids).toEqual(ids.slice(0, 1))
    for (const text of [`${a},${b}`, `${a}, ${b}\n`, `"${a},${b}"`, `'${a}', '${b}'`]) {
      expect(KeyRing.parse(text).ids).toEqual(ids)
      expect(KeyRing.parse(text).currentId).toBe(ids[0])
    }
  })

  it.each(['', ',', 'KEY,', ',KEY', 'KEY,,KEY', 'KEY KEY', 'KEY;KEY', 'KEY,nonsense'])(
    'refuses the list %j without repeating it',
    (pattern) => {
      const key = generateFernetKey()
      let error: unknown
      try {
        KeyRing.parse(pattern.replaceAll('KEY', key))
      } catch (cause) {
        error = cause
      }
      expect(error).toBeInstanceOf(MalformedKey)
      expect(inspect(error)).not.toContain(key.slice(0, 20))
    },
  )

  it('encrypts under the first key and opens what any of them made', () => {
    const [old, fresh] = [generateFernetKey(), generateFernetKey()]
    const before = KeyRing.parse(old)
    const during = KeyRing.parse(`${fresh},${old}`)
    const after = KeyRing.parse(fresh)
    const sealedBefore = before.seal(API_KEY)
    const sealedDuring = during.seal(API_KEY)

    expect(sealedDuring.master_key_id).toBe(after.currentId)
    expect(during.open(sealedBefore.token, sealedBefore.master_key_id)).toEqual(API_KEY)
    expect(after.open(sealedDuring.token, sealedDuring.master_key_id)).toEqual(API_KEY)
    expect(before.has(sealedDuring.master_key_id)).toBe(false)
    expect(() => before.open(sealedDuring.token, sealedDuring.master_key_id)).toThrow(MasterKeyMissing)
  })

  it('refuses a token under the id of another key of the ring', () => {
    const ring = KeyRing.parse(`${generateFernetKey()},${generateFernetKey()}`)
    const [, other = ''] = ring.ids
    expect(() => ring.open(ring.seal(API_KEY).token, other)).toThrow(InvalidToken)
  })

  it('finds the key of a token that another program wrote', () => {
    const [old, fresh] = [generateFernetKey(), generateFernetKey()]
    const { token, master_key_id } = KeyRing.parse(old).seal(API_KEY)
    expect(KeyRing.parse(`${fresh},${old}`).openAny(token)).toEqual({ plaintext: API_KEY, master_key_id })
    expect(() => KeyRing.parse(fresh).openAny(token)).toThrow(InvalidToken)
  })

  it('counts every token put to a key, opened or not, and nothing else', () => {
    const ring = KeyRing.parse(`${generateFernetKey()},${generateFernetKey()}`)
    const { context, binding, master_key_id } = boundKey(ring)
    expect(ring.bindingMatches(context, binding, master_key_id)).toBe(true)
    expect(ring.decryptCount).toBe(0)
    ring.open(context.token, master_key_id)
    expect(ring.decryptCount).toBe(1)
    expect(() => ring.openAny('nonsense')).toThrow(InvalidToken)
    expect(ring.decryptCount).toBe(3)
  })

  it('holds a key given twice as one', () => {
    const key = generateFernetKey()
    const ring = KeyRing.parse(`${key},${key}`)
    expect(ring.ids).toEqual([new MasterKey(parseFernetKey(key)).id])
    ring.destroy()
    expect(() => ring.seal(API_KEY)).toThrow(KeyDestroyed)
  })
})

describe('binding', () => {
  const ring = KeyRing.parse(`${generateFernetKey()},${generateFernetKey()}`)
  const { context, binding, master_key_id } = boundKey(ring)
  const [, otherId = ''] = ring.ids

  it('matches where the token was put', () => {
    expect(ring.bindingMatches(context, binding, master_key_id)).toBe(true)
    expect(ring.bindingMatches({ ...context }, ring.bindingOf(context, master_key_id), master_key_id)).toBe(true)
  })

  const elsewhere: Array<[string, Partial<BindingContext>]> = [
    ['moved to another row', { key_id: newKeyId() }],
    ['moved to another provider', { provider_name: 'openai2' }],
    ['sent to another host', { origin: 'https://api.evil.example' }],
    ['sent to another port', { origin: 'https://api.openai.com:8443' }],
    ['sent in the clear', { origin: 'http://api.openai.com' }],
    ['left without an address', { origin: null }],
    ['given an address that is empty', { origin: '' }],
    ['exchanged for another token of the same key', { token: ring.seal(API_KEY).token }],
  ]
  it.each(elsewhere)('does not match when the token is %s', (_, change) => {
    expect(ring.bindingMatches({ ...context, ...change }, binding, master_key_id)).toBe(false)
  })

  it('does not match when the tags of two rows are swapped', () => {
    const other = boundKey(ring)
    expect(ring.bindingMatches(context, other.binding, master_key_id)).toBe(false)
    expect(ring.bindingMatches(other.context, binding, master_key_id)).toBe(false)
  })

  it('does not match under another master key, or one the ring lacks', () => {
    expect(ring.bindingMatches(context, binding, otherId)).toBe(false)
    expect(KeyRing.parse(generateFernetKey()).bindingMatches(context, binding, master_key_id)).toBe(false)
    expect(() => ring.bindingOf(context, '0000000000000000')).toThrow(MasterKeyMissing)
  })

  it.each(['', 'zz', 'é'.repeat(32)])('does not match the tag %j', (tag) => {
    expect(ring.bindingMatches(context, tag, master_key_id)).toBe(false)
  })

  it('does not match a tag with one character changed, or in capitals', () => {
    for (let at = 0; at < binding.length; at++) {
      const changed = binding.slice(0, at) + (binding[at] === '0' ? '1' : '0') + binding.slice(at + 1)
      expect(ring.bindingMatches(context, changed, master_key_id)).toBe(false)
    }
    expect(ring.bindingMatches(context, `${binding.slice(0, -1)}A`, master_key_id)).toBe(false)
    expect(ring.bindingMatches(context, `${binding}0`, master_key_id)).toBe(false)
  })

  it('stays apart for contexts that differ, wherever the text is split into fields', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\u0001', 'é'), maxLength: 3 })
    const contexts = fc.record({ key_id: text, provider_name: text, origin: fc.option(text), token: text })
    fc.assert(
      fc.property(contexts, contexts, (one, two) => {
        const same = JSON.stringify(one) === JSON.stringify(two)
        expect(ring.bindingOf(one) === ring.bindingOf(two)).toBe(same)
      }),
      { numRuns: 2000 },
    )
  })

  it('has a random id for each stored key', () => {
    const ids = new Set(Array.from({ length: 1000 }, newKeyId))
    expect(ids.size).toBe(1000)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('destroy', () => {
  it('zeroes every key of the ring and refuses every later use', () => {
    const raws = [randomBytes(32), randomBytes(32)]
    const [current, old] = raws.map((raw) => new MasterKey(raw))
    if (current === undefined || old === undefined) throw new Error('two keys were made above')
    const ring = new KeyRing(current, old)
    const { context, binding, master_key_id } = boundKey(ring)
    ring.destroy()

    expect(raws).toEqual([Buffer.alloc(32), Buffer.alloc(32)])
    expect(() => ring.seal(API_KEY)).toThrow(KeyDestroyed)
    expect(() => ring.open(context.token, master_key_id)).toThrow(KeyDestroyed)
    expect(() => ring.openAny(context.token)).toThrow(KeyDestroyed)
    expect(() => ring.bindingOf(context)).toThrow(KeyDestroyed)
    expect(() => ring.bindingMatches(context, binding, master_key_id)).toThrow(KeyDestroyed)
    expect(ring.ids).toEqual([current.id, old.id])
  })

  it('shows no key when printed or made JSON', () => {
    const raw = randomBytes(32)
    const ring = new KeyRing(new MasterKey(raw))
    expect(JSON.stringify(ring)).toBe('{}')
    expect(inspect(ring, { depth: 9 })).toBe('KeyRing {}')
    expect(inspect(ring, { showHidden: true, depth: 9 })).not.toContain('Buffer')
    expect(JSON.stringify(new MasterKey(raw))).toBe(JSON.stringify({ id: ring.currentId, fernet: {} }))
  })
})
