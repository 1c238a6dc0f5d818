import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { requirement } from '../../support/require.ts'

const hasMemoryFile = requirement('/proc/self/mem', existsSync('/proc/self/mem'), 'run the tests on Linux')

const answerSchema = z.object({ inUse: z.array(z.number()), destroyed: z.array(z.number()) })

describe.runIf(hasMemoryFile)('a key ring in memory', () => {
  const script = `${import.meta.dirname}/forgotten-key.ts`
  const answer = hasMemoryFile ? execFileSync(process.execPath, ['--expose-gc', script], { encoding: 'utf8' }) : '{}'

  it('is there a few times, however often it is used', () => {
    // Once as a Buffer and once in a key object; ciphers of the last uses may wait for the collector.
    for (const count of answerSchema.parse(JSON.parse(answer)).inUse) expect(count).toBeLessThan(20)
  })

  it('is gone when destroyed, native copies included, once garbage is collected', () => {
    expect(answerSchema.parse(JSON.parse(answer)).destroyed).toEqual([0, 0, 0])
  })
})
