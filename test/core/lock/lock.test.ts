import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { wrappedKeyFacts } from '../../../src/core/crypto/wrapped-key.ts'
import { actorOf } from '../../../src/core/actor.ts'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import { getDecryptedApiKey } from '../../../src/core/providers/provider-service.ts'
import { openTempCore, tempHome, type TempCore } from '../../support/temp-core.ts'
import { ask } from '../../support/vault-dump.ts'

// scrypt takes its time, more so on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const PASSPHRASE = 'correct horse battery staple'
const KEY = 'sk-of-the-lock'

const masterKeyFile = (home: string): string => readFileSync(join(home, 'master.key'), 'utf8')

/** One vault with a key and a passphrase, of which each test has a copy: a passphrase that is set costs its second. */
const base = tempHome()
let id = 0
let plainKey = ''
beforeAll(async () => {
  await using temp = await openTempCore({ home: base.home, key: null })
  ;({ id } = await temp.client.createProvider({ name: 'mine', display_name: 'Mine', api_key: KEY, models: ['m'] }))
  plainKey = masterKeyFile(base.home)
  await temp.client.setPassphrase({ passphrase: PASSPHRASE })
})
afterAll(() => base[Symbol.dispose]())

/** The vault as a process finds it at its start: locked. */
async function openLocked(options: { home?: string; door?: 'window' } = {}): Promise<TempCore> {
  const folder = options.home === undefined ? tempHome() : undefined
  if (folder !== undefined) cpSync(base.home, folder.home, { recursive: true })
  const temp = await openTempCore({ home: folder?.home ?? '', key: null, ...options })
  return {
    ...temp,
    async [Symbol.asyncDispose]() {
      await temp[Symbol.asyncDispose]()
      folder?.[Symbol.dispose]()
    },
  }
}

async function openUnlocked(options: { home?: string } = {}): Promise<TempCore> {
  const temp = await openLocked(options)
  await temp.client.unlock({ passphrase: PASSPHRASE })
  return temp
}

const released = async ({ core }: TempCore): Promise<string> => String(await getDecryptedApiKey(core.vault, { id }))

describe('a passphrase', () => {
  it('leaves only the wrapped key where the master key was, with its parameters', async () => {
    await using temp = await openUnlocked()
    const wrapped = masterKeyFile(temp.home)
    expect(wrapped).not.toContain(plainKey.trim())
    expect(JSON.parse(wrapped)).toMatchObject({ header: { scrypt: { n: 131072, r: 8, p: 1 } } })
    expect(wrappedKeyFacts(wrapped, 'master.key').master_key_id).toBe(temp.core.vault.masterKeyId)
    expect(await temp.client.getStatus()).toMatchObject({
      vault: { state: 'open' },
      lock: { passphrase: true, can_have_passphrase: true, locked: null, wait_seconds: 0 },
    })
    expect(await released(temp)).toBe(KEY)
  })

  it('is asked for at the next start, which shows nothing but counts until then', async () => {
    await using next = await openLocked()
    expect(await next.client.getStatus()).toMatchObject({
      vault: { state: 'locked', problem: { code: 'vault_locked' }, keys: 1, unreadable_keys: 0 },
      lock: { passphrase: true, locked: { reason: 'start' } },
    })
    for (const act of [
      next.client.listProviders(),
      next.client.getProvider({ provider_id: 1 }),
      next.client.createProvider({ name: 'x', display_name: 'X' }),
      next.client.updateSettings({ theme: 'dark' }),
    ]) {
      await expect(act).rejects.toMatchObject({ code: 'vault_locked', status: 423 })
    }
    await next.client.unlock({ passphrase: PASSPHRASE })
    expect(await released(next)).toBe(KEY)
    expect(
      ask(next.home, "SELECT group_concat(act) FROM audit WHERE act GLOB 'passphrase*' OR act GLOB 'vault.*'"),
    ).toBe('vault.create,passphrase.set,vault.unlock')
  })

  it('is exchanged for another, and the one before opens nothing any more', async () => {
    await using temp = await openUnlocked()
    await expect(temp.client.setPassphrase({ passphrase: 'another one' })).rejects.toMatchObject({
      code: 'passphrase_set',
    })
    const change = { current: 'not this one', passphrase: 'another one' }
    await expect(temp.client.changePassphrase(change)).rejects.toMatchObject({ code: 'passphrase_wrong' })
    await temp.client.changePassphrase({ ...change, current: PASSPHRASE })
    await temp.client.lock()
    await expect(temp.client.unlock({ passphrase: PASSPHRASE })).rejects.toMatchObject({ code: 'passphrase_wrong' })
    await temp.client.unlock({ passphrase: 'another one' })
    expect(await released(temp)).toBe(KEY)
  })

  it('is taken away by whoever knows it, and the key lies there as before', async () => {
    await using temp = await openLocked()
    await expect(temp.client.removePassphrase({ current: 'a guess' })).rejects.toMatchObject({
      code: 'passphrase_wrong',
    })
    await temp.client.removePassphrase({ current: PASSPHRASE })
    expect(masterKeyFile(temp.home)).toBe(plainKey)
    expect(await released(temp)).toBe(KEY)
    await expect(temp.client.lock()).rejects.toMatchObject({ code: 'passphrase_not_set' })
    expect(temp.core.vault.state).toBe('open')
  })

  it('of seven characters is refused, and nothing is changed', async () => {
    await using temp = await openTempCore({ key: null })
    const plain = masterKeyFile(temp.home)
    await expect(temp.client.setPassphrase({ passphrase: '1234567' })).rejects.toMatchObject({
      code: 'passphrase_too_short',
    })
    expect(masterKeyFile(temp.home)).toBe(plain)
  })

  it('is refused where the master key is given at each start', async () => {
    await using temp = await openTempCore({ key: generateFernetKey() })
    await expect(temp.client.setPassphrase({ passphrase: PASSPHRASE })).rejects.toMatchObject({
      code: 'passphrase_unavailable',
    })
    expect((await temp.client.getStatus()).lock).toMatchObject({ passphrase: false, can_have_passphrase: false })
  })
})

