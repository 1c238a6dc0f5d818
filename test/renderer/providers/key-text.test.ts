import { describe, expect, it } from 'vitest'
import { cleanPaste, keyProblem } from '../../../src/renderer/providers/key-text.ts'

describe('cleanPaste', () => {
  it('takes white space off the ends and says so', () => {
    expect(cleanPaste('  sk-abc \n')).toEqual({ text: 'sk-abc', trimmed: true })
    expect(cleanPaste('sk-abc')).toEqual({ text: 'sk-abc', trimmed: false })
  })

  it('keeps two lines apart, so that they are seen and refused', () => {
    const { text } = cleanPaste('sk-one\r\nsk-two')
    expect(text).toBe('sk-one sk-two')
    expect(keyProblem(text)).toBe('A key has no spaces or line breaks inside.')
  })
})

describe('keyProblem', () => {
  it('takes a key', () => {
    expect(keyProblem('sk-proj-0123456789abcdef')).toBeUndefined()
  })

  it('counts keys that were pasted together', () => {
    const two = 'sk-proj-0123456789abcdef, sk-proj-fedcba9876543210'
    expect(keyProblem(two)).toBe('These look like 2 keys. Store one here, add the other after.')
  })
})
