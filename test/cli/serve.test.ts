import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { tempHome } from '../support/temp-core.ts'
import { latchkey, startServe, type Serving } from './latchkey.ts'

type Line = Record<string, unknown>

/** The log, once a line of it fits: it is written in pieces of whole lines. */
async function logged(serving: Serving, fits: (line: Line) => boolean): Promise<Line[]> {
  const lines = (): Line[] =>
    serving
      .stderr()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line)
  await serving.until(() => lines().some(fits))
  return lines()
}

describe('serve', { timeout: 120_000 }, () => {
  it('says one line when ready, writes one JSON line a request, and ends with 0 on SIGTERM', async () => {
    using temp = tempHome()
    await using serving = await startServe([], temp)
    const { port, pid, token } = serving.listenerFile()
    expect({ address: `http://127.0.0.1:${port}`, pid }).toEqual({ address: serving.address, pid: serving.pid })
    expect((await serving.get('/api/v1/providers?x=1')).status).toBe(422)
    expect((await serving.get('/api/v1/providers/7')).status).toBe(404)
    const lines = await logged(serving, ({ status }) => status === 404)
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: 'started',
        token_place: `${temp.home}/listener.json`,
        vault: `${temp.home}/vault.db`,
      }),
    )
    expect(lines.filter(({ msg }) => msg === 'request')).toEqual([
      expect.objectContaining({ method: 'GET', route: '/api/v1/providers', status: 422 }),
      expect.objectContaining({ method: 'GET', route: '/api/v1/providers/{provider_id}', status: 404 }),
    ])
    expect(serving.stderr()).not.toContain(token)
    expect(await serving.stop('SIGTERM')).toBe(0)
    expect(serving.stdout()).toBe(`Latchkey listening on ${serving.address}\n`)
    expect(existsSync(`${temp.home}/listener.json`)).toBe(false)
  })

  it('ends with 0 on SIGINT, also while a request waits for a change', async () => {
    using temp = tempHome()
    await using serving = await startServe([], temp)
    const { revision } = (await (await serving.get('/api/v1/changes')).json()) as { revision: string }
    const waiting = serving.get(`/api/v1/changes?since=${encodeURIComponent(revision)}`)
    // The request is on its way before this one, over a connection of its own; whichever arrives first, both must end.
    expect((await serving.get('/healthz')).status).toBe(200)
    expect(await serving.stop('SIGINT')).toBe(0)
    await waiting.catch(() => undefined)
    expect(existsSync(`${temp.home}/listener.json`)).toBe(false)
  })

  it('takes LATCHKEY_TOKEN, and then writes no token down', async () => {
    using temp = tempHome()
    const token = 'a-token-of-my-own-with-40-characters-0123'
    await using serving = await startServe([], { ...temp, env: { LATCHKEY_TOKEN: token } })
    expect(serving.listenerFile()).not.toHaveProperty('token')
    expect((await serving.get('/api/v1/status', token)).status).toBe(200)
    expect((await serving.get('/api/v1/status', `${token}x`)).status).toBe(401)
    expect(readFileSync(`${temp.home}/listener.json`, 'utf8')).not.toContain(token)
    await logged(serving, ({ status }) => status === 401)
    expect(serving.stderr()).not.toContain(token)
  })

  it('refuses a second serve for the same folder, and a token that is too short', async () => {
    using temp = tempHome()
    await using serving = await startServe([], temp)
    const second = await latchkey(['serve', '--port', '0'], temp)
    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toContain(
      `error: A listener already runs for this folder at ${serving.address} (process ${serving.pid})`,
    )
    const status = await latchkey(['status'], temp)
    expect(status.stdout).toMatch(new RegExp(`^Listener +on at ${serving.address} \\(process ${serving.pid}\\)$`, 'm'))
    await serving.stop()
    const short = await latchkey(['serve', '--port', '0'], { ...temp, env: { LATCHKEY_TOKEN: 'too-short' } })
    expect(short).toMatchObject({ code: 1, stdout: '' })
    expect(short.stderr).toContain('error: LATCHKEY_TOKEN must be 24 to 512 letters, digits and signs, without spaces')
    expect(short.stderr).not.toContain('too-short')
  })

  it('says that a port is busy, and takes no other', async () => {
    using temp = tempHome()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const busy = await latchkey(['serve', '--port', String(port)], temp)
    expect(busy).toMatchObject({ code: 1, stdout: '' })
    expect(busy.stderr).toContain(`error: Port ${port} is used by another program`)
    const byVariable = await latchkey(['serve'], { ...temp, env: { LATCHKEY_PORT: String(port) } })
    expect(byVariable.stderr).toContain(`error: Port ${port} is used by another program`)
    const noNumber = await latchkey(['serve'], { ...temp, env: { LATCHKEY_PORT: '56x' } })
    expect(noNumber.stderr).toContain("error: LATCHKEY_PORT must be a number from 0 to 65535, not '56x'")
    other.close()
  })

  it('serves a vault without its master key for reading, and says so', async () => {
    using temp = tempHome()
    await latchkey(['key', 'set', 'openai'], { ...temp, env: { ENCRYPTION_KEY: generateFernetKey() }, input: 'sk-abc' })
    await using serving = await startServe([], temp)
    const lines = await logged(serving, ({ msg }) => msg === 'started')
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'error', code: 'encryption_key_missing', msg: 'the vault is open read-only' }),
    )
    expect(await (await serving.get('/api/v1/providers/with-keys')).json()).toMatchObject([{ name: 'openai' }])
  })
})

