import { describe, expect, it } from 'vitest'
import { AnswerCache } from '../../../src/core/http/answer-cache.ts'
import { jsonAnswer, type Answer } from '../../../src/core/http/answer.ts'

function counted(status = 200, bytes = 10): { make: () => Promise<Answer>; made: () => number } {
  let made = 0
  return { make: async () => jsonAnswer(status, 'x'.repeat(bytes) + made++, null), made: () => made }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('AnswerCache', () => {
  it('asks for the revision once for all requests of a turn, and again in the next', async () => {
    let asked = 0
    const cache = new AnswerCache(() => String(++asked))
    const { make } = counted()
    await Promise.all([cache.get('a', make), cache.get('b', make), cache.get('a', make)])
    expect(asked).toBe(1)
    await nextTurn()
    await cache.get('a', make)
    expect(asked).toBe(2)
  })

  it('makes an answer once for each revision', async () => {
    let revision = '1'
    const cache = new AnswerCache(() => revision)
    const { make, made } = counted()
    const first = await cache.get('list', make)
    expect(await cache.get('list', make)).toBe(first)
    revision = '2'
    await nextTurn()
    expect(await cache.get('list', make)).not.toBe(first)
    expect(made()).toBe(2)
  })

  it('makes it once for many who ask together', async () => {
    const cache = new AnswerCache(() => '1')
    const { make, made } = counted()
    const answers = await Promise.all(Array.from({ length: 10 }, async () => cache.get('list', make)))
    expect(new Set(answers).size).toBe(1)
    expect(made()).toBe(1)
  })

  it('does not keep what was being made when a change came', async () => {
    let revision = '1'
    const cache = new AnswerCache(() => revision)
    const making = Promise.withResolvers<Answer>()
    const slow = cache.get('list', () => making.promise)
    revision = '2'
    await nextTurn()
    const { make, made } = counted()
    const fresh = await cache.get('list', make)
    const old = jsonAnswer(200, 'old', null)
    making.resolve(old)
    expect(await slow).toBe(old)
    expect(await cache.get('list', make)).toBe(fresh)
    expect(made()).toBe(1)
  })

  it('keeps no refusal, and nothing of an attempt that failed', async () => {
    const cache = new AnswerCache(() => '1')
    const { make, made } = counted(404)
    await cache.get('7', make)
    await cache.get('7', make)
    expect(made()).toBe(2)
    await expect(cache.get('8', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
    expect((await cache.get('8', counted().make)).status).toBe(200)
  })

  it('keeps at most 32 MiB', async () => {
    const cache = new AnswerCache(() => '1')
    const { make, made } = counted(200, 3 * 1_048_576)
    for (let round = 0; round < 2; round++) {
      for (let key = 0; key < 12; key++) await cache.get(String(key), make)
    }
    // Ten fit; the other two are made again.
    expect(made()).toBe(14)
  })
})
