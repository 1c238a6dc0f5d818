// What several processes do with one vault at the same time: window, `serve` and command line.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { KeyRing } from '../../src/core/crypto/master-key.ts'
import { getDecryptedApiKey } from '../../src/core/providers/provider-service.ts'
import type { OperationId } from '../../src/shared/contract.ts'
import type { Reply } from '../../src/shared/client.ts'
import { openTempCore, tempHome } from '../support/temp-core.ts'
import { ask, integrityOf } from '../support/vault-dump.ts'

const key = generateFernetKey()

let temp: ReturnType<typeof tempHome>
let home: string
const children: ChildProcess[] = []
beforeEach(() => {
  temp = tempHome()
  home = temp.home
})
afterEach(async () => {
  await Promise.all(
    children.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    }),
  )
  temp[Symbol.dispose]()
})

type Call = [operation: OperationId, input: unknown]

/** Another process on the same folder, which opens its core when it is told to. */
async function otherProcess(masterKey: string | null): Promise<{ ask: (calls: Call[]) => Promise<Reply[]> }> {
  const child = fork(join(import.meta.dirname, '../support/core-child.ts'), [home, masterKey ?? ''])
  children.push(child)
  await once(child, 'message')
  return {
    async ask(calls) {
      child.send(calls)
      const [replies] = (await once(child, 'message')) as [Reply[]]
      return replies
    },
  }
}

describe('two processes that start at once on an empty folder', () => {
  it('end with one vault and one master key, which both use', async () => {
    const [one, two] = await Promise.all([otherProcess(null), otherProcess(null)])
    const create = (name: string): Call => ['createProvider', { name, display_name: name, api_key: `sk-${name}` }]
    const replies = await Promise.all([one.ask([create('one')]), two.ask([create('two')])])
    expect(replies.flat().map(({ ok }) => ok)).toEqual([true, true])
    expect(readdirSync(home).filter((name) => /master|new-/.test(name))).toEqual(['master.key'])
    await using core = await openTempCore({ home, key: null })
    for (const name of ['one', 'two']) {
      expect((await getDecryptedApiKey(core.core.vault, { name })).toString()).toBe(`sk-${name}`)
    }
    expect(ask(home, "SELECT count(*) FROM audit WHERE act = 'vault.create'")).toBe(1)
  })
})

describe('two processes that write 500 times each', () => {
  it('lose no update, and show nobody that the vault was busy', async () => {
    {
      await using core = await openTempCore({ home, key })
      await core.client.createProvider({ name: 'shared', display_name: 'Shared', api_key: 'sk-shared' })
    }
    const id = Number(ask(home, "SELECT id FROM provider WHERE name = 'shared'"))
    const [one, two] = await Promise.all([otherProcess(key), otherProcess(key)])
    const calls = (who: string): Call[] =>
      Array.from({ length: 500 }, (_, n): Call => [
        'addModel',
        { provider_id: id, name: `${who}-${n}`, display_name: 'M' },
      ])
    const replies = await Promise.all([one.ask(calls('one')), two.ask(calls('two'))])
    expect(replies.flat().filter(({ ok }) => !ok)).toEqual([])
    expect(ask(home, 'SELECT count(*) FROM model WHERE provider_id = ?', id)).toBe(1000)
    expect(ask(home, "SELECT count(*) FROM audit WHERE act = 'model.add'")).toBe(1000)
    expect(integrityOf(home)).toEqual(['ok', []])
  }, 120_000)

  it('do not keep a third from opening the vault', async () => {
    await (await openTempCore({ home, key }))[Symbol.asyncDispose]()
    const id = Number(ask(home, "SELECT id FROM provider WHERE name = 'openai'"))
    const writer = await otherProcess(key)
    const writing = writer.ask(
      Array.from({ length: 300 }, (_, n): Call => ['addModel', { provider_id: id, name: `m-${n}`, display_name: 'M' }]),
    )
    const states = new Set<string>()
    for (let start = 0; start < 20; start += 1) {
      await using core = await openTempCore({ home, key })
      states.add(core.core.vault.state)
      await core.client.updateProvider({ provider_id: id, display_name: `Name ${start}` })
    }
    expect([...states]).toEqual(['open'])
    expect((await writing).filter(({ ok }) => !ok)).toEqual([])
  }, 120_000)
})