describe('a mistake that nobody caught', { timeout: 120_000 }, () => {
  it('ends the command with 1, on lines without the key that it carried', async () => {
    using temp = tempHome()
    const secret = `sk-${randomBytes(24).toString('base64url')}`
    // Once the listener is there, a promise is rejected that nobody looks at.
    const preload = `
      const { write } = process.stdout
      process.stdout.write = function (...all) {
        Promise.reject(Object.assign(new Error('upstream said: ${secret} \\x1b[31m'), { key: '${secret}' }))
        return write.apply(this, all)
      }`
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}` }
    const { code, stderr } = await latchkey(['serve', '--port', '0'], { ...temp, env })
    expect(code).toBe(1)
    expect(stderr).toContain('upstream said: [redacted] \\u001b[31m')
    expect(stderr).toContain('error: Latchkey made a mistake and stopped this request')
    expect(stderr).not.toContain(secret)
    expect(stderr).not.toContain('\x1b')
  })
})

describe('serve --ui', { timeout: 120_000 }, () => {
  it.runIf(existsSync('out/renderer-files.json'))('also prints an address that opens the window once', async () => {
    using temp = tempHome()
    await using serving = await startServe(['--ui'], temp)
    await serving.until(() => serving.stdout().includes('#ticket='))
    const [, page, ticket] = /^Latchkey's window: (\S+)#ticket=(\w{43})$/m.exec(serving.stdout()) ?? []
    expect(page).toBe(`${serving.address}/`)
    const enter = () =>
      fetch(`${serving.address}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ticket }),
      })
    const { token } = (await (await enter()).json()) as { token: string }
    expect((await serving.get('/api/v1/providers', token)).status).toBe(200)
    expect((await enter()).status).toBe(401)
    expect((await fetch(page ?? '')).headers.get('content-type')).toMatch(/^text\/html/)
    expect(serving.stderr()).not.toContain(ticket)
  })
})

describe('the master key in the environment', { timeout: 120_000 }, () => {
  it('is told of as the source in use, and is never printed', async () => {
    using temp = tempHome()
    const key = generateFernetKey()
    await using serving = await startServe([], {
      ...temp,
      env: { ENCRYPTION_KEY: key, LATCHKEY_TOKEN: 'y'.repeat(30) },
    })
    const status = (await (await serving.get('/api/v1/status', 'y'.repeat(30))).json()) as {
      master_key: { source: string; place: string }
    }
    expect(status.master_key).toMatchObject({ source: 'environment', place: 'ENCRYPTION_KEY in the environment' })
    await serving.stop()
    expect(serving.stdout() + serving.stderr()).not.toContain(key)
  })

  it('is never taken from a .env of the working directory, which is said', async () => {
    using temp = tempHome()
    using project = tempHome()
    await latchkey(['providers'], project)
    const hostile = `ENCRYPTION_KEY=${generateFernetKey()}\nNODE_OPTIONS=--require=./evil.cjs\n`
    writeFileSync(`${project.home}/.env`, hostile)
    writeFileSync(`${project.home}/evil.cjs`, 'console.log("evil")')
    const { code, stdout, stderr } = await latchkey(['status'], { ...temp, cwd: project.home })
    expect(code).toBe(0)
    expect(stdout).not.toContain('evil')
    expect(stdout).toMatch(new RegExp(`^Master key +the key file ${temp.home}/master.key$`, 'm'))
    expect(stderr).toContain(
      `note: ENCRYPTION_KEY in ${project.home}/.env is not read; the one in ${temp.home}/.env would be, or --env-file PATH.`,
    )
  })
})
