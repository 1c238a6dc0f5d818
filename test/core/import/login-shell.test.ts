import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loginShellVariables } from '../../../src/core/import/login-shell.ts'
import { importHome } from './temp-home.ts'

const KEY = 'sk-canary-0123456789'

describe('the login shell', () => {
  it('tells what a terminal of this person would have, whatever its start-up files print', async () => {
    using home = importHome()
    home.put(
      '.bash_profile',
      `echo Welcome; echo FAKE=1\nexport OPENAI_API_KEY=$(printf %s ${KEY})\nexport LINES_IN='a\nb=c'\n`,
    )
    const variables = await loginShellVariables({ HOME: home.home, PATH: process.env['PATH'] }, '/bin/bash')
    expect(variables?.get('OPENAI_API_KEY')).toEqual({ value: KEY })
    expect(variables?.get('LINES_IN')).toEqual({ value: 'a\nb=c' })
    expect(variables?.has('FAKE')).toBe(false)
  })

  it('is shown no secret of ours', async () => {
    using home = importHome()
    const env = { HOME: home.home, PATH: process.env['PATH'], ENCRYPTION_KEY: 'a', LATCHKEY_TOKEN: 'b' }
    const variables = await loginShellVariables(env, '/bin/bash')
    expect(variables?.get('HOME')).toEqual({ value: home.home })
    expect([...(variables?.keys() ?? [])].filter((name) => /ENCRYPTION|LATCHKEY/.test(name))).toEqual([])
  })

  it.each(['exit 3', 'kill -9 $$', 'exec true'])('tells nothing where it ends early: %s', async (line) => {
    using home = importHome()
    home.put('.bash_profile', `${line}\n`)
    expect(await loginShellVariables({ HOME: home.home, PATH: process.env['PATH'] }, '/bin/bash')).toBeUndefined()
  })

  it('tells nothing where it is another program, or none', async () => {
    using home = importHome()
    const shell = home.put('shell', '#!/bin/sh\necho OPENAI_API_KEY=x\n')
    chmodSync(shell, 0o755)
    expect(await loginShellVariables({}, shell)).toBeUndefined()
    expect(await loginShellVariables({}, join(home.home, 'none'))).toBeUndefined()
  })
})
