import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { EchoGuard, formsOf, holdsAny } from '../../../src/core/gateway/echo-guard.ts'
import { EncodedEcho, encodingOf } from '../../../src/core/gateway/encoded-echo.ts'
import { seeded } from '../../support/seeded.ts'

const KEY = 'sk-live-sk-live-0123456789abcdef'
const forms = formsOf(Buffer.from(KEY))

/** What gets through, and whether the guard stopped it. */
function pass(chunks: (string | Buffer)[], looked = forms): { text: string; stopped: boolean } {
  const guard = new EchoGuard(looked)
  const passed: Buffer[] = []
  const take = (bytes: Buffer): void => void passed.push(Buffer.from(bytes))
  for (const chunk of chunks) {
    if (!guard.push(Buffer.from(chunk as string), take))
      return { text: Buffer.concat(passed).toString(), stopped: true }
  }
  guard.end(take)
  return { text: Buffer.concat(passed).toString(), stopped: false }
}

describe('the echo guard', () => {
  it('stops a key at every cut, in two pieces and in three, and lets none of it through', () => {
    const text = `data: {"error":"bad key ${KEY}"}\n\n`
    const start = text.indexOf(KEY)
    for (let first = 0; first <= text.length; first++) {
      for (let second = first; second <= text.length; second++) {
        const { text: got, stopped } = pass([text.slice(0, first), text.slice(first, second), text.slice(second)])
        expect(stopped).toBe(true)
        expect(text.slice(0, start).startsWith(got)).toBe(true)
      }
    }
  })

  it('stops a key that comes byte by byte', () => {
    const { text, stopped } = pass(`xx${KEY}`.split(''))
    expect([text, stopped]).toEqual(['xx', true])
  })

  it('stops a key whose own beginning stands right before it', () => {
    const begun = KEY.slice(0, 8)
    for (const text of [`${begun}${KEY}`, `${begun}${begun}${KEY}`, `sk-live-sk-live-0123${KEY}`]) {
      for (let cut = 0; cut <= text.length; cut++) {
        expect(pass([text.slice(0, cut), text.slice(cut)]).stopped).toBe(true)
      }
    }
  })

  it('lets everything else through unchanged, and holds back only what could begin the key', () => {
    const guard = new EchoGuard(forms)
    const passed: string[] = []
    const take = (bytes: Buffer): void => void passed.push(bytes.toString())
    guard.push(Buffer.from('an answer that ends with sk-li'), take)
    expect(passed).toEqual(['an answer that ends with '])
    guard.push(Buffer.from('ne and no key'), take)
    expect(passed.join('')).toBe('an answer that ends with sk-line and no key')
    guard.push(Buffer.from('data: 1\n\n'), take)
    expect(passed.at(-1)).toBe('data: 1\n\n')
    guard.push(Buffer.from('sk-live-sk-live-'), take)
    guard.end(take)
    expect(passed.join('').endsWith('sk-live-sk-live-')).toBe(true)
  })

  it('passes on the very bytes it was given where nothing has to be held', () => {
    const chunk = Buffer.from('data: {"choices":[]}\n\n')
    const passed: Buffer[] = []
    new EchoGuard(forms).push(chunk, (bytes) => void passed.push(bytes))
    expect(passed[0]).toBe(chunk)
  })

  it('agrees with a search of the whole text, for random texts in random pieces', () => {
    const random = seeded(7)
    const key = 'abcabcabdabcabcabd'
    const looked = formsOf(Buffer.from(key))
    for (let round = 0; round < 3_000; round++) {
      const text = Array.from({ length: random(120) }, () => 'abcd'[random(4)]).join('') + (random(3) === 0 ? key : '')
      const cuts = Array.from({ length: random(12) }, () => random(text.length + 1)).sort((a, b) => a - b)
      const chunks = [0, ...cuts].map((cut, i) => text.slice(cut, cuts[i] ?? text.length))
      const { text: got, stopped } = pass(chunks, looked)
      expect(stopped).toBe(text.includes(key))
      expect(got.includes(key)).toBe(false)
      expect(text.startsWith(got)).toBe(true)
      expect(stopped || got.length === text.length).toBe(true)
    }
  })

  it('knows a key as JSON and URLs write it', () => {
    const looked = formsOf(Buffer.from('abc/def+ghi=jkl"mno'))
    for (const form of [
      'abc/def+ghi=jkl"mno',
      'abc/def+ghi=jkl\\"mno',
      'abc\\/def+ghi=jkl\\"mno',
      'abc%2Fdef%2Bghi%3Djkl%22mno',
    ]) {
      expect(pass([`x${form.slice(0, 7)}`, form.slice(7)], looked).stopped).toBe(true)
      expect(holdsAny(`www-authenticate: ${form}`, looked)).toBe(true)
    }
  })

  it('does not look for keys of less than 16 characters', () => {
    expect(formsOf(Buffer.from('a'.repeat(15)))).toEqual([])
    expect(formsOf(Buffer.from('a'.repeat(16)))).toHaveLength(1)
    expect(pass(['any', 'thing'], []).text).toBe('anything')
  })
})

