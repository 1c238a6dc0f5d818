import { createCipheriv, createHmac, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  Fernet,
  generateFernetKey,
  InvalidToken,
  KeyDestroyed,
  MalformedKey,
  parseFernetKey,
} from '../../../src/core/crypto/fernet.ts'
import { seeded } from '../../support/seeded.ts'
import { expired, generate, invalid, secret, verify } from './fernet-vectors.ts'

const fernet = new Fernet(parseFernetKey(secret))
const API_KEY = Buffer.from('sk-proj-0123456789abcdefghijABCDEFGHIJ0123456789abcd')
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const REFUSAL = new InvalidToken().message

/** Which of the texts are not refused in the one way there is. */
function notRefused(texts: string[]): string[] {
  return texts.filter((text) => {
    try {
      fernet.decrypt(text)
      return true
    } catch (cause) {
      return !(cause instanceof InvalidToken && cause.message === REFUSAL && cause.cause === undefined)
    }
  })
}

function flipBit(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes)
  flipped[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return flipped
}

function bytesOf(token: string): Buffer {
  return Buffer.from(token, 'base64url')
}

/** A token without its MAC, around a block that is padded by hand. */
function encryptedBlock(block: Buffer): Buffer {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-128-cbc', parseFernetKey(secret).subarray(16), iv).setAutoPadding(false)
  return Buffer.concat([Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0]), iv, cipher.update(block)])
}

/** `act(0)` to `act(count - 1)`. */
function times<T>(count: number, act: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => act(index))
}

/** Canonical base64url with padding, made by other means than the code under test. */
function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

/** Tokens of the three lengths modulo 3, so that '==', '=' and no padding are all met. */
const LENGTHS = [5, 20, 40]
const tokens = LENGTHS.map(tokenOf)

function tokenOf(length: number): string {
  return fernet.encrypt(API_KEY.subarray(0, length))
}

afterEach(() => {
  vi.useRealTimers()
})

describe('the published vectors', () => {
  it('makes the token of generate.json', () => {
    const { now, iv, src, token } = generate
    expect(fernet.encrypt(Buffer.from(src), { now, iv: Buffer.from(iv) })).toBe(token)
  })

  it('opens the token of verify.json', () => {
    const { token, ttl, now, src } = verify
    expect(fernet.decrypt(token, { ttl, now }).toString()).toBe(src)
  })

  it.each(invalid)('refuses a token of invalid.json: $desc', ({ token, ttl, now }) => {
    expect(() => fernet.decrypt(token, { ttl, now })).toThrow(new InvalidToken())
  })
})

describe('age', () => {
  it.each([-10, 10])('opens a stored token when the clock is off by %i years', (years) => {
    const token = fernet.encrypt(API_KEY)
    vi.useFakeTimers({ now: Date.now() + years * 365.25 * 86_400_000 })
    expect(fernet.decrypt(token)).toEqual(API_KEY)
  })

  it('writes the time of making into the token', () => {
    vi.useFakeTimers({ now: 1_234_567_890_999 })
    expect(bytesOf(fernet.encrypt(API_KEY)).readBigUInt64BE(1)).toBe(1_234_567_890n)
  })

  it('holds to the second where a ttl is asked for', () => {
    const token = fernet.encrypt(API_KEY, { now: 1000 })
    expect(fernet.decrypt(token, { ttl: 60, now: 1060 })).toEqual(API_KEY)
    expect(() => fernet.decrypt(token, { ttl: 60, now: 1061 })).toThrow(InvalidToken)
    expect(fernet.decrypt(token, { ttl: 60, now: 940 })).toEqual(API_KEY)
    expect(() => fernet.decrypt(token, { ttl: 60, now: 939 })).toThrow(InvalidToken)
  })
})

