import { describe, it } from 'vitest'
import { flipAtRandom } from '../support/flip-at-random.ts'

describe('a vault with bytes changed or cut off at random', () => {
  it('ends no process, is never written where it is refused, and answers in sentences: 2,000 times', async () => {
    await flipAtRandom(2000)
  })
})
