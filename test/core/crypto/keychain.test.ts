import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { generateFernetKey, parseFernetKey } from '../../../src/core/crypto/fernet.ts'
import type { WritableKeySource } from '../../../src/core/crypto/key-source.ts'
import { startNodeHelper, type StartKeychainHelper } from '../../../src/core/crypto/keychain-process.ts'
import {
  keychainSource,
  makeKeychainMasterKey,
  newKeychainSource,
  type KeychainOptions,
} from '../../../src/core/crypto/keychain.ts'
import { hasSecretService, startSecretService, type SecretService } from '../../support/secret-service.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

// A busy machine may need more than the two seconds of a first run; where silence is meant, it is asked for less.
const PATIENT = 20_000
const SHORT = 100

async function made(options: KeychainOptions): Promise<WritableKeySource> {
  const outcome = await makeKeychainMasterKey('/home/ann/.local/share/latchkey', { limit: PATIENT, ...options })
  if ('unusable' in outcome) throw new Error(outcome.unusable)
  return outcome.source
}

describe.runIf(hasSecretService)('a keychain that answers', () => {
  let session: SecretService
  beforeAll(async () => {
    session = await startSecretService()
  })
  afterAll(() => session[Symbol.asyncDispose]())

  it('keeps a new master key under a place that finds it again', async () => {
    const { env } = session
    const source = await made({ env })
    const text = await keychainSource(source.place, { env, limit: PATIENT })?.read()
    expect(parseFernetKey(text ?? '')).toHaveLength(32)
    expect(source.place).toMatch(/^the keychain entry of \/home\/ann\/\.local\/share\/latchkey#[0-9a-f]{8}$/)
  })

  it('gives two vaults of one folder two entries, so that neither loses its key', async () => {
    const [one, two] = await Promise.all([made({ env: session.env }), made({ env: session.env })])
    expect(await one.read()).not.toBe(await two.read())
  })

  it('answers nothing where there is no entry, and removes one that is gone', async () => {
    const source = newKeychainSource('/x', { env: session.env })
    expect(await source.read()).toBeUndefined()
    await source.write('text')
    expect(await source.read()).toBe('text')
    await source.remove()
    await source.remove()
    expect(await source.read()).toBeUndefined()
  })

  it('knows no entry by a place that is none of the keychain', () => {
    expect(keychainSource('/home/ann/.config/latchkey/master.key', { env: {} })).toBeUndefined()
  })

  it('holds the old key or the new one where a write is killed', async () => {
    const { env } = session
    const source = newKeychainSource('/x', { env })
    let current = generateFernetKey()
    await source.write(current)
    // Once it has been asked, the helper is killed after so many turns of the event loop.
    for (const turns of [0, 30, 300, 3_000, 30_000]) {
      const key = generateFernetKey()
      const start: StartKeychainHelper = (script, env) => {
        const helper = startNodeHelper(script, env)
        const send = async (request: Parameters<typeof helper.send>[0]): Promise<void> => {
          helper.send(request)
          for (let n = 0; n < turns; n++) await turn()
          helper.kill()
        }
        return { ...helper, send: (request) => void send(request) }
      }
      await keychainSource(source.place, { env, start })
        ?.write(key)
        .catch(() => undefined)
      const found = await source.read()
      expect([current, key]).toContain(found)
      current = found ?? ''
    }
  })

  it('shows its process no secret of ours, and nothing that makes Node run other code', async () => {
    let seen: NodeJS.ProcessEnv = {}
    const start: StartKeychainHelper = (script, env) => {
      seen = env
      return startNodeHelper(script, env)
    }
    const secrets = { LATCHKEY_TOKEN: 'lk_1', ENCRYPTION_KEY: 'key', NODE_OPTIONS: '--require /tmp/evil.js' }
    await newKeychainSource('/x', { env: { ...session.env, ...secrets }, start }).read()
    expect(seen).toEqual(session.env)
  })
})

describe.runIf(hasSecretService)('a keychain after a new login', () => {
  it('still has the key', async () => {
    await using first = await startSecretService()
    const source = await made({ env: first.env })
    const text = await source.read()
    await using second = await startSecretService({ folder: first.folder })
    expect(await keychainSource(source.place, { env: second.env, limit: PATIENT })?.read()).toBe(text)
  })
})

describe('no keychain', () => {
  it.each([
    ['no session bus', { PATH: process.env['PATH'] }],
    ['a session bus that is gone', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' }],
  ])('is said at once where there is %s', async (_, env) => {
    expect(await makeKeychainMasterKey('/x', { env })).toEqual({ unusable: 'no keychain answers here' })
    await expect(newKeychainSource('/x', { env }).read()).rejects.toMatchObject({
      code: 'keychain_unavailable',
      message: 'The master key is in the keychain, and no keychain answers here',
    })
  })

  it.runIf(hasSecretService)('is said where the session has a bus and nothing that keeps secrets', async () => {
    await using session = await startSecretService({ service: false })
    expect(await makeKeychainMasterKey('/x', { env: session.env })).toEqual({ unusable: 'no keychain answers here' })
  })
})

describe.runIf(hasSecretService)('a locked keychain', () => {
  it('is said, and gives the same key once it is unlocked', async () => {
    await using session = await startSecretService()
    const source = await made({ env: session.env })
    const text = await source.read()
    await session.lock()
    await expect(source.read()).rejects.toMatchObject({ code: 'keychain_unavailable' })
    expect(await makeKeychainMasterKey('/x', { env: session.env, limit: PATIENT })).toEqual({
      unusable: 'the keychain is locked or refused',
    })
    await using unlocked = await startSecretService({ folder: session.folder })
    expect(await keychainSource(source.place, { env: unlocked.env })?.read()).toBe(text)
  })

  it('is not opened by a start without its password', async () => {
    await using before = await startSecretService()
    const source = await made({ env: before.env })
    await using session = await startSecretService({ folder: before.folder, password: null })
    await expect(keychainSource(source.place, { env: session.env })?.read()).rejects.toMatchObject({
      code: 'keychain_unavailable',
    })
  })
})

describe.runIf(hasSecretService)('a keychain that hangs', () => {
  it('is given up, holds nothing else up meanwhile, and works again when it does', async () => {
    await using session = await startSecretService()
    const { env } = session
    const source = await made({ env })
    const text = await source.read()
    session.freeze()
    const order: string[] = []
    const asked = keychainSource(source.place, { env, limit: 1_000 })
      ?.read()
      .catch((cause: unknown) => {
        order.push('given up')
        return cause
      })
    // Were the event loop held, no timer would be served before the answer.
    const tick = setInterval(() => order.push('tick'), 10)
    expect(await asked).toMatchObject({
      code: 'keychain_unavailable',
      message: 'The master key is in the keychain, and the keychain does not reply',
    })
    clearInterval(tick)
    expect(order.indexOf('tick')).toBe(0)
    expect(order.indexOf('given up')).toBeGreaterThan(5)
    expect(await makeKeychainMasterKey('/x', { env, limit: SHORT })).toEqual({
      unusable: 'the keychain does not reply',
    })
    session.thaw()
    expect(await source.read()).toBe(text)
  })

  it('is told of while it is awaited, and answers when the person has come', async () => {
    await using session = await startSecretService()
    const source = await made({ env: session.env })
    session.freeze()
    const onWaiting = (): void => session.thaw()
    const text = await keychainSource(source.place, { env: session.env, onWaiting })?.read()
    expect(parseFernetKey(text ?? '')).toHaveLength(32)
  })

  it.each(['exit', 'SIGKILL'])('leaves no process behind when the one that asked ends by %s', async (how) => {
    await using session = await startSecretService()
    session.freeze()
    const asker = spawn(process.execPath, [join(import.meta.dirname, 'ask-keychain.ts'), how], {
      env: session.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [helper] = (await once(createInterface(asker.stdout), 'line')) as [string]
    if (how === 'SIGKILL') asker.kill('SIGKILL')
    const [code, signal] = (await once(asker, 'exit')) as [number | null, string | null]
    expect(how === 'exit' ? code : signal).toBe(how === 'exit' ? 7 : 'SIGKILL')
    // Ends when the process of that number is gone.
    await once(spawn('tail', [`--pid=${helper}`, '-f', '/dev/null'], { stdio: 'ignore' }), 'exit')
    expect(() => process.kill(Number(helper), 0)).toThrow('ESRCH')
  })
})

describe.runIf(hasSecretService)('a keyring without a password', () => {
  it('is not used, because it keeps what it is given in the clear, and nothing stays in it', async () => {
    await using before = await startSecretService({ service: false })
    const keyrings = join(before.folder, 'data', 'keyrings')
    mkdirSync(keyrings)
    writeFileSync(join(keyrings, 'Default.keyring'), '[keyring]\ndisplay-name=Default\nctime=0\nmtime=0\n')
    writeFileSync(join(keyrings, 'default'), 'Default')
    await using session = await startSecretService({ folder: before.folder, password: null })

    const outcome = await makeKeychainMasterKey('/x', { env: session.env, limit: PATIENT })
    expect(outcome).toEqual({
      unusable: `the keychain would keep it unencrypted, in ${join(keyrings, 'Default.keyring')}`,
    })
    for (const name of readdirSync(keyrings)) {
      expect(readFileSync(join(keyrings, name), 'utf8')).not.toMatch(/secret=|[\w-]{43}=/)
    }
  })
})
