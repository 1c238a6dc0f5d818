import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openTempCore, tempHome } from '../support/temp-core.ts'
import { latchkey, startServe } from './latchkey.ts'

describe('rotate', { timeout: 120_000 }, () => {
  it('names who has the vault open, exchanges the master key, and lists what a leak has spoilt', async () => {
    using temp = tempHome()
    const { home } = temp
    {
      await using core = await openTempCore({ home, key: null })
      const openai = (await core.client.listProviders()).find(({ name }) => name === 'openai')
      await core.client.updateProvider({ provider_id: openai?.id ?? 0, api_key: 'sk-one' })
      await core.client.printRecoveryCopy()
    }
    const old = readFileSync(join(home, 'master.key'), 'utf8')
    await using serving = await startServe([], { home })
    const unasked = await latchkey(['rotate'], { home })
    expect(unasked).toMatchObject({ code: 1, stdout: '' })
    expect(unasked.stderr).toContain('1 stored key will be encrypted again.')
    expect(unasked.stderr).toMatch(new RegExp(`^  ${serving.pid}  (latchkey serve|the listener)$`, 'm'))
    expect(readFileSync(join(home, 'master.key'), 'utf8')).toBe(old)

    const { code, stdout, stderr } = await latchkey(['rotate', '--leaked', '--yes'], { home })
    expect(code).toBe(0)
    expect(stderr).toContain('They take the new master key from its place by themselves.')
    expect(stderr).toContain('Done: 1 key encrypted again')
    expect(stderr).toContain('The recovery copy holds the old master key.')
    expect(stdout).toMatch(/^\[ \] OpenAI {2}https:\/\/platform\.openai\.com\/.+\n {4}latchkey key set openai\n$/)
    expect(readFileSync(join(home, 'master.key'), 'utf8')).not.toBe(old)
    // The listener goes on with the new one.
    const answered = await serving.get('/api/v1/status')
    expect(await answered.json()).toMatchObject({ vault: { state: 'open', unreadable_keys: 0 } })
  })
})
