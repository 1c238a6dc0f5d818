import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempHome } from '../support/temp-core.ts'
import { findSecret } from './forms-of.ts'
import { latchkey, type Ran } from './latchkey.ts'
import { hasPython, onTerminal } from './on-terminal.ts'

const PASSPHRASE = 'correct horse battery'
const KEY = 'sk-canary-0123456789abcdefghij'

describe('backup and restore', { timeout: 120_000 }, () => {
  it('moves a vault to another machine with one file and a passphrase', async () => {
    using here = tempHome()
    using there = tempHome()
    const file = join(here.home, '..', 'moved.lkbackup')
    const said: Record<string, string> = {}
    const run = async (home: string, args: string[], input = ''): Promise<Ran> => {
      const ran = await latchkey(args, { home, input })
      said[`${args.join(' ')} ${Object.keys(said).length}`] = ran.stdout + ran.stderr
      return ran
    }
    await run(here.home, ['key', 'set', 'openai'], KEY)
    const made = await run(here.home, ['backup', file], `${PASSPHRASE}\n`)
    expect(made).toMatchObject({ code: 0, stdout: '' })
    expect(made.stderr).toMatch(/Writing .*\nDone: 4 providers, 1 key, and the master key are in it\./)
    const wrong = await run(there.home, ['restore', file], 'another one\n')
    expect(wrong).toMatchObject({ code: 1 })
    expect(wrong.stderr).toContain('cannot be opened: the passphrase is wrong, or the file is damaged')
    expect(existsSync(join(there.home, 'vault.db'))).toBe(false)
    const moved = await run(there.home, ['restore', file], `${PASSPHRASE}\n`)
    expect(moved.stderr).toMatch(/The backup is whole: 4 providers, 1 key, made .*\nThere is no vault at .* yet/)
    expect(moved.stderr).toContain(`The master key: ${join(there.home, 'master.key')}.`)
    expect((await run(there.home, ['doctor'])).stdout).toContain('Every stored key can be used: 1.')

    await run(there.home, ['key', 'remove', 'openai'])
    const refused = await run(there.home, ['restore', file], `${PASSPHRASE}\nanother\n`)
    expect(refused.stderr).toContain('~ openai: its key comes back')
    expect(refused.stderr).toContain(`The typed name is not the vault's name, '${basename(there.home)}'`)
    const name = basename(there.home)
    const restored = await run(there.home, ['restore', file, '--json'], `${PASSPHRASE}\n${name}\n`)
    const { kept } = JSON.parse(restored.stdout) as { kept: string }
    expect((await run(there.home, ['backup', '--list'])).stdout).toMatch(
      new RegExp(`^MADE .*\\n\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  before a restore +master key +\\d+ +${kept}\\n$`),
    )
    expect(findSecret(KEY, { ...said, file: readFileSync(file, 'latin1') }, [there.home])).toEqual([])
    expect(findSecret(PASSPHRASE, said, [here.home, there.home])).toEqual([])
  })

  it('says and changes what is made by itself, and writes under the passphrase that is set', async () => {
    using temp = tempHome()
    const run = (args: string[], input = ''): Promise<Ran> => latchkey(args, { home: temp.home, input })
    expect((await run(['backup', 'schedule', 'weekly'])).stdout).toBe(
      'made by themselves weekly, under the master key\nnone made yet\n',
    )
    expect(await run(['backup', 'schedule', 'hourly'])).toMatchObject({ code: 2 })
    const path = join(temp.home, '..', 'stored.lkbackup')
    const set = await run(['backup', 'passphrase', 'set'], `${PASSPHRASE}\n`)
    expect([set.code, findSecret(PASSPHRASE, { said: set.stderr + set.stdout }, [temp.home])]).toEqual([0, []])
    expect((await run(['status'])).stdout).toMatch(/Backups +made by themselves weekly, portable, with the backup pass/)
    expect(await run(['backup', path, '--stored'])).toMatchObject({ code: 0 })
    expect(readFileSync(path, 'latin1').slice(0, 8)).toBe('LKBACKUP')
  })

  it('prints providers and models without keys', async () => {
    using temp = tempHome()
    await latchkey(['key', 'set', 'openai'], { home: temp.home, input: KEY })
    const { stdout, stderr } = await latchkey(['export'], { home: temp.home })
    expect(stdout).toMatch(/^# Providers .* No keys are in this file\.\nproviders:\n  anthropic:\n/)
    expect(stderr).toMatch(/^4 providers and \d+ models\. No keys are in it; for those: latchkey backup PATH\n$/)
    expect(findSecret(KEY, { stdout, stderr }, [])).toEqual([])
  })

  it('needs a path and a passphrase', async () => {
    using temp = tempHome()
    const path = join(temp.home, '..', 'x.lkbackup')
    expect((await latchkey(['backup', path], { home: temp.home })).stderr).toContain(
      'error: No passphrase arrived on standard input',
    )
    expect(await latchkey(['backup'], { home: temp.home })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('needs the path of the file to write') as string,
    })
  })

  it.runIf(hasPython)('asks for a new passphrase twice, and never shows it', async () => {
    using temp = tempHome()
    const file = join(temp.home, '..', 'x.lkbackup')
    const answers = (again: string) => [
      { after: 'it is not shown', type: `${PASSPHRASE}\r` },
      { after: 'The same again', type: `${again}\r` },
    ]
    const slipped = await onTerminal(['backup', file], answers('correct horse batterz'), { home: temp.home })
    expect([slipped.code, existsSync(file)]).toEqual([1, false])
    expect(slipped.screen).toContain('The two passphrases are not the same')
    const done = await onTerminal(['backup', file], answers(PASSPHRASE), { home: temp.home })
    expect([done.code, existsSync(file)]).toEqual([0, true])
    expect(slipped.screen + done.screen).not.toContain(PASSPHRASE)
  })
})
