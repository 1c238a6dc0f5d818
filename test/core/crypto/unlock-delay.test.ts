import { describe, expect, it } from 'vitest'
import { unlockWait } from '../../../src/core/crypto/unlock-delay.ts'

describe('the wait after wrong passphrases', () => {
  it('is none for the first three, then doubles up to five minutes', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 10, 11, 50, 2000].map((wrong) => unlockWait(wrong, 0))).toEqual([
      0, 0, 0, 2, 4, 8, 16, 256, 300, 300, 300,
    ])
  })

  it('goes down as time passes, and is over in time', () => {
    expect([0, 1, 1_500, 15_999, 16_000, 1e12].map((passed) => unlockWait(6, passed))).toEqual([16, 16, 15, 1, 0, 0])
  })

  it('is not made longer by a clock that was set back', () => {
    expect(unlockWait(6, -1e12)).toBe(16)
  })
})
