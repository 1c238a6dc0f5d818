import { describe, expect, it } from 'vitest'
import { KeyTurns } from '../../../src/core/gateway/key-turns.ts'
import type { KeyHealth } from '../../../src/core/store/key-store.ts'

const [a, b, c] = [{ key_id: 'a' }, { key_id: 'b' }, { key_id: 'c' }]
const keys = [a, b, c]

function turnsAt(start: number) {
  const clock = { now: start }
  const noted: KeyHealth[] = []
  const turns = new KeyTurns(
    (health) => void noted.push(health),
    () => clock.now,
  )
  const order = (list: readonly { key_id: string | null }[] = keys, round?: string): string =>
    turns
      .inOrder(list, round)
      .map(({ key_id }) => key_id)
      .join('')
  const answer = (id: string, status: number, headers: string[] = []): void => {
    const turn = turns.begin(id)
    turn.answered(status, headers)
    turn.end()
  }
  /** For how long a key rests from now on. */
  const restOf = (id: string): number => (noted.findLast(({ key_id }) => key_id === id)?.until ?? 0) - clock.now
  return { clock, noted, turns, order, answer, restOf }
}

describe('the turns of keys', () => {
  it('go by their order while no key was refused, whatever else was answered', () => {
    const { order, answer, noted } = turnsAt(1_000)
    expect(order()).toBe('abc')
    for (const status of [200, 304, 400, 404, 500, 503]) answer('a', status)
    expect(order()).toBe('abc')
    expect(noted).toEqual([{ key_id: 'a', state: 'valid', status: 200, at: 1_000, until: null }])
  })

  it('let a key rest on that was told to before a restart, and not longer', () => {
    const { turns, order, answer, clock, noted } = turnsAt(10_000)
    turns.recall([
      { key_id: 'a', state: 'limited', status: 429, at: 5_000, until: 20_000 },
      { key_id: 'b', state: 'failing', status: 401, at: 5_000, until: 10_000 },
      { key_id: 'c', state: 'valid', status: 200, at: 5_000, until: null },
    ])
    expect(order()).toBe('bc')
    clock.now = 20_000
    expect(order()).toBe('abc')
    answer('a', 200)
    expect(noted).toEqual([{ key_id: 'a', state: 'valid', status: 200, at: 20_000, until: null }])
  })

  it('let no key rest for more than a day, whatever a clock that was wrong has left', () => {
    const { turns, order, clock } = turnsAt(10_000)
    turns.recall([{ key_id: 'a', state: 'limited', status: 429, at: 9e12, until: 9e12 }])
    expect(order()).toBe('bc')
    clock.now += 86_400_000
    expect(order()).toBe('abc')
    // What is known by now is newer.
    turns.refused('b', 401)
    turns.recall([{ key_id: 'b', state: 'limited', status: 429, at: 0, until: 9e12 }])
    clock.now += 60_000
    expect(order()).toBe('abc')
  })

  it.each([401, 402, 403, 429])('pass over a key that was refused with %i, until it has rested', (status) => {
    const { order, answer, clock, noted } = turnsAt(1_000)
    answer('a', status)
    expect(order()).toBe('bc')
    const [{ until, ...told } = { until: 0 }] = noted
    expect(told).toEqual({ key_id: 'a', state: status === 429 ? 'limited' : 'failing', status, at: 1_000 })
    clock.now = (until ?? 0) - 1
    expect(order()).toBe('bc')
    clock.now += 1
    expect(order()).toBe('abc')
  })

  it.each([
    [['Retry-After', '7'], 7_000],
    [['retry-after', '7', 'retry-after-ms', '250'], 250],
    [['retry-after', 'Thu, 01 Jan 1970 00:01:00 GMT'], 59_000],
    [['retry-after', 'Thu, 01 Jan 1970 00:00:00 GMT'], 0],
    [['retry-after', '99999999'], 86_400_000],
    [['retry-after', 'soon'], 30_000],
    [[], 30_000],
  ])('rest for as long as the provider asks: %j', (headers, rest) => {
    const { answer, restOf } = turnsAt(1_000)
    answer('a', 429, headers)
    expect(restOf('a')).toBe(rest)
  })

  it('rest longer each time a key is refused again after its rest, up to a bound', () => {
    const { answer, clock, restOf } = turnsAt(1_000)
    const rests = [401, 401, 401, 401, 401, 401, 401, 401].map((status) => {
      answer('a', status)
      // Refused together with the one before, so it counts as one.
      answer('a', status)
      const rest = restOf('a')
      clock.now += rest
      return rest / 1000
    })
    expect(rests).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600])
    answer('a', 200)
    answer('a', 429)
    expect(restOf('a')).toBe(30_000)
  })

  it('let one request alone try a key that has rested, and go by what it is told', () => {
    const { order, answer, clock, turns } = turnsAt(1_000)
    answer('a', 429)
    clock.now += 30_000
    expect(order()).toBe('abc')
    const turn = turns.begin('a')
    expect(order()).toBe('bc')
    turn.answered(200, [])
    turn.end()
    expect(order()).toBe('abc')
    turns.begin('a')
    expect(order()).toBe('abc')
  })

  it('let the next request try where the one that tried came to nothing', () => {
    const { order, answer, clock, turns } = turnsAt(1_000)
    answer('a', 429)
    clock.now += 30_000
    const turn = turns.begin('a')
    const other = turns.begin('a')
    other.end()
    expect(order()).toBe('bc')
    turn.end()
    expect(order()).toBe('abc')
  })

  it('are not moved by an answer to what was sent before the refusal', () => {
    const { order, answer, clock, turns } = turnsAt(1_000)
    const early = turns.begin('a')
    clock.now += 10
    answer('a', 401)
    early.answered(200, [])
    expect(order()).toBe('bc')
  })

  it('come to the key whose rest ends first, alone, where all of them rest', () => {
    const { order, answer } = turnsAt(1_000)
    answer('a', 401)
    answer('b', 429, ['retry-after', '5'])
    answer('c', 429, ['retry-after', '9'])
    expect(order()).toBe('b')
    expect(order([])).toBe('')
  })

  it('go round where they are to, each provider for itself, past the keys that rest', () => {
    const { order, answer } = turnsAt(1_000)
    expect([order(keys, 'p'), order(keys, 'p'), order(keys, 'q'), order(keys, 'p'), order(keys, 'p')]).toEqual([
      'abc',
      'bca',
      'abc',
      'cab',
      'abc',
    ])
    answer('b', 401)
    expect([order(keys, 'p'), order(keys, 'p')]).toEqual(['ac', 'ca'])
  })

  it('are told on only where something changes', () => {
    const { answer, noted } = turnsAt(1_000)
    for (const status of [200, 200, 401, 200, 200]) answer('a', status)
    expect(noted.map(({ state }) => state)).toEqual(['valid', 'failing', 'valid'])
  })
})
