import { describe, expect, it } from 'vitest'
import { waitForChange } from '../../src/core/changes.ts'

/** A revision that moves when it has been looked at often enough. */
function movesAfter(looks: number): { revision: () => string; jobs: () => []; lock: () => 'none' } {
  let looked = 0
  return { revision: () => (++looked > looks ? 'after' : 'before'), jobs: () => [], lock: () => 'none' as const }
}

describe('waitForChange', () => {
  const never = new AbortController().signal

  it('answers at once where no revision is given, or another than the present one', async () => {
    const still = { revision: () => 'now', jobs: () => [], lock: () => 'none' as const }
    expect((await waitForChange(still, undefined, never)).revision).toBe('now')
    expect((await waitForChange(still, 'earlier', never)).revision).toBe('now')
  })

  it('answers as soon as it differs', async () => {
    expect((await waitForChange(movesAfter(2), 'before', never)).revision).toBe('after')
  })

  it('answers what it has when Latchkey closes', async () => {
    const closing = new AbortController()
    const waiting = waitForChange(
      { revision: () => 'now', jobs: () => [], lock: () => 'none' as const },
      'now',
      closing.signal,
    )
    closing.abort()
    expect(await waiting).toEqual({ revision: 'now', jobs: [], lock: 'none' })
  })
})
