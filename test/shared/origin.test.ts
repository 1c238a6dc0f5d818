import { describe, expect, it } from 'vitest'
import { originOf } from '../../src/shared/origin.ts'

describe('originOf', () => {
  it.each([
    ['https://api.openai.com/v1', 'https://api.openai.com'],
    ['https://API.OpenAI.com:443/v1/', 'https://api.openai.com'],
    ['https://api.openai.com:8443/v1', 'https://api.openai.com:8443'],
    ['http://localhost:80', 'http://localhost'],
    ['http://127.0.0.1:11434/v1', 'http://127.0.0.1:11434'],
    ['http://[0:0:0:0:0:0:0:1]:8080', 'http://[::1]:8080'],
    ['https://bücher.example/v1', 'https://xn--bcher-kva.example'],
  ])('finds in %s the origin %s', (base_url, origin) => {
    expect(originOf(base_url)).toBe(origin)
  })

  it('keeps scheme, host and port apart', () => {
    const origins = ['https://a.example', 'http://a.example', 'https://b.example', 'https://a.example:444'].map(
      originOf,
    )
    expect(new Set(origins).size).toBe(4)
  })

  it('is null where there is no address', () => {
    expect(originOf(null)).toBeNull()
  })

  it.each(['', 'nonsense', '//a.example', 'file:///etc/passwd', 'data:text/plain,x', 'https://'])(
    'takes %j, which is no http address, for an origin of its own',
    (base_url) => {
      expect(originOf(base_url)).toBe(base_url)
    },
  )
})
