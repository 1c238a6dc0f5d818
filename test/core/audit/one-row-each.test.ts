import { userInfo } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OperationId } from '../../../src/shared/contract.ts'
import { AcmeVault } from '../../support/acme-vault.ts'
import { dumpVault, tamper } from '../../support/vault-dump.ts'

let vault: AcmeVault
beforeEach(async () => {
  vault = await AcmeVault.open()
})
afterEach(() => vault[Symbol.asyncDispose]())

const trail = (): Record<string, unknown>[] => dumpVault(vault.home)['audit'] ?? []

describe('every change', () => {
  it('leaves one row: when, through which door, by whom, what, to which provider', async () => {
    const { acme, own, temp } = vault
    const [model] = acme.models
    await vault.update(own, { api_key: 'sk-1' })
    const changes: [operation: OperationId, input: unknown, act: string, provider: string | null][] = [
      ['createProvider', { name: 'new', display_name: 'New', models: ['m'] }, 'provider.create', 'new'],
      ['updateProvider', { provider_id: acme.id, display_name: 'Mine' }, 'provider.update', 'acme'],
      ['updateProvider', { provider_id: acme.id, api_key: 'ak-1' }, 'provider.update', 'acme'],
      ['resetProvider', { provider_id: acme.id }, 'provider.reset', 'acme'],
      ['deleteModel', { model_id: model?.id }, 'model.delete', 'acme'],
      ['bringBackModels', { provider_id: acme.id }, 'model.bring_back', 'acme'],
      ['addModel', { provider_id: acme.id, name: 'three', display_name: 'Three' }, 'model.add', 'acme'],
      ['addKey', { provider_id: acme.id, api_key: 'ak-2' }, 'key.add', 'acme'],
      ['setKeyChoice', { provider_id: acme.id, choice: 'round_robin' }, 'key.choose', 'acme'],
      ['updateKey', { provider_id: acme.id, key_id: 'first', position: 2 }, 'key.update', 'acme'],
      ['removeKey', { provider_id: acme.id, key_id: 'first' }, 'key.remove', 'acme'],
      ['removeApiKey', { provider_id: acme.id }, 'key.remove', 'acme'],
      ['adoptKey', { provider_id: own.id }, 'key.adopt', 'own'],
      ['updateSettings', { theme: 'dark', listener_port: 0 }, 'settings.update', null],
      ['makeListenerToken', {}, 'token.create', null],
      ['setListener', { on: true }, 'listener.on', null],
      ['setListener', { on: false }, 'listener.off', null],
      ['deleteProvider', { provider_id: own.id }, 'provider.delete', 'own'],
    ]
    // As another program writes a key: what Latchkey adds to it is missing.
    tamper(vault.home, 'UPDATE provider SET key_id = NULL, binding = NULL, master_key_id = NULL WHERE id = ?', own.id)
    for (const [operation, input, act, provider] of changes) {
      const before = trail()
      expect([operation, await temp.call(operation, input)]).toMatchObject([operation, { ok: true }])
      const rows = trail().slice(before.length)
      expect([operation, rows]).toMatchObject([
        operation,
        [{ act, provider, door: 'cli', os_user: userInfo().username, pid: process.pid }],
      ])
      expect(new Date(String(rows[0]?.['at'])).toJSON()).toBe(rows[0]?.['at'])
    }
  })
})
