import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { killUnderLoad } from '../support/kill-under-load.ts'

const child = join(import.meta.dirname, '../support/kill-child.ts')

describe('a kill under load', () => {
  it('loses no change that was answered, and no key: 200 random times', async () => {
    const key = generateFernetKey()
    const seed = Number(process.env['LATCHKEY_TEST_SEED'] ?? Date.now() % 100_000)
    const env = { ...process.env, TEST_MASTER_KEY: key }
    const start = (home: string) =>
      spawn(process.execPath, [child, home, 'load', '0'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    await killUnderLoad({ runs: 200, seed, start, key })
  }, 3_600_000)
})