describe('locking', () => {
  it('zeroes the key at once, also for what still runs', async () => {
    await using temp = await openUnlocked()
    const { ring } = temp.core.vault
    let go = (): void => undefined
    const gate = new Promise<void>((resolve) => (go = resolve))
    const running = temp.core.vault.withMasterKey(async (_store, held) => {
      await gate
      return held.seal(Buffer.from('too late'))
    })
    const locking = temp.core.vault.lockNow('now', actorOf('cli'))
    // Before anything was awaited: whoever holds the ring holds nothing.
    expect(() => ring?.seal(Buffer.from('x'))).toThrow(/no longer in memory/)
    go()
    await expect(running).rejects.toMatchObject({ code: 'vault_locked' })
    await locking
    expect(temp.core.vault.ring).toBeUndefined()
    expect((await temp.client.getStatus()).lock.locked).toMatchObject({ reason: 'now' })
    expect(ask(temp.home, "SELECT count(*) FROM audit WHERE act = 'vault.lock'")).toBe(1)
  })

  it('lets programs read where the settings say so, and the window never', async () => {
    await using temp = await openUnlocked()
    await temp.client.updateSettings({ reads_while_locked: true })
    await temp.client.lock()
    expect(await temp.client.listModelNames()).toContain('mine/m')
    await expect(temp.client.removeApiKey({ provider_id: id })).rejects.toMatchObject({ code: 'vault_locked' })
    await using window = await openLocked({ home: temp.home, door: 'window' })
    await expect(window.client.listModelNames()).rejects.toMatchObject({ code: 'vault_locked' })
  })

  it('makes each wrong try wait longer than the one before, and looks at no passphrase meanwhile', async () => {
    await using temp = await openLocked()
    const waits: number[] = []
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      for (let n = 0; n < 5; n += 1) {
        await expect(temp.client.unlock({ passphrase: `wrong ${n}` })).rejects.toMatchObject({
          code: 'passphrase_wrong',
        })
        const { wait_seconds } = (await temp.client.getStatus()).lock
        waits.push(wait_seconds)
        if (wait_seconds > 0) {
          await expect(temp.client.unlock({ passphrase: PASSPHRASE })).rejects.toMatchObject({ code: 'unlock_delayed' })
        }
        vi.advanceTimersByTime(wait_seconds * 1000)
      }
    } finally {
      vi.useRealTimers()
    }
    expect(waits).toEqual([0, 0, 2, 4, 8])
  })

  it('tells whoever waits for a change', async () => {
    await using temp = await openUnlocked()
    const { revision, lock } = await temp.client.waitForChange()
    expect(lock).toBe('unlocked')
    const waiting = temp.client.waitForChange({ since: revision })
    await temp.client.lock()
    expect((await waiting).lock).toBe('locked')
  })
})

