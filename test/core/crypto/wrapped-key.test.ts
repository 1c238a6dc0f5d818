import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { generateFernetKey, KeyDestroyed, MalformedKey } from '../../../src/core/crypto/fernet.ts'
import { KeyRing } from '../../../src/core/crypto/master-key.ts'
import { isWrappedKey, keyParts, WrappingKey, wrappedKeyFacts } from '../../../src/core/crypto/wrapped-key.ts'
import { isAppError } from '../../../src/shared/errors.ts'

// scrypt takes its time, more so on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const PASSPHRASE = 'correct horse battery staple'
const PLACE = '/home/ann/.config/latchkey/master.key'
const key = generateFernetKey()
const wrapping = await WrappingKey.create(PASSPHRASE)
const wrapped = wrapping.wrap(key)

const opened = async (text: string, passphrase = PASSPHRASE): Promise<string> =>
  (await WrappingKey.open(text, passphrase, PLACE)).key.toString()

const outcome = async (text: string, passphrase?: string): Promise<string> => {
  try {
    return await opened(text, passphrase)
  } catch (cause) {
    if (isAppError(cause)) return cause.code
    throw cause
  }
}

describe('a master key under a passphrase', () => {
  it('opens with the passphrase, and only with it', async () => {
    expect(await opened(wrapped)).toBe(key)
    for (const wrong of ['', 'Correct horse battery staple']) {
      expect(await outcome(wrapped, wrong)).toBe('passphrase_wrong')
    }
  })

  it('is one line that shows neither key nor passphrase, and fits where keychains have the least room', () => {
    expect(wrapped).not.toContain('\n')
    expect(wrapped).not.toContain(key.slice(0, 8))
    expect(wrapped).not.toContain(Buffer.from(key).toString('hex').slice(0, 16))
    expect(wrapped).not.toContain('horse')
    // Windows: 2,560 bytes of UTF-16, also for a ring in the middle of a rotation.
    expect(wrapping.wrap(`${generateFernetKey()},${key}`).length).toBeLessThan(1280)
  })

  it('is told from a plain key at a glance', () => {
    expect(isWrappedKey(`${wrapped}\n`)).toBe(true)
    expect(isWrappedKey(key)).toBe(false)
  })

  it('says without the passphrase which master key is inside, and since when', () => {
    const text = wrapping.wrap(key, new Date('2026-11-23T10:00:00Z'))
    expect(wrappedKeyFacts(text, PLACE)).toEqual({
      created_at: '2026-11-23T10:00:00.000Z',
      master_key_id: KeyRing.parse(key).currentId,
    })
  })

  it('is made with scrypt at N=2^17, r=8, p=1, and says so itself', () => {
    expect(JSON.parse(wrapped)).toMatchObject({ header: { scrypt: { n: 131072, r: 8, p: 1 } } })
  })

  it('opens whichever way an accented letter was typed', async () => {
    const composed = (await WrappingKey.create('mot de passe \u00e9')).wrap(key)
    expect(await opened(composed, 'mot de passe e\u0301')).toBe(key)
  })

  it('keeps a ring, and can be wrapped again without asking', async () => {
    const { wrapping } = await WrappingKey.open(wrapped, PASSPHRASE, PLACE)
    const ring = `${generateFernetKey()},${key}`
    expect(await opened(wrapping.wrap(ring))).toBe(ring)
  })

  it('is opened again without asking after it was wrapped again, and not after its passphrase was changed', async () => {
    const { wrapping } = await WrappingKey.open(wrapped, PASSPHRASE, PLACE)
    const ring = `${generateFernetKey()},${key}`
    expect(wrapping.unwrap(wrapping.wrap(ring), PLACE).toString()).toBe(ring)
    const changed = (await WrappingKey.create('another passphrase')).wrap(key)
    expect(() => wrapping.unwrap(changed, PLACE)).toThrow(expect.objectContaining({ code: 'passphrase_wrong' }))
  })

  it('stands behind the key of another vault while a restore is under way', () => {
    expect(keyParts(wrapped)).toEqual({ plain: '', wrapped })
    expect(keyParts(key)).toEqual({ plain: key, wrapped: undefined })
    expect(keyParts(`${key}\n${wrapped}`)).toEqual({ plain: key, wrapped })
  })

  it('never uses a nonce twice', () => {
    const nonces = Array.from({ length: 100 }, () => /"nonce":"(\w+)"/.exec(wrapping.wrap(key))?.[1])
    expect(new Set(nonces).size).toBe(100)
  })

  it('wraps nothing that is no key', () => {
    for (const text of ['', 'nonsense', `${key},`]) expect(() => wrapping.wrap(text)).toThrow(MalformedKey)
  })

  it('is not set under a passphrase of seven characters', async () => {
    await expect(WrappingKey.create('1234567')).rejects.toMatchObject({ code: 'passphrase_too_short' })
    await expect(WrappingKey.create('🔑🔑🔑🔑🔑🔑🔑')).rejects.toMatchObject({ code: 'passphrase_too_short' })
  })

  it('is wrapped by nothing once the wrapping key is destroyed', async () => {
    const gone = await WrappingKey.create(PASSPHRASE)
    gone.destroy()
    expect(() => gone.wrap(key)).toThrow(KeyDestroyed)
  })
})

describe('damage', () => {
  it('is told from a wrong passphrase, wherever a character is changed or missing', async () => {
    const quiet = new Set<string>()
    for (let at = 0; at < wrapped.length; at++) {
      const other = wrapped[at] === '0' ? '1' : '0'
      quiet.add(await outcome(wrapped.slice(0, at) + other + wrapped.slice(at + 1)))
      quiet.add(await outcome(wrapped.slice(0, at)))
    }
    expect([...quiet]).toEqual(['wrapped_key_damaged'])
  })

  it.each(['', '{', '{}', 'null', '{"header":{},"sealed":"","checksum":""}'])('is what %j is', async (text) => {
    expect(await outcome(text)).toBe('wrapped_key_damaged')
  })

  it('is refused before any work where the parameters are weak, or would exhaust the machine', async () => {
    for (const change of ['"n":16384', '"n":4194304', '"n":131072,"x":1']) {
      expect(await outcome(wrapped.replace('"n":131072', change))).toBe('wrapped_key_damaged')
    }
    expect(await outcome(wrapped.replace('"r":8', '"r":1024'))).toBe('wrapped_key_damaged')
  })

  it('made on purpose, so that the checksum fits, still opens nothing', async () => {
    const { header, sealed } = JSON.parse(wrapped) as { header: Record<string, unknown>; sealed: string }
    const changed = { ...header, created_at: '2020-01-01T00:00:00Z' }
    const checksum = createHash('sha256')
      .update(`${JSON.stringify(changed)}\n${sealed}`)
      .digest('hex')
    expect(await outcome(JSON.stringify({ header: changed, sealed, checksum }))).toBe('passphrase_wrong')
  })

  it('names the place in its sentence and repeats nothing of the text', async () => {
    const error = await WrappingKey.open(wrapped.slice(1), PASSPHRASE, PLACE).catch((cause: unknown) => cause)
    expect(String(error)).toContain(PLACE)
    expect(JSON.stringify((error as { body: unknown }).body)).not.toContain(wrapped.slice(20, 40))
  })
})