describe('what another process commits', () => {
  it('is seen by the next read, and moves the revision', async () => {
    await using core = await openTempCore({ home, key })
    await using other = await openTempCore({ home, key })
    const before = core.core.revision()
    const { id } = await other.client.createProvider({ name: 'p', display_name: 'P' })
    expect(core.core.revision()).not.toBe(before)
    expect(await core.client.getProvider({ provider_id: id })).toMatchObject({ name: 'p' })
    const after = core.core.revision()
    await core.client.getStatus()
    expect(core.core.revision()).toBe(after)
  })

  it('ends a wait for change', async () => {
    await using core = await openTempCore({ home, key })
    await using other = await openTempCore({ home, key })
    const { revision: since } = await core.client.waitForChange()
    const waiting = core.client.waitForChange({ since })
    await other.client.createProvider({ name: 'p', display_name: 'P' })
    expect((await waiting).revision).not.toBe(since)
  })
})

describe('a vault that another program holds', () => {
  it('is awaited, and the act done as soon as it is free', async () => {
    await using core = await openTempCore({ home, key })
    const holder = new Sqlite(join(home, 'vault.db'))
    holder.exec('BEGIN IMMEDIATE')
    const creating = core.client.createProvider({ name: 'p', display_name: 'P' })
    expect(await core.client.listProviders()).toHaveLength(4)
    holder.exec('COMMIT')
    holder.close()
    expect(await creating).toMatchObject({ name: 'p' })
  })

  it('is said to be busy after five seconds, and nothing was saved', async () => {
    await using core = await openTempCore({ home, key })
    const holder = new Sqlite(join(home, 'vault.db'))
    holder.exec('BEGIN IMMEDIATE')
    expect(await core.call('createProvider', { name: 'p', display_name: 'P' })).toMatchObject({
      ok: false,
      error: { code: 'vault_busy' },
    })
    holder.exec('ROLLBACK')
    holder.close()
    expect(await core.client.listProviders()).toHaveLength(4)
  })
})

describe('a start-over in another process', () => {
  const startOver: Call = ['startOver', { vault_name: 'vault-home' }]

  it('is noticed at the next operation: the source is read once more, and the new key is used', async () => {
    await using core = await openTempCore({ home, key: null })
    await core.client.createProvider({ name: 'p', display_name: 'P', api_key: 'sk-1' })
    rmSync(join(home, 'master.key'))
    const other = await otherProcess(null)
    expect(await other.ask([startOver])).toMatchObject([{ ok: true }])
    expect(await core.client.listProvidersWithKeys()).toEqual([])
    expect(core.core.vault.state).toBe('open')
    const created = await core.client.createProvider({ name: 'q', display_name: 'Q', api_key: 'sk-2' })
    expect(created.key_state).toBe('stored')
    expect(await other.ask([['getProvider', { provider_id: created.id }]])).toMatchObject([
      { value: { key_state: 'stored' } },
    ])
  })

  it('leaves this one read-only, in a sentence, where its key came from elsewhere', async () => {
    await using core = await openTempCore({ home, key })
    await core.client.createProvider({ name: 'p', display_name: 'P', api_key: 'sk-1' })
    const other = await otherProcess(generateFernetKey())
    expect(await other.ask([startOver])).toMatchObject([{ ok: true }])
    const refused = await core.call('createProvider', { name: 'q', display_name: 'Q', api_key: 'sk-2' })
    expect(refused).toMatchObject({ ok: false, error: { code: 'encryption_key_wrong' } })
    expect(core.core.vault.state).toBe('read_only')
    expect(existsSync(join(home, 'master.key'))).toBe(false)
    expect(await core.client.listProviders()).toHaveLength(5)
  })

  it('that falls between the look and the write loses no key: it is sealed under the new one', async () => {
    await using core = await openTempCore({ home, key: null })
    const next = generateFernetKey()
    const holder = new Sqlite(join(home, 'vault.db'))
    holder.exec('BEGIN IMMEDIATE')
    // Sealed at once under the key that this process knows; its transaction waits.
    const creating = core.client.createProvider({ name: 'q', display_name: 'Q', api_key: 'sk-2' })
    await new Promise((resolve) => setImmediate(resolve))
    holder.prepare('UPDATE vault SET master_key_id = ?').run(KeyRing.parse(next).currentId)
    writeFileSync(join(home, 'master.key'), next)
    holder.exec('COMMIT')
    holder.close()
    expect(await creating).toMatchObject({ key_state: 'stored' })
    await using later = await openTempCore({ home, key: next })
    expect((await getDecryptedApiKey(later.core.vault, { name: 'q' })).toString()).toBe('sk-2')
  })
})
