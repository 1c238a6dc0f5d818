import { createServer } from 'node:http'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTempCore, tempHome } from '../support/temp-core.ts'
import { latchkey, startServe, type Ran } from './latchkey.ts'
import { hasPython, onTerminal } from './on-terminal.ts'

const PASSPHRASE = 'correct horse battery staple'
let temp: ReturnType<typeof tempHome>
const run = (args: string[], input = ''): Promise<Ran> => latchkey(args, { home: temp.home, input })

beforeAll(async () => {
  temp = tempHome()
  await using core = await openTempCore({ home: temp.home, key: null })
  await core.client.createProvider({ name: 'mine', display_name: 'Mine', api_key: 'sk-mine' })
})
afterAll(() => temp[Symbol.dispose]())

describe('a passphrase on the command line', { timeout: 120_000 }, () => {
  it('is set, and from then on the vault is locked, which status and doctor say', async () => {
    expect(await run(['lock'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No passphrase is set, so there is nothing to lock or unlock') as string,
    })
    expect((await run(['passphrase', 'set'], '1234567\n')).stderr).toContain('at least 8 characters')
    expect(await run(['passphrase', 'set'], `${PASSPHRASE}\n`)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('The passphrase is set') as string,
    })
    const status = await run(['status'])
    expect(status).toMatchObject({ code: 0, stderr: expect.stringContaining('latchkey unlock') as string })
    expect(status.stdout).toMatch(/locked, \d+ providers/)
    expect(status.stdout).toContain('under a passphrase')
    expect((await run(['doctor'])).stdout).toContain(`and under a passphrase: ${temp.home}/master.key`)
  })

  it('is never taken from what is piped in, unless that is said', async () => {
    const refused = await run(['key', 'set', 'mine'], `${PASSPHRASE}\n`)
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--passphrase-stdin') as string })
    expect((await run(['providers'])).code).toBe(1)
    // What stands behind it is the key, as always.
    expect(await run(['--passphrase-stdin', 'key', 'set', 'mine'], `${PASSPHRASE}\nsk-another-key\n`)).toMatchObject({
      code: 0,
    })
    expect((await run(['--passphrase-stdin', 'providers'], `${PASSPHRASE}\n`)).stdout).toContain('mine')
    expect(await run(['--passphrase-stdin', 'providers'], 'a guess\n')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The passphrase is wrong') as string,
    })
  })

  it.runIf(hasPython)('is asked for on a terminal, again after a typing error, and not shown', async () => {
    const { code, screen } = await onTerminal(
      ['providers'],
      [
        { after: 'not shown): ', type: 'mistyped\r' },
        { after: 'not shown): ', type: `${PASSPHRASE}\r` },
      ],
      { home: temp.home },
    )
    expect(screen).toContain('The passphrase is wrong. Try again.')
    expect(screen).not.toContain(PASSPHRASE)
    expect([code, screen.includes('mine')]).toEqual([0, true])
  })

  it('is handed to the listener that runs, which starts locked and says how to unlock it', async () => {
    await using serving = await startServe([], { home: temp.home })
    const providers = async (): Promise<number> => (await serving.get('/api/v1/providers')).status
    await serving.until(() => serving.stderr().includes('until somebody runs latchkey unlock'))
    expect(await providers()).toBe(423)
    expect(await run(['unlock'], 'a guess\n')).toMatchObject({ code: 1 })
    expect(await run(['unlock'], `${PASSPHRASE}\n`)).toEqual({
      code: 0,
      stdout: '',
      stderr: `Unlocked the listener at ${serving.address}.\n`,
    })
    expect(await providers()).toBe(200)
    expect(await run(['lock'])).toMatchObject({ code: 0, stderr: 'Locked.\n' })
    await expect.poll(providers).toBe(423)
  })

  it('goes to no other program that has the port, and where no listener runs it is said what unlocks', async () => {
    const heard: string[] = []
    const other = createServer((req) => heard.push(req.url ?? '')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const about = { port, pid: process.pid, token: 'lk_left_behind', started_at: new Date().toISOString() }
    writeFileSync(join(temp.home, 'listener.json'), JSON.stringify(about))
    const { code, stderr } = await run(['unlock'], `${PASSPHRASE}\n`)
    other.close()
    expect([code, heard]).toEqual([1, []])
    expect(stderr).toContain('Each window unlocks itself, and a command asks for the passphrase when it needs the key.')
  })

  it('is changed and removed by whoever knows it', async () => {
    expect((await run(['passphrase', 'change'], `a guess\nanother one\n`)).code).toBe(1)
    expect((await run(['passphrase', 'change'], `${PASSPHRASE}\nanother one\n`)).code).toBe(0)
    expect((await run(['passphrase', 'remove'], `${PASSPHRASE}\n`)).code).toBe(1)
    expect((await run(['passphrase', 'remove'], 'another one\n')).code).toBe(0)
    expect((await run(['providers'])).stdout).toContain('mine')
  })
})
