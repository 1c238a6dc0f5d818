import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { generateFernetKey, tokenTime } from '../../../src/core/crypto/fernet.ts'
import { startNodeHelper } from '../../../src/core/crypto/keychain-process.ts'
import { KeyRing } from '../../../src/core/crypto/master-key.ts'
import { wrappedKeyFacts } from '../../../src/core/crypto/wrapped-key.ts'
import { actorOf } from '../../../src/core/actor.ts'
import { takeFolderLock } from '../../../src/core/folder-lock.ts'
import { getDecryptedApiKey } from '../../../src/core/providers/provider-service.ts'
import { sealKey } from '../../../src/core/providers/stored-key.ts'
import { keysOf } from '../../../src/core/store/key-store.ts'
import type { RotatedMasterKey } from '../../../src/shared/master-key-schemas.ts'
import { hasSecretService, startSecretService } from '../../support/secret-service.ts'
import { openTempCore, tempHome, type TempCore } from '../../support/temp-core.ts'
import { ask, dumpVault, tamper } from '../../support/vault-dump.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const idOf = (key: string): string => KeyRing.parse(key).currentId

let temp: ReturnType<typeof tempHome>
let home: string
beforeEach(() => {
  temp = tempHome()
  home = temp.home
})
afterEach(() => temp[Symbol.dispose]())

const keyFile = (at = home): string => readFileSync(join(at, 'master.key'), 'utf8').trim()

/** Adds providers p-0, p-1, … with the keys sk-0, sk-1, … */
async function addKeys({ client }: TempCore, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await client.createProvider({ name: `p-${n}`, display_name: 'P', base_url: 'https://p.test', api_key: `sk-${n}` })
  }
}

async function released({ core, client }: TempCore): Promise<Record<string, string>> {
  const keys: Record<string, string> = {}
  for (const { name } of await client.listProvidersWithKeys()) {
    keys[name] = String(await getDecryptedApiKey(core.vault, { name }))
  }
  return keys
}

/** How many stored tokens a master key opens by itself, binding or not. */
function opensWith(key: string, at = home): number {
  const ring = KeyRing.parse(key)
  const { provider = [], provider_key = [] } = dumpVault(at)
  return [...provider, ...provider_key].filter(({ api_key_encrypted: token }) => {
    try {
      return typeof token === 'string' && ring.openAny(token).plaintext.length > 0
    } catch {
      return false
    }
  }).length
}

