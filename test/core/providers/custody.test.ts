// A key leaves only for the address it was entered for. Whoever can write the vault, but has not the master key, can
// break that custody; he cannot bend it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Fernet, generateFernetKey, parseFernetKey } from '../../../src/core/crypto/fernet.ts'
import { getDecryptedApiKey } from '../../../src/core/providers/provider-service.ts'
import type { OperationId } from '../../../src/shared/contract.ts'
import { askPython, findPython } from '../../support/python.ts'
import { requirement } from '../../support/require.ts'
import { openTempCore, tempHome, type TempCore } from '../../support/temp-core.ts'
import { ask, tamper } from '../../support/vault-dump.ts'

const python = findPython()
const hasPython = requirement('Python with cryptography', python !== null, 'apt-get install python3-cryptography')
const PYTHON_DECRYPT = `
import json, sys
from cryptography.fernet import Fernet
key, token = json.load(sys.stdin)
print(json.dumps(Fernet(key).decrypt(token).decode()))
`
const PYTHON_ENCRYPT = PYTHON_DECRYPT.replace('decrypt(token)', 'encrypt(token.encode())')

const catalog = (host: string): string => `
providers:
  alpha: { base_url: "https://${host}/v1", models: [m] }
  beta: { base_url: "https://beta.example/v1" }
`

let folder: ReturnType<typeof tempHome>
let temp: TempCore
const key = generateFernetKey()

