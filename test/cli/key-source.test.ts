import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tempHome } from '../support/temp-core.ts'
import { latchkey, type Ran } from './latchkey.ts'

let temp: ReturnType<typeof tempHome>
const run = (...args: string[]): Promise<Ran> => latchkey(args, { home: temp.home })

beforeAll(async () => {
  temp = tempHome()
  await run('providers')
})
afterAll(() => temp[Symbol.dispose]())

describe('key-source', { timeout: 120_000 }, () => {
  it('says where the master key comes from, and moves it', async () => {
    const { home } = temp
    expect(await run('key-source')).toEqual({ code: 0, stdout: `the key file ${home}/master.key\n`, stderr: '' })
    expect(await run('key-source', 'set', 'env')).toEqual({
      code: 0,
      stdout: '',
      stderr: `The master key now comes from ENCRYPTION_KEY in ${home}/.env.\nWiped: ${home}/master.key\n`,
    })
    expect(existsSync(join(home, 'master.key'))).toBe(false)
    const file = join(home, '.env')
    const key = readFileSync(file, 'utf8').trim().replace('ENCRYPTION_KEY=', '')
    const store = join(home, 'store')
    writeFileSync(store, key)
    expect(await run('key-source', 'set', 'command', '--', 'cat', store)).toEqual({
      code: 0,
      stdout: '',
      stderr: `The master key now comes from what the command cat prints.\nWiped: ${file}\n`,
    })
    expect((await run('key-source', '--json')).stdout).toContain('"source":"command"')
  })

  it('says what is wrong with what was written', async () => {
    expect(await run('key-source', 'set', 'cloud')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('The master key can be kept in: keychain, file, env, command') as string,
    })
    expect(await run('key-source', 'set', 'command')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Write it after two dashes: -- PROGRAM') as string,
    })
    expect((await run('key-source', 'set', 'file', 'more')).code).toBe(2)
  })
})
