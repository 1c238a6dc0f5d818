import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { bundledChild } from '../../support/bundled-child.ts'
import { getDecryptedApiKey } from '../../../src/core/providers/provider-service.ts'
import { expectNothingLost, killAtEveryStep, killAtRandom, secretOf, vaultWith } from '../../support/killed-rotation.ts'
import { openTempCore, tempHome } from '../../support/temp-core.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })

let child: Awaited<ReturnType<typeof bundledChild>>
const folders: ReturnType<typeof tempHome>[] = []
beforeAll(async () => {
  child = await bundledChild('rotation-child.ts')
})
afterAll(() => {
  child[Symbol.dispose]()
  for (const folder of folders) folder[Symbol.dispose]()
})

async function vault(keys: number): Promise<{ home: string; key: string }> {
  const folder = tempHome()
  folders.push(folder)
  await vaultWith(folder.home, keys)
  return { home: folder.home, key: readFileSync(join(folder.home, 'master.key'), 'utf8').trim() }
}

describe('a rotation that is killed', () => {
  // All of 500 rows one by one: `npm run test:soak`.
  it.each([
    { keys: 0, every: 1 },
    { keys: 1, every: 1 },
    { keys: 500, every: 100 },
  ])('loses no key of $keys at any point, and the next one completes it', async ({ keys, every }) => {
    const { home: source, key } = await vault(keys)
    const look = (home: string, why: string): Promise<void> => expectNothingLost(home, keys, key, why)
    const steps = await killAtEveryStep({ child: child.path, source, act: 'rotate', every, look })
    // The ring, the transaction and the last write, each of several steps.
    expect(steps).toBeGreaterThanOrEqual(12)
  })

  it('loses no key at 50 random times', async () => {
    const { home: source, key } = await vault(40)
    const look = (home: string, why: string): Promise<void> => expectNothingLost(home, 40, key, why)
    const killed = await killAtRandom({ child: child.path, source, look }, { runs: 50, seed: 11 })
    expect(killed).toBeGreaterThan(10)
  })
})

describe('a move of the master key that is killed', () => {
  it.each(['env', 'command'])(
    'leaves one place that opens the vault at any point, and the next start wipes what is left over: %s',
    async (act) => {
      const { home: source, key } = await vault(1)
      // Outside the folder of the vault, where a helper command would find it.
      copyFileSync(join(source, 'master.key'), join(source, '../kept'))
      const look = async (home: string, why: string): Promise<void> => {
        await using temp = await openTempCore({ home, key: null })
        expect(temp.core.vault.problem?.message, why).toBeUndefined()
        expect(String(await getDecryptedApiKey(temp.core.vault, { name: 'p-0' })), why).toBe(secretOf(0))
        expect(existsSync(join(home, 'master-key-move.json')), why).toBe(false)
        const { source: named } = temp.core.vault.masterKey
        const holding = readdirSync(home).filter((name) => readFileSync(join(home, name)).includes(key))
        const expected = { file: ['master.key'], env_file: ['.env'], command: [] as string[] }
        expect(holding, why).toEqual(expected[named as keyof typeof expected])
      }
      const steps = await killAtEveryStep({ child: child.path, source, act, look })
      expect(steps).toBeGreaterThanOrEqual(8)
    },
  )
})