describe('wrong tries', () => {
  const wrong = (temp: TempCore) =>
    expect(temp.client.unlock({ passphrase: 'wrong' })).rejects.toMatchObject({ code: 'passphrase_wrong' })
  const delayed = (temp: TempCore) =>
    expect(temp.client.unlock({ passphrase: PASSPHRASE })).rejects.toMatchObject({ code: 'unlock_delayed' })
  const tries = (home: string): string => join(home, 'unlock-tries.json')
  // However slow the machine is, no wait is over before it is looked at.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  it('count together in all processes, and in those that start later', async () => {
    await using first = await openLocked()
    await using second = await openLocked({ home: first.home })
    for (const one of [first, second, first]) await wrong(one)
    for (const one of [first, second]) await delayed(one)
    await using later = await openLocked({ home: first.home })
    await delayed(later)
    expect((await later.client.getStatus()).lock.wait_seconds).toBeGreaterThan(0)
    expect(statSync(tries(first.home)).mode & 0o077).toBe(0)
  })

  it('are forgotten everywhere once one is right', async () => {
    await using first = await openLocked()
    await using second = await openLocked({ home: first.home })
    for (const one of [first, second]) await wrong(one)
    await second.client.unlock({ passphrase: PASSPHRASE })
    for (const one of [first, first]) await wrong(one)
    await first.client.unlock({ passphrase: PASSPHRASE })
    expect(existsSync(tries(first.home))).toBe(false)
    const { events } = await first.client.listAudit({ act: 'vault.unlock' })
    expect(events.slice(0, 2).map(({ detail }) => detail['wrong_tries'])).toEqual([2, 2])
  })

  it('keep nobody out for longer than five minutes, whatever the file says or where it cannot be written', async () => {
    await using temp = await openLocked()
    writeFileSync(tries(temp.home), JSON.stringify({ wrong: 1e9, last_at: Date.now() + 1e12 }))
    expect((await temp.client.getStatus()).lock.wait_seconds).toBe(300)
    vi.setSystemTime(Date.now() + 301_000)
    expect((await temp.client.getStatus()).lock.wait_seconds).toBe(0)
    rmSync(tries(temp.home))
    mkdirSync(tries(temp.home))
    for (const _ of [1, 2, 3]) await wrong(temp)
    await delayed(temp)
    rmSync(tries(temp.home), { recursive: true })
  })
})

describe('two processes', () => {
  const until = async (happened: () => boolean): Promise<void> => {
    await vi.waitFor(() => expect(happened()).toBe(true), { timeout: 10_000, interval: 20 })
  }

  it('lock together, whichever was asked, and unlock each for itself', async () => {
    await using one = await openUnlocked()
    await using two = await openUnlocked({ home: one.home })
    expect([one.core.vault.state, two.core.vault.state]).toEqual(['open', 'open'])
    await two.client.lock()
    await until(() => one.core.vault.state === 'locked')
    expect(one.core.vault.ring).toBeUndefined()
    expect((await one.client.getStatus()).lock.locked).toMatchObject({ reason: 'elsewhere' })
    await one.client.unlock({ passphrase: PASSPHRASE })
    expect([one.core.vault.state, two.core.vault.state]).toEqual(['open', 'locked'])
    // One that never had the key can lock the other.
    await two.client.lock()
    await until(() => one.core.vault.state === 'locked')
  })

  it('learn that a passphrase was set or removed: what was open is asked for it, or is not any more', async () => {
    using folder = tempHome()
    await using one = await openTempCore({ home: folder.home, key: null })
    await using two = await openTempCore({ home: folder.home, key: null })
    await one.client.setPassphrase({ passphrase: PASSPHRASE })
    await until(() => two.core.vault.state === 'locked')
    expect(one.core.vault.state).toBe('open')
    await one.client.removePassphrase({ current: PASSPHRASE })
    await until(() => two.core.vault.state === 'open')
    expect(two.core.vault.lock.isSet).toBe(false)
  })
})