describe('a rotation', () => {
  it('puts every key under a new master key, and the old one opens none', async () => {
    await using core = await openTempCore({ home, key: null })
    await addKeys(core, 3)
    await addFurtherKey(core, 'p-0', 'sk-further')
    const old = keyFile()
    const before = dumpVault(home)
    const done = await core.client.rotateMasterKey()
    const fresh = keyFile()
    expect(done).toMatchObject({ fingerprint: idOf(fresh), keys: 4, left: [], may_go: [] })
    expect(fresh).not.toBe(old)
    expect(fresh).toMatch(/^[\w-]{43}=$/)
    expect([opensWith(old), opensWith(fresh)]).toEqual([0, 4])
    expect(await released(core)).toEqual({ 'p-0': 'sk-0', 'p-1': 'sk-1', 'p-2': 'sk-2' })
    // What a key is stays: its id, by which its use is counted, and when it was stored.
    const lasting = ({ provider = [] }: ReturnType<typeof dumpVault>) =>
      provider.map(({ api_key_encrypted: token, key_id, updated_at }) => [
        key_id,
        updated_at,
        typeof token === 'string' ? tokenTime(token) : null,
      ])
    expect(lasting(dumpVault(home))).toEqual(lasting(before))
    await using next = await openTempCore({ home, key: null })
    expect(Object.keys(await released(next))).toHaveLength(3)
    expect((await next.core.vault.reader().listProviderHeads()).flatMap(keysOf)).toHaveLength(4)
  })

  it('leaves a copy of the vault as it was before, which the old key opens', async () => {
    await using core = await openTempCore({ home, key: null })
    await addKeys(core, 1)
    const old = keyFile()
    const { copy } = await core.client.rotateMasterKey()
    const elsewhere = join(home, 'elsewhere')
    mkdirSync(elsewhere)
    spawnSync('cp', [copy ?? '', join(elsewhere, 'vault.db')])
    await using restored = await openTempCore({ home: elsewhere, key: old })
    expect(await released(restored)).toEqual({ 'p-0': 'sk-0' })
  })

  it('keeps the audit trail whole, and its seal outside the vault good under the new key alone', async () => {
    await using core = await openTempCore({ home, key: null })
    await addKeys(core, 2)
    await core.client.rotateMasterKey()
    await core.client.rotateMasterKey()
    const verdict = await core.client.verifyAudit()
    expect(verdict).toMatchObject({ intact: true })
    expect(verdict.sealed_to).toBe(verdict.events)
    expect(ask(home, "SELECT count(*) FROM audit WHERE act = 'master_key.rotate'")).toBe(2)
  })

  it('leaves what another program wrote to be adopted, and binds nothing anew that was moved', async () => {
    await using core = await openTempCore({ home, key: null })
    await addKeys(core, 3)
    const foreign = KeyRing.parse(keyFile()).seal(Buffer.from('sk-foreign')).token
    tamper(home, "INSERT INTO provider (name, display_name, api_key_encrypted) VALUES ('python', 'P', ?)", foreign)
    tamper(home, "UPDATE provider SET base_url = 'https://evil.test' WHERE name = 'p-1'")
    expect(await core.client.rotateMasterKey()).toMatchObject({ keys: 3, left: ['p-1'] })
    const providers = new Map((await core.client.listProviders()).map((provider) => [provider.name, provider]))
    expect(providers.get('p-1')?.key_state).toBe('unreadable')
    expect(providers.get('python')?.key_state).toBe('unreadable')
    await core.client.adoptKey({ provider_id: providers.get('python')?.id ?? 0 })
    expect(String(await getDecryptedApiKey(core.core.vault, { name: 'python' }))).toBe('sk-foreign')
  })

  it('has every row in the main file itself before the old key goes', async () => {
    const elsewhere = join(home, 'elsewhere')
    let placed = 0
    const onStep = (step: string): void => {
      // First the ring, then the new key alone.
      if (step !== `place ${join(home, 'master.key')}` || ++placed !== 2) return
      mkdirSync(elsewhere)
      // Not by this process: closing the file would free the locks that it holds.
      spawnSync('cp', [join(home, 'vault.db'), elsewhere])
      writeFileSync(join(elsewhere, 'before'), keyFile())
    }
    {
      await using core = await openTempCore({ home, key: null })
      await addKeys(core, 20)
    }
    {
      await using core = await openTempCore({ home, key: null, onStep })
      await core.client.rotateMasterKey()
    }
    expect(placed).toBe(2)
    const ring = readFileSync(join(elsewhere, 'before'), 'utf8')
    expect(ring.split(',')).toHaveLength(2)
    expect(opensWith(keyFile(), elsewhere)).toBe(20)
  })

  it('is refused while another one is under way', async () => {
    await using core = await openTempCore({ home, key: null })
    const lock = await takeFolderLock(core.core.places.master_key_lock, () => undefined)
    await expect(core.client.rotateMasterKey()).rejects.toMatchObject({ code: 'master_key_busy' })
    lock?.release()
    expect(await core.client.rotateMasterKey()).toMatchObject({ keys: 0 })
  })

  it('goes on where one was stopped after the ring was written, or after the rows were', async () => {
    await using core = await openTempCore({ home, key: null })
    await addKeys(core, 2)
    const [old, fresh] = [keyFile(), generateFernetKey()]
    writeFileSync(join(home, 'master.key'), `${fresh},${old}\n`)
    await core.client.reopenVault()
    expect((await core.client.getStatus()).notes.join('\n')).toContain('was not finished: run latchkey rotate')
    expect(await core.client.planRotation()).toMatchObject({ state: 'unfinished', keys: 2 })
    expect(await core.client.rotateMasterKey()).toMatchObject({ fingerprint: idOf(fresh), keys: 2 })
    expect(keyFile()).toBe(fresh)

    writeFileSync(join(home, 'master.key'), `${fresh},${old}\n`)
    await core.client.reopenVault()
    expect(await core.client.rotateMasterKey()).toMatchObject({ fingerprint: idOf(fresh), keys: 0, copy: null })
    expect(keyFile()).toBe(fresh)
    expect(Object.keys(await released(core))).toHaveLength(2)
    expect(ask(home, "SELECT count(*) FROM audit WHERE act = 'master_key.rotate'")).toBe(1)
  })
})

describe('a master key under a passphrase', () => {
  const passphrase = 'correct horse battery staple'

  it('is exchanged under the same passphrase, also for a process that has the vault unlocked', async () => {
    await using core = await openTempCore({ home, key: null })
    await addKeys(core, 2)
    await core.client.setPassphrase({ passphrase })
    await using running = await openTempCore({ home, key: null })
    await running.client.unlock({ passphrase })
    const { fingerprint } = await core.client.rotateMasterKey()
    expect(wrappedKeyFacts(keyFile(), 'master.key').master_key_id).toBe(fingerprint)
    expect(await released(running)).toEqual({ 'p-0': 'sk-0', 'p-1': 'sk-1' })
    await using next = await openTempCore({ home, key: null })
    expect(next.core.vault.state).toBe('locked')
    await next.client.unlock({ passphrase })
    expect(await released(next)).toEqual({ 'p-0': 'sk-0', 'p-1': 'sk-1' })
    // Moved, it stays under it; where there is no lock it may not go.
    for (const destination of [{ to: 'env' as const }, { to: 'command' as const, command: ['true'] }]) {
      await expect(next.client.moveMasterKey(destination)).rejects.toMatchObject({ code: 'not_allowed' })
    }
  })
})

