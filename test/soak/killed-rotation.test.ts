import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundledChild } from '../support/bundled-child.ts'
import { expectNothingLost, killAtEveryStep, killAtRandom, vaultWith } from '../support/killed-rotation.ts'
import { tempHome } from '../support/temp-core.ts'

let child: Awaited<ReturnType<typeof bundledChild>>
beforeAll(async () => {
  child = await bundledChild('rotation-child.ts')
})
afterAll(() => child[Symbol.dispose]())

describe('a rotation that is killed', () => {
  it('loses no key of 500 at any point, one for each row', async () => {
    using folder = tempHome()
    await vaultWith(folder.home, 500)
    const key = readFileSync(join(folder.home, 'master.key'), 'utf8').trim()
    const look = (home: string, why: string): Promise<void> => expectNothingLost(home, 500, key, why)
    const steps = await killAtEveryStep({ child: child.path, source: folder.home, act: 'rotate', look })
    expect(steps).toBeGreaterThan(500)
  }, 7_200_000)

  it('loses no key at 500 random times', async () => {
    using folder = tempHome()
    await vaultWith(folder.home, 40)
    const key = readFileSync(join(folder.home, 'master.key'), 'utf8').trim()
    const seed = Number(process.env['LATCHKEY_TEST_SEED'] ?? Date.now() % 100_000)
    const look = (home: string, why: string): Promise<void> => expectNothingLost(home, 40, key, why)
    const killed = await killAtRandom({ child: child.path, source: folder.home, look }, { runs: 500, seed })
    expect(killed).toBeGreaterThan(100)
  }, 7_200_000)
})
