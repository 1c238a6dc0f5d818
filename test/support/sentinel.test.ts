import { describe, expect, it } from 'vitest'
import { canary, Sentinel } from './sentinel.ts'

const secret = canary(1)

describe('the sentinel', () => {
  it.each([
    ['as it is', secret],
    ['between other text', `{"api_key":"${secret}","n":1}`],
    ['in a URL', `https://x.example/?key=${encodeURIComponent(secret)}`],
    ['in JSON', JSON.stringify({ secret })],
    ['in JSON in JSON', JSON.stringify({ body: JSON.stringify({ secret }) })],
    ['in hex', Buffer.from(`x${secret}`).toString('hex')],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 after one byte', Buffer.from(`x${secret}yz`).toString('base64')],
    ['in base64 after two bytes', Buffer.from(`xy${secret}z`).toString('base64url')],
    ['as a list of numbers', JSON.stringify({ data: [...Buffer.from(secret)] })],
  ])('finds a secret %s', (_, text) => {
    const sentinel = new Sentinel([canary(0), secret])
    sentinel.lookAt('here', text)
    expect(sentinel.found).toContainEqual(expect.stringMatching(/^secret 1 .* in here$/))
    expect(sentinel.found.join()).not.toContain('secret 0')
  })

  it('finds a secret of two bytes a character', () => {
    const sentinel = new Sentinel([secret])
    sentinel.lookAt('here', Buffer.from(`x${secret}`, 'utf16le'))
    expect(sentinel.found).toEqual(['secret 0 in UTF-16LE in here'])
  })

  it('finds a secret in the cause of an error and in what is hidden in a value', () => {
    const sentinel = new Sentinel([secret])
    sentinel.lookAtValue('the error', new Error('no', { cause: Object.assign(new Error('x'), { input: secret }) }))
    expect(sentinel.found.length).toBeGreaterThan(0)
  })

  it('finds none where there is none', () => {
    const sentinel = new Sentinel([secret])
    sentinel.lookAt('here', JSON.stringify({ has_api_key: true, hint: secret.slice(0, 12) }))
    expect(sentinel.found).toEqual([])
    expect(sentinel.looked).toBeGreaterThan(0)
  })
})