describe('a master key that its owner gives at each start', () => {
  const [old, fresh] = [generateFernetKey(), generateFernetKey()]

  it('is exchanged once it is given as NEW,OLD, and Latchkey says when OLD may go', async () => {
    {
      await using core = await openTempCore({ home, key: old })
      await addKeys(core, 2)
      expect(await core.client.planRotation()).toMatchObject({ state: 'needs_key', reread: false })
      await expect(core.client.rotateMasterKey()).rejects.toMatchObject({
        code: 'rotation_needs_key',
        body: { hint: expect.stringContaining('NEW,OLD') as string },
      })
    }
    {
      await using core = await openTempCore({ home, key: `${fresh},${old}` })
      expect(await released(core)).toEqual({ 'p-0': 'sk-0', 'p-1': 'sk-1' })
      expect((await core.client.getStatus()).notes.join('\n')).toContain('run latchkey rotate')
      expect(await core.client.rotateMasterKey()).toMatchObject({ fingerprint: idOf(fresh), may_go: [idOf(old)] })
      expect((await core.client.getStatus()).notes.join('\n')).toContain(`${idOf(old)} may go`)
    }
    await using core = await openTempCore({ home, key: fresh })
    expect(await released(core)).toEqual({ 'p-0': 'sk-0', 'p-1': 'sk-1' })
    expect((await core.client.getStatus()).notes).toEqual([])
    await using wrong = await openTempCore({ home, key: old })
    expect(wrong.core.vault.problem?.code).toBe('encryption_key_wrong')
  })

  it('is not said to be needless while a key that another program wrote may need it', async () => {
    {
      await using core = await openTempCore({ home, key: old })
      await addKeys(core, 1)
    }
    tamper(home, "INSERT INTO provider (name, display_name, api_key_encrypted) VALUES ('python', 'P', 'no token')")
    await using core = await openTempCore({ home, key: `${fresh},${old}` })
    expect(await core.client.rotateMasterKey()).toMatchObject({ left: ['python'], may_go: [] })
  })

  it('turns a process that has only the old one read-only, with the sentence', async () => {
    await using running = await openTempCore({ home, key: old })
    await addKeys(running, 1)
    {
      await using core = await openTempCore({ home, key: `${fresh},${old}` })
      await core.client.rotateMasterKey()
    }
    await expect(getDecryptedApiKey(running.core.vault, { name: 'p-0' })).rejects.toThrow(
      'Failed to decrypt data: the master key from ENCRYPTION_KEY in the environment does not open this vault',
    )
    expect(running.core.vault.state).toBe('read_only')
  })
})

describe('during rotations', () => {
  it('10,000 reads of keys fail in no process', async () => {
    await using rotating = await openTempCore({ home, key: null })
    await addKeys(rotating, 20)
    await using reading = await openTempCore({ home, key: null })
    const count = { reads: 0, rotations: 0 }
    const goesOn = (): boolean => count.reads < 10_000 || count.rotations < 3
    const failures: unknown[] = []
    const read = async ({ core }: TempCore): Promise<void> => {
      while (goesOn()) {
        const n = count.reads++ % 20
        try {
          const key = await getDecryptedApiKey(core.vault, { name: `p-${n}` })
          if (String(key) !== `sk-${n}`) failures.push(String(key))
        } catch (cause) {
          failures.push(cause)
        }
        // Others have their turn, as between two requests.
        if (count.reads % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const rotate = async (): Promise<RotatedMasterKey[]> => {
      const done: RotatedMasterKey[] = []
      while (goesOn()) {
        done.push(await rotating.client.rotateMasterKey())
        count.rotations += 1
      }
      return done
    }
    const [done] = await Promise.all([rotate(), read(reading), read(reading), read(rotating)])
    expect(failures).toEqual([])
    expect(new Set(done.map(({ fingerprint }) => fingerprint)).size).toBe(count.rotations)
    expect(idOf(keyFile())).toBe(done.at(-1)?.fingerprint)
  })
})

describe.runIf(hasSecretService)('a master key in the keychain', () => {
  it('is exchanged there', async () => {
    await using session = await startSecretService()
    const inSession = { home, env: session.env, key: null, startKeychain: startNodeHelper }
    let fingerprint = ''
    {
      await using core = await openTempCore(inSession)
      await addKeys(core, 1)
      fingerprint = (await core.client.rotateMasterKey()).fingerprint
    }
    await using core = await openTempCore(inSession)
    expect(core.core.vault.masterKey).toMatchObject({ source: 'keychain', id: fingerprint })
    expect(await released(core)).toEqual({ 'p-0': 'sk-0' })
    expect(readdirSync(home)).not.toContain('master.key')
  })
})

async function addFurtherKey({ core, client }: TempCore, name: string, api_key: string): Promise<void> {
  const provider = (await client.listProviders()).find((provider) => provider.name === name)
  await core.vault.withMasterKey((store, ring) =>
    store.keys.change(
      provider?.id ?? 0,
      'key.add',
      (row) => ({
        keys: [...keysOf(row), { ...sealKey(ring, row, api_key), label: 'Second', enabled: true }],
        detail: {},
      }),
      actorOf('cli'),
    ),
  )
}
