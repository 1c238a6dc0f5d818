import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { keychainSource } from '../../src/core/crypto/keychain.ts'
import { startNodeHelper, type StartKeychainHelper } from '../../src/core/crypto/keychain-process.ts'
import { examine } from '../../src/core/doctor.ts'
import { getDecryptedApiKey } from '../../src/core/providers/provider-service.ts'
import { latchkey } from '../cli/latchkey.ts'
import { hasSecretService, startSecretService, type SecretService } from '../support/secret-service.ts'
import { openTempCore, tempHome, type TempCore } from '../support/temp-core.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** Starts the real helper and counts. */
function counted(): { start: StartKeychainHelper; starts: () => number } {
  let starts = 0
  return {
    start(script, env) {
      starts += 1
      return startNodeHelper(script, env)
    },
    starts: () => starts,
  }
}

const startKeychain = startNodeHelper
const inSession = ({ env }: SecretService, home: string) => ({ home, env, key: null, startKeychain })

describe.runIf(hasSecretService)('a vault in a session with a keychain', () => {
  let session: SecretService
  beforeAll(async () => {
    session = await startSecretService()
  })
  afterAll(() => session[Symbol.asyncDispose]())

  it('has its master key there from the first run on, and opens with it at the next', async () => {
    using folder = tempHome()
    {
      await using first = await openTempCore(inSession(session, folder.home))
      expect(await first.client.getStatus()).toMatchObject({
        vault: { state: 'open', is_new: true },
        master_key: { source: 'keychain', place: expect.stringContaining(`the keychain entry of ${folder.home}#`) },
        notes: [],
      })
      await first.client.createProvider({ name: 'p', display_name: 'P', api_key: 'sk-1' })
    }
    expect(existsSync(join(folder.home, 'master.key'))).toBe(false)
    await using next = await openTempCore(inSession(session, folder.home))
    const provider = (await next.client.listProviders()).find(({ name }) => name === 'p')
    expect(String(await getDecryptedApiKey(next.core.vault, { id: provider?.id ?? 0 }))).toBe('sk-1')
    expect(next.core.vault.masterKey.source).toBe('keychain')
  })

  it('is opened by window and command line through one entry', async () => {
    using folder = tempHome()
    await (await openTempCore({ ...inSession(session, folder.home), door: 'window' }))[Symbol.asyncDispose]()
    const env = Object.fromEntries(Object.entries(session.env).map(([name, value]) => [name, value ?? '']))
    const { code, stdout } = await latchkey(['status'], { home: folder.home, env })
    expect(code).toBe(0)
    expect(stdout).toContain("the system's keychain")
    const findings = await examine({ env: { ...env, LATCHKEY_HOME: folder.home }, cwd: '/', fix: false })
    const said = findings.map(({ detail }) => detail).join('\n')
    expect(said).toContain('The master key opens this vault: the keychain entry of')
    expect(said).toContain('The master key is in the keychain alone: there is no recovery copy of it.')
  })

  it('asks no keychain where a key is given', async () => {
    using folder = tempHome()
    const { start, starts } = counted()
    const key = generateFernetKey()
    for (let run = 0; run < 2; run += 1) {
      await using core = await openTempCore({ home: folder.home, env: session.env, key, startKeychain: start })
      expect(core.core.vault.state).toBe('open')
    }
    expect(starts()).toBe(0)
  })

  it('goes on with the key file that lies there', async () => {
    using folder = tempHome()
    await (await openTempCore({ home: folder.home, key: null }))[Symbol.asyncDispose]()
    const { start, starts } = counted()
    await using core = await openTempCore({ home: folder.home, env: session.env, key: null, startKeychain: start })
    expect([core.core.vault.masterKey.source, starts()]).toEqual(['file', 0])
  })

  it('waits read-only for a keychain that is gone, makes no other key, and opens when it is back', async () => {
    using folder = tempHome()
    const inside = inSession(session, folder.home)
    await (await openTempCore(inside))[Symbol.asyncDispose]()
    {
      await using outside = await openTempCore({ home: folder.home, key: null })
      expect((await outside.client.getStatus()).vault).toMatchObject({
        state: 'read_only',
        problem: { code: 'keychain_unavailable' },
      })
      expect(existsSync(join(folder.home, 'master.key'))).toBe(false)
    }
    await using back = await openTempCore(inside)
    expect(back.core.vault.state).toBe('open')
  })

  it('gets its master key back from a recovery copy, in the keychain or in a file where none answers', async () => {
    using folder = tempHome()
    const inside = inSession(session, folder.home)
    let text: string
    {
      await using first = await openTempCore(inside)
      await first.client.createProvider({ name: 'p', display_name: 'P', api_key: 'sk-1' })
      text = (await first.client.printRecoveryCopy()).key
      await keychainSource(first.core.vault.masterKey.place ?? '', { env: session.env })?.remove()
    }
    const opens = async ({ core }: TempCore) => String(await getDecryptedApiKey(core.vault, { name: 'p' }))
    {
      await using again = await openTempCore(inside)
      expect(again.core.vault.problem?.code).toBe('encryption_key_missing')
      expect(await again.client.restoreMasterKey({ text })).toMatchObject({ source: 'keychain', kept: null })
      expect(await opens(again)).toBe('sk-1')
    }
    {
      await using next = await openTempCore(inside)
      expect(await opens(next)).toBe('sk-1')
    }
    await using outside = await openTempCore({ home: folder.home, key: null })
    expect(await outside.client.restoreMasterKey({ text })).toMatchObject({ source: 'file' })
    expect(await opens(outside)).toBe('sk-1')
  })

  it('can be started over by its owner where its keychain is gone for good', async () => {
    using folder = tempHome()
    await (await openTempCore(inSession(session, folder.home)))[Symbol.asyncDispose]()
    await using outside = await openTempCore({ home: folder.home, key: null })
    const { name } = (await outside.client.getStatus()).vault
    await outside.client.startOver({ vault_name: name })
    expect(await outside.client.getStatus()).toMatchObject({ vault: { state: 'open' }, master_key: { source: 'file' } })
  })
})

describe('a vault made where no keychain answers', () => {
  it('has a key file, and says why', async () => {
    await using core = await openTempCore({ key: null })
    const { master_key, notes } = await core.client.getStatus()
    expect(master_key.source).toBe('file')
    expect(notes).toContain('The master key is a file, because no keychain answers here.')
  })

  it.runIf(hasSecretService)('does so where it hangs, without waiting longer than two seconds for it', async () => {
    await using session = await startSecretService()
    session.freeze()
    const sleeping: StartKeychainHelper = (script, env) => startNodeHelper(script, env)
    await using core = await openTempCore({ env: session.env, key: null, startKeychain: sleeping })
    session.thaw()
    expect(core.core.notes).toContain('The master key is a file, because the keychain does not reply.')
  })
})
