import { describe, expect, it } from 'vitest'
import {
  checkOwnToken,
  hashToken,
  isCredential,
  looksLikeToken,
  newToken,
  sameHash,
} from '../../../src/core/http/token.ts'

describe('newToken', () => {
  it('makes a token of the published form, different each time', () => {
    const tokens = Array.from({ length: 200 }, newToken)
    for (const token of tokens) expect(token).toMatch(/^lk_[0-9A-Za-z]{4}_[0-9A-Za-z]{43}_[0-9A-Za-z]{4}$/)
    expect(new Set(tokens).size).toBe(200)
  })

  it('draws every character with about the same chance', () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 2_000; i++) {
      for (const character of newToken().slice(8, 51)) counts.set(character, (counts.get(character) ?? 0) + 1)
    }
    // 86,000 draws of 62: 1,387 each, with a standard deviation of 37. A byte modulo 62 would give some 1,680.
    expect(counts.size).toBe(62)
    expect(Math.min(...counts.values())).toBeGreaterThan(1_387 - 6 * 37)
    expect(Math.max(...counts.values())).toBeLessThan(1_387 + 6 * 37)
  })
})

describe('looksLikeToken', () => {
  it('knows a token from one with a slip of the hand', () => {
    const token = newToken()
    expect(looksLikeToken(token)).toBe(true)
    expect(looksLikeToken(token.slice(0, -1))).toBe(false)
    for (const place of [3, 8, 30, 50]) {
      const other = token[place] === 'x' ? 'y' : 'x'
      expect(looksLikeToken(token.slice(0, place) + other + token.slice(place + 1))).toBe(false)
    }
  })
})

describe('isCredential', () => {
  it("takes an owner's own token of 24 visible characters and nothing a header would change", () => {
    expect(isCredential('a'.repeat(24))).toBe(true)
    expect(isCredential('!"#$%&()*+,-./:;<=>?@[]^_`{|}~')).toBe(true)
    for (const text of [
      'a'.repeat(23),
      'a'.repeat(513),
      `${'a'.repeat(24)} b`,
      `${'a'.repeat(24)}\n`,
      `${'a'.repeat(24)}é`,
    ]) {
      expect(isCredential(text)).toBe(false)
    }
  })

  it('refuses an own token that is too short, in words', () => {
    expect(() => checkOwnToken('short')).toThrow('LATCHKEY_TOKEN must be 24 to 512')
    expect(() => checkOwnToken('a'.repeat(24))).not.toThrow()
  })
})

describe('hashToken', () => {
  it('is SHA-256, the only form that is kept', () => {
    expect(hashToken('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(sameHash(hashToken('abc'), hashToken('abc'))).toBe(true)
    expect(sameHash(hashToken('abc'), hashToken('abd'))).toBe(false)
    expect(sameHash(hashToken('abc'), Buffer.alloc(0))).toBe(false)
  })
})