describe('an encoded answer', () => {
  const filler = Array.from({ length: 3_000 }, (_, i) => `line ${i} of ${(i * 7919) % 1000}`).join('\n')
  const encoders = {
    gzip: gzipSync,
    deflate: deflateSync,
    'deflate raw': deflateRawSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
  }

  for (const [name, encode] of Object.entries(encoders)) {
    it(`is read on the side, and stopped where it holds the key: ${name}`, async () => {
      const encoding = name.replace(' raw', '')
      const bytes = encode(Buffer.from(`${filler}${KEY}${filler}`))
      for (const size of [1_000, bytes.length]) {
        const echo = new EncodedEcho(encoding, forms)
        const looks: string[] = []
        for (let at = 0; at < bytes.length && !looks.includes('echo'); at += size) {
          looks.push(await echo.look(bytes.subarray(at, at + size)))
        }
        if (!looks.includes('echo')) looks.push(await echo.end())
        expect(looks).toContain('echo')
      }
    })

    it(`is let through where it does not: ${name}`, async () => {
      const encoding = name.replace(' raw', '')
      const bytes = encode(Buffer.from(`${filler} sk-live-sk-live-`))
      const echo = new EncodedEcho(encoding, forms)
      for (let at = 0; at < bytes.length; at += 777) {
        expect(['clean', 'undecided']).toContain(await echo.look(bytes.subarray(at, at + 777)))
      }
      expect(await echo.end()).toBe('clean')
    })
  }

  it('is undecided while its text ends with what could begin the key', async () => {
    const { createGzip, constants } = await import('node:zlib')
    const gzip = createGzip()
    const parts: Buffer[] = []
    gzip.on('data', (part: Buffer) => parts.push(part))
    const flush = (text: string): Promise<Buffer> =>
      new Promise((resolve) => {
        gzip.write(text)
        gzip.flush(constants.Z_SYNC_FLUSH, () => resolve(Buffer.concat(parts.splice(0))))
      })
    const echo = new EncodedEcho('gzip', forms)
    expect(await echo.look(await flush('first sk-live-'))).toBe('undecided')
    expect(await echo.look(await flush('then more'))).toBe('clean')
    expect(await echo.look(await flush(` ${KEY.slice(0, 20)}`))).toBe('undecided')
    expect(await echo.look(await flush(KEY.slice(20)))).toBe('echo')
  })

  it('is unreadable where it is not what it says, or decodes to more than the bound', async () => {
    expect(await new EncodedEcho('gzip', forms).look(Buffer.from('not gzip at all'))).toBe('unreadable')
    const bomb = gzipSync(Buffer.alloc(5_000_000))
    expect(await new EncodedEcho('gzip', forms, 1_000_000).look(bomb)).toBe('unreadable')
    expect(await new EncodedEcho('gzip', forms).look(bomb)).toBe('clean')
  })

  it('is known by its header', () => {
    expect(encodingOf(undefined)).toBe('plain')
    expect(encodingOf('identity')).toBe('plain')
    expect(encodingOf('GZIP')).toEqual({ encoding: 'gzip' })
    expect(encodingOf('gzip, br')).toBe('unknown')
    expect(encodingOf('compress')).toBe('unknown')
    expect(encodingOf('constructor')).toBe('unknown')
  })
})
