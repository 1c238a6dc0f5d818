import { existsSync, readdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Provider } from '../../src/shared/schemas.ts'
import { tempHome } from '../support/temp-core.ts'
import { latchkey } from './latchkey.ts'

describe('start-over', { timeout: 120_000 }, () => {
  it('goes on with a new master key after the typed name, and lists the keys to enter again', async () => {
    using temp = tempHome()
    const run = (args: string[], input = '') => latchkey(args, { home: temp.home, input })
    await run(['key', 'set', 'openai'], 'sk-abc')
    await run(['provider', 'edit', 'openai', '--display-name', 'Mine'])
    const sound = await run(['start-over'])
    expect(sound).toMatchObject({ code: 1 })
    expect(sound.stderr).toContain('opens with its master key, so there is nothing to start over')

    const lost = join(temp.home, 'master.key')
    renameSync(lost, join(temp.home, 'lost'))
    for (const typed of ['', 'another\n']) {
      const refused = await run(['start-over'], typed)
      expect(refused.code).not.toBe(0)
      expect(readdirSync(temp.home)).not.toContain('backups')
    }
    expect((await run(['start-over'], 'another\n')).stderr).toContain(
      `error: The typed name is not the vault's name, '${basename(temp.home)}'`,
    )

    const { code, stdout, stderr } = await run(['start-over'], `${basename(temp.home)}\n`)
    expect(code).toBe(0)
    expect(stderr).toContain('ENCRYPTION_KEY environment variable is not set.')
    expect(stderr).toContain('out of: openai.')
    const copy = /^Started over\. The vault as it was: (\S+)$/m.exec(stderr)?.[1] ?? ''
    expect(existsSync(copy)).toBe(true)
    expect(stderr).toContain(`The new master key: ${lost}. Keep a copy of it.`)
    expect(stdout).toMatch(/^latchkey key set openai {4}# https:\/\/\S+\n$/)

    const openai = JSON.parse((await run(['provider', 'show', 'openai', '--json'])).stdout) as Provider
    expect(openai).toMatchObject({ display_name: 'Mine', has_api_key: false })
    expect((await run(['key', 'set', 'openai'], 'sk-new')).code).toBe(0)
    expect((await run(['doctor'])).code).toBe(0)
  })
})
