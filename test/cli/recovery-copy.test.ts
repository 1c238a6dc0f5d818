import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempHome } from '../support/temp-core.ts'
import { latchkey } from './latchkey.ts'

describe('recovery-copy and restore-key', { timeout: 120_000 }, () => {
  it('keep a copy of the master key under a passphrase, and bring it back from there', async () => {
    using temp = tempHome()
    const run = (args: string[], input = '') => latchkey(args, { home: temp.home, input })
    const copy = join(temp.home, '..', 'recovery.txt')
    await run(['key', 'set', 'openai'], 'sk-abc')
    expect((await run(['status'])).stdout).toMatch(/^Recovery copy +none: latchkey recovery-copy FILE$/m)

    expect((await run(['recovery-copy', copy], 'short\n')).stderr).toContain('A passphrase has at least 8 characters')
    expect((await run(['recovery-copy', copy], '\n')).stderr).toContain('No passphrase arrived')
    expect(existsSync(copy)).toBe(false)
    expect(await run(['recovery-copy', copy], 'a long passphrase\n')).toMatchObject({ code: 0, stdout: '' })
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    expect((await run(['recovery-copy', copy], 'a long passphrase\n')).stderr).toContain(`${copy} is there already`)
    expect((await run(['status'])).stdout).toMatch(/^Recovery copy +\d{4}-\d\d-\d\d$/m)
    expect((await run(['doctor'])).stdout).toContain('The last recovery copy of the master key was made on')

    expect((await run(['restore-key', copy])).stderr).toContain('nothing to start over or to bring back')
    renameSync(join(temp.home, 'master.key'), join(temp.home, 'lost'))
    expect((await run(['restore-key', join(temp.home, 'none')])).stderr).toContain(
      'none cannot be read: it does not exist',
    )
    expect((await run(['restore-key', copy], 'a wrong passphrase\n')).stderr).toContain('The passphrase is wrong')
    expect(await run(['restore-key', copy], 'a long passphrase\n')).toEqual({
      code: 0,
      stdout: '',
      stderr: `The master key is back: the key file ${temp.home}/master.key.\n`,
    })
    expect((await run(['doctor'])).code).toBe(0)
  })

  it('are told of beside the ages of keys, once somebody wants to know those', async () => {
    using temp = tempHome()
    const run = (...args: string[]) => latchkey(args, { home: temp.home })
    expect((await run('reminders')).stderr).toContain('Off: nobody is reminded of old keys.')
    expect(await run('reminders', '90')).toMatchObject({ code: 0, stdout: 'none of 90 days or more\n' })
    expect((await run('status')).stdout).toMatch(/^Old keys +none of 90 days or more$/m)
    expect(JSON.parse((await run('reminders', 'off', '--json')).stdout)).toMatchObject({ after_days: 0 })
    expect(await run('reminders', '7')).toMatchObject({ code: 2, stderr: expect.stringContaining('180') })
  })

  it('print the master key only where its owner says so, and take it as it was printed', async () => {
    using temp = tempHome()
    const run = (args: string[], input = '') => latchkey(args, { home: temp.home, input })
    await run(['providers'])
    const masterKey = readFileSync(join(temp.home, 'master.key'), 'utf8').trim()
    const refused = await run(['recovery-copy', '--print'])
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Add --yes') })
    const { stdout } = await run(['recovery-copy', '--print', '--yes'])
    const typed = /^ {2}(\S{4}(?: \S{1,4}){10})$/m.exec(stdout)?.[1] ?? ''
    expect(typed.replaceAll(' ', '')).toBe(masterKey)
    expect(await run(['recovery-copy'])).toMatchObject({ code: 2 })
    expect(await run(['recovery-copy', 'here', '--print'])).toMatchObject({ code: 2 })

    rmSync(join(temp.home, 'master.key'))
    expect((await run(['restore-key'], `${typed.slice(0, -3)}\n`)).stderr).toContain('This is no recovery copy')
    expect(await run(['restore-key'], `${typed}\n`)).toMatchObject({ code: 0 })
    expect(readFileSync(join(temp.home, 'master.key'), 'utf8').trim()).toBe(masterKey)
  })
})