beforeEach(async () => {
  folder = tempHome()
  mkdirSync(folder.home, { mode: 0o700 })
  writeFileSync(join(folder.home, 'models.yaml'), catalog('alpha.example'))
  temp = await openTempCore({ home: folder.home, key })
  for (const provider of await temp.client.listProviders()) {
    await temp.client.updateProvider({ provider_id: provider.id, api_key: `sk-${provider.name}` })
  }
})
afterEach(async () => {
  await temp[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const released = async (name: string): Promise<string> =>
  (await getDecryptedApiKey(temp.core.vault, { name })).toString()
const tokenOf = (name: string): string =>
  String(ask(folder.home, 'SELECT api_key_encrypted FROM provider WHERE name = ?', name))
const stateOf = async (name: string): Promise<string | undefined> =>
  (await temp.client.listProviders()).find((provider) => provider.name === name)?.key_state

describe('a stored key', () => {
  it('is released for its provider, as bytes that the caller zeroes', async () => {
    expect(await released('alpha')).toBe('sk-alpha')
    expect(await getDecryptedApiKey(temp.core.vault, { id: 2 })).toEqual(Buffer.from('sk-beta'))
  })

  it('is a plain Fernet token of the raw key', () => {
    expect(new Fernet(parseFernetKey(key)).decrypt(tokenOf('alpha')).toString()).toBe('sk-alpha')
  })

  it.runIf(hasPython)('opens with Python’s Fernet', () => {
    expect(askPython(python ?? '', PYTHON_DECRYPT, [key, tokenOf('alpha')])).toBe('sk-alpha')
  })

  it('is none where there is none, by name', async () => {
    await temp.client.removeApiKey({ provider_id: 1 })
    await expect(released('alpha')).rejects.toMatchObject({ code: 'provider_has_no_key' })
    await expect(released('gamma')).rejects.toMatchObject({ code: 'provider_not_found' })
  })

  it('still opens after the path, the dialect, the scheme of auth or the name on screen changed', async () => {
    await temp.client.updateProvider({
      provider_id: 1,
      base_url: 'https://alpha.example/v2',
      dialect: 'google',
      auth: 'api-key',
      display_name: 'X',
    })
    expect(await released('alpha')).toBe('sk-alpha')
  })
})

describe('a row that was changed from outside', () => {
  const attacks: [what: string, sql: string][] = [
    [
      'the tokens of two rows swapped',
      `UPDATE provider SET api_key_encrypted =
         (SELECT api_key_encrypted FROM provider AS other WHERE other.id = 3 - provider.id) WHERE id < 3`,
    ],
    [
      'the whole key of another row put in',
      `UPDATE provider SET (api_key_encrypted, key_id, binding, master_key_id) =
         (SELECT api_key_encrypted, key_id, binding, master_key_id FROM provider WHERE id = 2) WHERE id = 1`,
    ],
    ['another address', "UPDATE provider SET base_url = 'https://evil.example/v1' WHERE id = 1"],
    ['another port', "UPDATE provider SET base_url = 'https://alpha.example:444/v1' WHERE id = 1"],
    ['another scheme', "UPDATE provider SET base_url = 'http://alpha.example/v1' WHERE id = 1"],
    [
      'an address that leads elsewhere',
      "UPDATE provider SET base_url = 'https://alpha.example@evil.example' WHERE id = 1",
    ],
    ['no address', 'UPDATE provider SET base_url = NULL WHERE id = 1'],
    ['another name', "UPDATE provider SET name = 'other' WHERE id = 1"],
    ['another key id', "UPDATE provider SET key_id = 'other' WHERE id = 1"],
    ['no key id', 'UPDATE provider SET key_id = NULL WHERE id = 1'],
    ['another binding', "UPDATE provider SET binding = replace(binding, substr(binding, 1, 1), 'x') WHERE id = 1"],
    [
      'the binding of another row',
      'UPDATE provider SET binding = (SELECT binding FROM provider WHERE id = 2) WHERE id = 1',
    ],
    ['no binding', 'UPDATE provider SET binding = NULL WHERE id = 1'],
    ['another master key named', "UPDATE provider SET master_key_id = '0000000000000000' WHERE id = 1"],
    ['no master key named', 'UPDATE provider SET master_key_id = NULL WHERE id = 1'],
    ['a token cut short', 'UPDATE provider SET api_key_encrypted = substr(api_key_encrypted, 1, 80) WHERE id = 1'],
    ['a text that is no token', "UPDATE provider SET api_key_encrypted = 'sk-plain' WHERE id = 1"],
  ]

  it.each(attacks)('releases no key: %s', async (_, sql) => {
    tamper(folder.home, sql)
    await expect(getDecryptedApiKey(temp.core.vault, { id: 1 })).rejects.toMatchObject({
      code: 'key_unreadable',
      status: 409,
      message: expect.stringMatching(/^Failed to decrypt data\. The key of alpha does not belong/),
    })
    expect((await temp.client.getProvider({ provider_id: 1 })).key_state).toBe('unreadable')
    expect(temp.core.vault.decryptCount).toBe(0)
  })

  it('releases no key that was exchanged for an older one of the same provider', async () => {
    const older = tokenOf('alpha')
    await temp.client.updateProvider({ provider_id: 1, api_key: 'sk-newer' })
    tamper(folder.home, 'UPDATE provider SET api_key_encrypted = ? WHERE id = 1', older)
    await expect(released('alpha')).rejects.toMatchObject({ code: 'key_unreadable' })
  })

  it('is still shown with its key, and can be mended by entering the key again', async () => {
    tamper(folder.home, "UPDATE provider SET base_url = 'https://evil.example/v1' WHERE id = 1")
    expect(await temp.client.getProvider({ provider_id: 1 })).toMatchObject({
      has_api_key: true,
      key_state: 'unreadable',
    })
    expect(await temp.client.updateProvider({ provider_id: 1, api_key: 'sk-new', base_url: '' })).toMatchObject({
      base_url: 'https://alpha.example/v1',
      key_state: 'stored',
    })
    expect(await released('alpha')).toBe('sk-new')
  })

  it.runIf(hasPython)('still holds a token that Python opens: nothing was lost', async () => {
    tamper(folder.home, "UPDATE provider SET base_url = 'https://evil.example/v1' WHERE id = 1")
    await expect(released('alpha')).rejects.toMatchObject({ code: 'key_unreadable' })
    expect(askPython(python ?? '', PYTHON_DECRYPT, [key, tokenOf('alpha')])).toBe('sk-alpha')
  })
})

describe('a catalog with another address', () => {
  it('draws no key there: it is offered, and the key stays with its own', async () => {
    await temp[Symbol.asyncDispose]()
    writeFileSync(join(folder.home, 'models.yaml'), catalog('evil.example'))
    temp = await openTempCore({ home: folder.home, key })
    expect(await temp.client.getProvider({ provider_id: 1 })).toMatchObject({
      base_url: 'https://alpha.example/v1',
      key_state: 'stored',
    })
    expect(await released('alpha')).toBe('sk-alpha')
  })
})

describe('a key that another program wrote', () => {
  /** As the origin system writes it: the token, and nothing of what Latchkey adds. */
  function written(token: string): void {
    tamper(
      folder.home,
      'UPDATE provider SET api_key_encrypted = ?, key_id = NULL, binding = NULL, master_key_id = NULL WHERE id = 1',
      token,
    )
  }
  const byPython = (masterKey: string, text: string): string =>
    hasPython
      ? String(askPython(python ?? '', PYTHON_ENCRYPT, [masterKey, text]))
      : new Fernet(parseFernetKey(masterKey)).encrypt(Buffer.from(text))

  it('is not used until its owner adopts it', async () => {
    written(byPython(key, 'sk-python'))
    expect(await stateOf('alpha')).toBe('unreadable')
    await expect(released('alpha')).rejects.toMatchObject({ code: 'key_unreadable' })
    expect(await temp.client.previewAdoption({ provider_id: 1 })).toEqual({
      name: 'alpha',
      display_name: 'alpha',
      base_url: 'https://alpha.example/v1',
    })
    expect(await stateOf('alpha')).toBe('unreadable')
    expect(await temp.client.adoptKey({ provider_id: 1 })).toMatchObject({ key_state: 'stored' })
    expect(await released('alpha')).toBe('sk-python')
    expect(ask(folder.home, 'SELECT act FROM audit ORDER BY seq DESC')).toBe('key.adopt')
  })

  it('stays the token it is, where the vault’s own key made it', async () => {
    const token = byPython(key, 'sk-python')
    written(token)
    await temp.client.adoptKey({ provider_id: 1 })
    expect(tokenOf('alpha')).toBe(token)
  })

  it('is not adopted where no master key at hand opens it', async () => {
    written(byPython(generateFernetKey(), 'sk-python'))
    for (const operation of ['previewAdoption', 'adoptKey'] as const) {
      expect(await temp.call(operation, { provider_id: 1 })).toMatchObject({
        ok: false,
        error: { code: 'key_unreadable' },
      })
    }
    expect(await stateOf('alpha')).toBe('unreadable')
  })

  it('is not adopted where the row was Latchkey’s: a binding that does not match is the mark of tampering', async () => {
    tamper(folder.home, "UPDATE provider SET base_url = 'https://evil.example/v1' WHERE id = 1")
    for (const operation of ['previewAdoption', 'adoptKey'] as const) {
      expect(await temp.call(operation, { provider_id: 1 })).toMatchObject({
        ok: false,
        error: { code: 'nothing_to_adopt' },
      })
    }
  })

  it('is sealed anew under the vault’s key where an older one of the ring made it', async () => {
    const older = generateFernetKey()
    await temp[Symbol.asyncDispose]()
    written(byPython(older, 'sk-python'))
    temp = await openTempCore({ home: folder.home, key: `${key},${older}` })
    await temp.client.adoptKey({ provider_id: 1 })
    expect(await released('alpha')).toBe('sk-python')
    expect(new Fernet(parseFernetKey(key)).decrypt(tokenOf('alpha')).toString()).toBe('sk-python')
  })

  it('can be adopted by no door but the command line', async () => {
    await using window = await openTempCore({ home: folder.home, key, door: 'window' })
    for (const operation of ['previewAdoption', 'adoptKey'] as const) {
      expect(await window.call(operation, { provider_id: 1 })).toMatchObject({ error: { code: 'not_allowed' } })
    }
  })
})

describe('the master key', () => {
  it('opens no token through start, lists, edits, model changes and status', async () => {
    await temp[Symbol.asyncDispose]()
    temp = await openTempCore({ home: folder.home, key })
    const [alpha] = await temp.client.listProviders()
    const provider_id = alpha?.id ?? 0
    const calls: [OperationId, unknown][] = [
      ['listProviders', {}],
      ['listProvidersWithKeys', {}],
      ['listModelNames', {}],
      ['getProvider', { provider_id }],
      ['listModels', { provider_id }],
      ['getCatalogEntry', { provider_id }],
      ['createProvider', { name: 'new', display_name: 'New', api_key: 'sk-new' }],
      ['updateProvider', { provider_id, display_name: 'X', base_url: 'https://alpha.example/v2' }],
      ['updateProvider', { provider_id, api_key: 'sk-2' }],
      ['resetProvider', { provider_id }],
      ['bringBackModels', { provider_id }],
      ['addModel', { provider_id, name: 'n', display_name: 'N' }],
      ['deleteModel', { model_id: alpha?.models[0]?.id }],
      ['removeApiKey', { provider_id: 2 }],
      ['deleteProvider', { provider_id: 3 }],
      ['getSettings', {}],
      ['updateSettings', { theme: 'dark' }],
      ['getStatus', {}],
      ['reopenVault', {}],
      ['waitForChange', {}],
    ]
    for (const [operation, input] of calls)
      expect([operation, await temp.call(operation, input)]).toMatchObject([operation, { ok: true }])
    expect(temp.core.vault.decryptCount).toBe(0)
    await released('alpha')
    expect(temp.core.vault.decryptCount).toBe(1)
  })

  it('opens every key whatever the clock says: ten years on, and ten years back', async () => {
    for (const years of [10, -10]) {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + years * 365.25 * 86_400_000 })
      expect([await released('alpha'), await released('beta')]).toEqual(['sk-alpha', 'sk-beta'])
      await temp.client.updateProvider({ provider_id: 2, api_key: 'sk-beta' })
      vi.useRealTimers()
      expect(await released('beta')).toBe('sk-beta')
    }
  })
})