describe('what is not a token of this key', () => {
  it.each(LENGTHS)('refuses the token of %i bytes with any one bit of its content flipped', (length) => {
    const token = tokenOf(length)
    const bytes = bytesOf(token)
    expect(notRefused(times(bytes.length * 8, (bit) => encode(flipBit(bytes, bit))))).toEqual([])
  })

  it.each(LENGTHS)('refuses the token of %i bytes with any one bit of its text flipped', (length) => {
    const token = tokenOf(length)
    const text = Buffer.from(token, 'latin1')
    expect(notRefused(times(text.length * 8, (bit) => flipBit(text, bit).toString('latin1')))).toEqual([])
  })

  it.each(LENGTHS)('refuses the token of %i bytes cut short at either end, in text and in content', (length) => {
    const token = tokenOf(length)
    const bytes = bytesOf(token)
    expect(notRefused(times(token.length, (end) => token.slice(0, end)))).toEqual([])
    expect(notRefused(times(token.length, (cut) => token.slice(cut + 1)))).toEqual([])
    expect(notRefused(times(bytes.length, (end) => encode(bytes.subarray(0, end))))).toEqual([])
    expect(notRefused(times(bytes.length, (cut) => encode(bytes.subarray(cut + 1))))).toEqual([])
  })

  it.each([
    ['=', 4],
    ['==', 16],
  ])('refuses stray bits before %s, which other decoders ignore', (padding, spellings) => {
    const token = tokens.find((each) => /[^=]=+$/.exec(each)?.[0].slice(1) === padding) ?? ''
    const end = token.indexOf('=')
    const last = ALPHABET.indexOf(token.charAt(end - 1))
    const others = times(spellings - 1, (index) => {
      return token.slice(0, end - 1) + ALPHABET.charAt(last + index + 1) + token.slice(end)
    })
    expect(others.map((other) => encode(bytesOf(other)))).toEqual(others.map(() => token))
    expect(notRefused(others)).toEqual([])
  })

  it.each(['=', '\n', '\r\n', ' ', '\0', '!', '.', 'A', '"', '\ufeff', 'é', '🔑'])(
    'refuses a token with %j put in anywhere',
    (junk) => {
      for (const token of tokens) {
        expect(notRefused(times(token.length + 1, (at) => token.slice(0, at) + junk + token.slice(at)))).toEqual([])
      }
    },
  )

  it('refuses a token with padding left out', () => {
    const padded = tokens.filter((token) => token.endsWith('='))
    expect(padded).toHaveLength(2)
    expect(notRefused(padded.flatMap((token) => [token.slice(0, -1), token.replace(/=+$/, '')]))).toEqual([])
  })

  it('refuses the alphabet of plain base64', () => {
    // Published tokens that have the two characters in which the alphabets differ.
    const published = [verify.token, expired.token]
    expect(notRefused(published)).toEqual(published)
    expect(notRefused([verify.token.replaceAll('_', '/'), expired.token.replaceAll('-', '+')])).toEqual([])
  })

  it('refuses the token of another key, and nothing at all', () => {
    expect(notRefused([new Fernet(randomBytes(32)).encrypt(API_KEY), ''])).toEqual([])
  })

  it.each([
    ['another version', Buffer.concat([Buffer.from([0x81]), bytesOf(tokenOf(5)).subarray(1, -32)])],
    ['a part of a block', Buffer.concat([bytesOf(tokenOf(5)).subarray(0, -32), Buffer.alloc(15)])],
    ['no block', bytesOf(tokenOf(5)).subarray(0, 25)],
    ['nothing at all', Buffer.alloc(0)],
    ...[0, 17, 255].map((count): [string, Buffer] => [`padding of ${count}`, encryptedBlock(Buffer.alloc(16, count))]),
    ['uneven padding', encryptedBlock(Buffer.from('0123456789abc\u0003\u0002\u0003'))],
  ])('refuses %s, although the MAC holds', (_, head) => {
    const mac = createHmac('sha256', parseFernetKey(secret).subarray(0, 16)).update(head).digest()
    expect(notRefused([encode(Buffer.concat([head, mac]))])).toEqual([])
  })

  it('refuses 200,000 tampered tokens', () => {
    const seed = Number(process.env.LATCHKEY_TEST_SEED ?? Date.now() % 2 ** 31)
    const below = seeded(seed)
    const characters = `${ALPHABET}=+/ \n%é`
    const letter = () => characters.charAt(below(characters.length))
    const edits: Array<(token: string, at: number) => string> = [
      (token, at) => token.slice(0, at) + letter() + token.slice(at + 1),
      (token, at) => token.slice(0, at) + letter() + token.slice(at),
      (token, at) => token.slice(0, at) + token.slice(at + 1 + below(8)),
      (token, at) => token.slice(at) + token.slice(0, at),
      (token, at) => token.slice(0, at) + (tokens[below(tokens.length)] ?? '').slice(at),
      (token, at) => token.slice(0, at) + token.slice(at - below(16)),
    ]
    const tampered = times(200_000, () => {
      let token = tokens[below(tokens.length)] ?? ''
      for (let step = below(3); step >= 0; step--) {
        token = edits[below(edits.length)]?.(token, below(token.length)) ?? ''
      }
      return token
    })
    const changed = tampered.filter((token) => !tokens.includes(token))
    expect(changed.length).toBeGreaterThan(150_000)
    expect({ LATCHKEY_TEST_SEED: seed, opened: notRefused(changed) }).toEqual({ LATCHKEY_TEST_SEED: seed, opened: [] })
  })
})

