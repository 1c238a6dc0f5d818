import { cpSync, existsSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { getDecryptedApiKey } from '../../src/core/providers/provider-service.ts'
import type { OperationId } from '../../src/shared/contract.ts'
import type { Provider } from '../../src/shared/schemas.ts'
import { toFirstFormat } from '../support/first-format.ts'
import { openTempCore, tempHome, type TempCore } from '../support/temp-core.ts'
import { sha256Of, tamper } from '../support/vault-dump.ts'

const API_KEY = 'sk-proj-kept-through-everything'
const key = generateFernetKey()

let temp: ReturnType<typeof tempHome>
let home: string
const at = (name: string): string => join(home, name)

/** A vault with one key, under `key`, that a killed process left with its last commits still in the log. */
async function leaveVaultWithLog(): Promise<void> {
  const source = `${home}-source`
  await using core = await openTempCore({ home: source, key })
  const [first] = await core.client.listProviders()
  await core.client.updateProvider({ provider_id: first?.id ?? 0, api_key: API_KEY })
  // What lies in the folder at this moment is what a kill leaves.
  cpSync(source, home, { recursive: true })
}

beforeEach(async () => {
  temp = tempHome()
  home = temp.home
  await leaveVaultWithLog()
})
afterEach(() => temp[Symbol.dispose]())

/** How each file of the vault looks: what may not differ afterwards. */
function vaultBytes(): Record<string, string> {
  // The index of the log is SQLite's notebook for the running processes; it holds no content of its own.
  const names = readdirSync(home).filter((name) => name.startsWith('vault.db') && !name.endsWith('-shm'))
  return Object.fromEntries(names.map((name) => [name, sha256Of(at(name))]))
}

const wrongKeys: [what: string, key: string | null, code: string, detail: RegExp][] = [
  ['missing', null, 'encryption_key_missing', /^ENCRYPTION_KEY environment variable is not set$/],
  ['malformed', 'nonsense', 'encryption_key_malformed', /^The master key from ENCRYPTION_KEY in the environment is/],
  ['wrong', generateFernetKey(), 'encryption_key_wrong', /^Failed to decrypt data: the master key from ENCRYPTION_KEY/],
]

describe.each(wrongKeys)('a vault whose master key is %s', (_, wrong, code, detail) => {
  it('is not changed by a single byte, also where a log of a killed process lies beside it', async () => {
    const before = vaultBytes()
    expect(Object.keys(before).sort()).toEqual(['vault.db', 'vault.db-wal'])
    expect(statSync(at('vault.db-wal')).size).toBeGreaterThan(0)
    writeFileSync(at('models.yaml'), 'providers: { new-in-the-catalog: {} }')
    {
      await using core = await openTempCore({ home, key: wrong })
      await useEverything(core)
    }
    expect(vaultBytes()).toEqual(before)
    expect(existsSync(at('master.key'))).toBe(false)
  })

  it('is read-only, says why in a sentence, and lists what it has', async () => {
    await using core = await openTempCore({ home, key: wrong })
    expect(core.core.vault.state).toBe('read_only')
    const { vault } = await core.client.getStatus()
    expect(vault).toMatchObject({ state: 'read_only', keys: 1, problem: { code } })
    expect(vault.problem?.detail).toMatch(detail)
    const [first] = await core.client.listProviders()
    expect(first).toMatchObject({ name: 'openai', has_api_key: true })
    expect(await core.client.listProvidersWithKeys()).toHaveLength(1)
    expect(await core.client.listModelNames()).toContain('openai/gpt-5.4')
  })

  it('answers every write and use with that reason, and so does every later one', async () => {
    await using core = await openTempCore({ home, key: wrong })
    const [provider] = await core.client.listProviders()
    if (provider === undefined) throw new Error('the vault has providers')
    for (let round = 0; round < 2; round += 1) {
      for (const [operation, input] of writes(provider)) {
        expect([operation, await core.call(operation, input)]).toMatchObject([
          operation,
          { ok: false, error: { code } },
        ])
      }
      await expect(getDecryptedApiKey(core.core.vault, { id: provider.id })).rejects.toMatchObject({ code })
    }
    expect(core.core.vault.decryptCount).toBe(0)
  })

  it('works as before with the right key again', async () => {
    {
      await using core = await openTempCore({ home, key: wrong })
      await useEverything(core)
    }
    await using core = await openTempCore({ home, key })
    expect(core.core.vault.state).toBe('open')
    const released = await getDecryptedApiKey(core.core.vault, { name: 'openai' })
    expect(released.toString()).toBe(API_KEY)
    await core.client.createProvider({ name: 'new', display_name: 'New', api_key: 'sk-new' })
  })
})

describe('a vault whose recorded source is gone', () => {
  it('says which place the key was last taken from', async () => {
    await using core = await openTempCore({ home, key: null })
    expect(core.core.vault.problem?.body.hint).toBe(
      'The stored key in this vault cannot be read without the master key, which was last taken from ENCRYPTION_KEY ' +
        'in the environment. Give it again and restart; nothing has been changed.',
    )
  })

  it('gets no new key file, however often it is started, with keys stored or without', async () => {
    using other = tempHome()
    const open = (key: string | null) => openTempCore({ home: other.home, key })
    {
      await using core = await open(null)
      const { master_key } = await core.client.getStatus()
      expect(master_key).toMatchObject({ source: 'file', place: join(other.home, 'master.key') })
    }
    renameSync(join(other.home, 'master.key'), at('kept.key'))
    for (let start = 0; start < 3; start += 1) {
      await using core = await open(null)
      expect(core.core.vault.problem?.code).toBe('encryption_key_missing')
      expect(core.core.vault.problem?.body.hint).toMatch(/^This vault cannot be changed without the master key/)
    }
    expect(existsSync(join(other.home, 'master.key'))).toBe(false)
    renameSync(at('kept.key'), join(other.home, 'master.key'))
    await using core = await open(null)
    expect(core.core.vault.state).toBe('open')
  })
})

describe('a ring of master keys', () => {
  it.each([
    ['new,old', (other: string) => `${other},${key}`],
    ['old,new', (other: string) => `${key},${other}`],
  ])('opens a vault of either, given as %s, and goes on with the vault’s own', async (_, ringOf) => {
    const other = generateFernetKey()
    {
      await using core = await openTempCore({ home, key: ringOf(other) })
      expect(core.core.vault.state).toBe('open')
      expect((await getDecryptedApiKey(core.core.vault, { name: 'openai' })).toString()).toBe(API_KEY)
      await core.client.createProvider({ name: 'new', display_name: 'New', api_key: 'sk-new' })
      const { master_key } = await core.client.getStatus()
      expect(master_key.fingerprint).toBe(master_key.expected_fingerprint)
    }
    await using core = await openTempCore({ home, key })
    expect((await getDecryptedApiKey(core.core.vault, { name: 'new' })).toString()).toBe('sk-new')
  })

  it('that lacks the vault’s key does not open it', async () => {
    await using core = await openTempCore({ home, key: `${generateFernetKey()},${generateFernetKey()}` })
    expect(core.core.vault.problem?.code).toBe('encryption_key_wrong')
  })
})

describe('a vault without a check value', () => {
  it('is opened by no key, since nobody can say which one is right', async () => {
    tamper(home, 'UPDATE vault SET master_key_id = NULL')
    await using core = await openTempCore({ home, key })
    expect(core.core.vault.problem?.code).toBe('encryption_key_wrong')
  })
})

function writes({ id, models }: Provider): [OperationId, Record<string, unknown>][] {
  return [
    ['createProvider', { name: 'x', display_name: 'X' }],
    ['updateProvider', { provider_id: id, display_name: 'X' }],
    ['removeApiKey', { provider_id: id }],
    ['deleteProvider', { provider_id: id }],
    ['addModel', { provider_id: id, name: 'x', display_name: 'X' }],
    ['deleteModel', { model_id: models[0]?.id }],
    ['resetProvider', { provider_id: id }],
    ['bringBackModels', { provider_id: id }],
    ['updateSettings', { theme: 'dark', listener_port: 0 }],
    ['setListener', { on: true }],
    ['makeListenerToken', {}],
    ['previewAdoption', { provider_id: id }],
    ['adoptKey', { provider_id: id }],
  ]
}

/** Asks for everything there is, and lets a waiting checkpoint have its time. */
async function useEverything({ client, call }: TempCore): Promise<void> {
  const [provider] = await client.listProviders()
  if (provider === undefined) throw new Error('the vault has providers')
  for (const [operation, input] of writes(provider)) await call(operation, input)
  await client.getCatalogEntry({ provider_id: provider.id })
  await client.getSettings()
  await client.setListener({ on: false })
  await client.reopenVault()
  await client.getStatus()
}

it('is listed from an earlier format, too, which is brought to this one only by its own key', async () => {
  toFirstFormat(home)
  const before = sha256Of(at('vault.db'))
  {
    await using core = await openTempCore({ home, key: generateFernetKey() })
    expect(await core.client.getStatus()).toMatchObject({ vault: { state: 'read_only', keys: 1 } })
    const [first] = await core.client.listProviders()
    expect(first).toMatchObject({ name: 'openai', has_api_key: true })
  }
  expect(sha256Of(at('vault.db'))).toBe(before)
  await using core = await openTempCore({ home, key })
  expect((await getDecryptedApiKey(core.core.vault, { name: 'openai' })).toString()).toBe(API_KEY)
})
