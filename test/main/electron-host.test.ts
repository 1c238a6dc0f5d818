// The stand-in itself: what specs rely on when they run without Electron.
import { describe, expect, it } from 'vitest'
import { appOrigin, toApp, toBrowser } from '../support/electron-host/addresses.ts'
import { only } from '../support/electron-host/only.ts'
import { makeValueCodec } from '../support/electron-host/value-codec.ts'

const { encode, decode } = makeValueCodec()
const carried = (value: unknown) => decode(encode(value))

describe('what crosses between page and main process', () => {
  it.each<unknown>([
    undefined,
    null,
    'text \uD83D\uDD11',
    Number.NaN,
    -0,
    Infinity,
    10n,
    [1, [undefined, null]],
    { a: { b: [new Date(5)] } },
    new Map<unknown, unknown>([[{ k: 1 }, new Set([1, 2])]]),
    new Uint8Array([0, 255]),
    new Error('deliberate'),
    JSON.parse('{"__proto__":{"x":1}}'),
  ])('arrives as it was sent: %o', (value) => {
    expect(carried(value)).toEqual(value)
  })

  it('keeps what contains itself, and what is the same twice', () => {
    const shared = { n: 1 }
    const value: Record<string, unknown> = { first: shared, second: shared }
    value['self'] = value
    const arrived = carried(value) as typeof value
    expect(arrived['self']).toBe(arrived)
    expect(arrived['first']).toBe(arrived['second'])
  })

  it.each([[() => 1], [Symbol('x')], [{ deep: [() => 1] }]])(
    'refuses a function or symbol as Electron does',
    (value) => {
      expect(() => encode(value)).toThrow('An object could not be cloned.')
    },
  )

  it('keeps a field named __proto__ from becoming one', () => {
    const arrived = carried(JSON.parse('{"__proto__":{"polluted":true}}')) as { polluted?: boolean }
    expect(arrived.polluted).toBeUndefined()
  })
})

describe('the stand-in for Electron', () => {
  it('throws on what it does not have', () => {
    const part = only<Record<string, number>>('app', { quit: 1 })
    expect(part['quit']).toBe(1)
    expect(() => part['relaunch']).toThrow('The Electron stand-in does not have app.relaunch')
  })

  it('shows the app its own addresses', () => {
    const schemes = new Set(['app'])
    expect(toBrowser('app://latchkey/a.js?x#y', schemes)).toBe('https://latchkey.app.standin/a.js?x#y')
    expect(toApp('https://latchkey.app.standin/a.js?x#y')).toBe('app://latchkey/a.js?x#y')
    expect(toBrowser('https://example.com', schemes)).toBe('https://example.com/')
    expect(toApp('https://example.com/')).toBe('https://example.com/')
    expect(appOrigin('https://latchkey.app.standin/x')).toBe('app://latchkey')
    expect(appOrigin('about:blank')).toBe('null')
  })
})