describe('encrypting', () => {
  it('gives back any bytes, unchanged', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        const plaintext = Buffer.from(bytes)
        expect(fernet.decrypt(fernet.encrypt(plaintext))).toEqual(plaintext)
        expect(plaintext).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('never makes the same token twice', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const plaintext = Buffer.from(bytes)
        const now = 1_700_000_000
        expect(fernet.encrypt(plaintext, { now })).not.toBe(fernet.encrypt(plaintext, { now }))
      }),
    )
  })
})

describe('keys', () => {
  it('makes new ones that it can read', () => {
    const keys = new Set(Array.from({ length: 100 }, generateFernetKey))
    expect(keys.size).toBe(100)
    for (const key of keys) expect(encode(parseFernetKey(key))).toBe(key)
  })

  it('reads any 32 bytes, with the quotes and line ends of .env files around them', () => {
    const around = fc.string({ unit: fc.constantFrom('"', "'", ' ', '\t', '\r', '\n'), maxLength: 6 })
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), around, around, (bytes, before, after) => {
        expect(parseFernetKey(before + encode(Buffer.from(bytes)) + after)).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('reads a key that `openssl rand -base64 32` made, as Python does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        expect(parseFernetKey(`${Buffer.from(bytes).toString('base64')}\n`)).toEqual(Buffer.from(bytes))
      }),
    )
    expect(parseFernetKey(`${'+/'.repeat(21)}8=`)).toEqual(parseFernetKey(`${'-_'.repeat(21)}8=`))
  })

  it.each([
    ['nothing', ''],
    ['quotes around nothing', '""'],
    ['a key without its =', secret.slice(0, -1)],
    ['a key with a second =', `${secret}=`],
    ['31 bytes', encode(Buffer.alloc(31, 7))],
    ['33 bytes', encode(Buffer.alloc(33, 7))],
    ['stray bits at the end', secret.replace('4e4=', '4e5=')],
    ['a line break inside', `${secret.slice(0, 20)}\n${secret.slice(20)}`],
    ['junk inside', `${secret.slice(0, 20)}!${secret.slice(20)}`],
    ['a byte order mark', `\ufeff${secret}`],
    ['the whole line of .env', `ENCRYPTION_KEY=${secret}`],
    ['hex', 'ab'.repeat(32)],
  ])('refuses %s, and repeats none of it', (_, text) => {
    let error: unknown
    try {
      parseFernetKey(text)
    } catch (cause) {
      error = cause
    }
    expect(error).toBeInstanceOf(MalformedKey)
    const shown = inspect(error, { showHidden: true, depth: 9 })
    expect(text.length > 2 && shown.includes(text.slice(0, 20))).toBe(false)
  })

  it('answers within a moment however long the junk', () => {
    expect(() => parseFernetKey(`${' "'.repeat(1_000_000)}x`)).toThrow(MalformedKey)
  })

  it('takes 32 bytes and no others', () => {
    expect(() => new Fernet(Buffer.alloc(16))).toThrow(MalformedKey)
  })
})

describe('destroy', () => {
  it('zeroes the key and refuses every later use', () => {
    const raw = randomBytes(32)
    const doomed = new Fernet(raw)
    const token = doomed.encrypt(API_KEY)
    doomed.destroy()
    expect(raw).toEqual(Buffer.alloc(32))
    expect(() => doomed.encrypt(API_KEY)).toThrow(KeyDestroyed)
    expect(() => doomed.decrypt(token)).toThrow(KeyDestroyed)
  })

  it('shows no key when printed or made JSON', () => {
    const raw = randomBytes(32)
    const printed = inspect(new Fernet(raw), { showHidden: true, depth: 9 }) + JSON.stringify(new Fernet(raw))
    expect(printed).toBe('Fernet {}{}')
  })
})
