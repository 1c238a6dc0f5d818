import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { examine } from '../../src/core/doctor.ts'
import { openTempCore, tempHome, type TempCore } from '../support/temp-core.ts'
import { ask, tamper } from '../support/vault-dump.ts'

const DAY = 86_400_000
let temp: ReturnType<typeof tempHome>
let home: string

const open = (): Promise<TempCore> => openTempCore({ home, key: null })
const reminders = async ({ client }: TempCore) => (await client.getStatus()).reminders

/** Does something as if it were so many days ago. */
async function daysAgo(days: number, act: (temp: TempCore) => Promise<unknown>): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - days * DAY })
  try {
    await using core = await open()
    await act(core)
  } finally {
    vi.useRealTimers()
  }
}

/** A vault of 400 days ago with keys of three ages. */
beforeEach(async () => {
  temp = tempHome()
  home = temp.home
  await daysAgo(400, ({ client }) => client.createProvider({ name: 'old', display_name: 'Old', api_key: 'k-old' }))
  await daysAgo(100, async ({ client }) => {
    const { id } = await client.createProvider({ name: 'two', display_name: 'Two', api_key: 'k-one' })
    await client.addKey({ provider_id: id, api_key: 'k-two', label: 'second' })
  })
  await daysAgo(1, ({ client }) => client.createProvider({ name: 'new', display_name: 'New', api_key: 'k-new' }))
})
afterEach(() => temp[Symbol.dispose]())

it('tells of nothing until somebody wants to be told, and then of what is so old', async () => {
  await using core = await open()
  expect(await reminders(core)).toEqual({ after_days: 0, master_key_days: null, keys: [] })
  await core.client.updateSettings({ remind_after_days: 90 })
  expect(await reminders(core)).toMatchObject({
    after_days: 90,
    master_key_days: 400,
    keys: [
      { name: 'old', display_name: 'Old', label: null, days: 400 },
      { name: 'two', label: 'Key 1', days: 100 },
      { name: 'two', label: 'second', days: 100 },
    ],
  })
  await core.client.updateSettings({ remind_after_days: 180 })
  expect((await reminders(core)).keys.map(({ name }) => name)).toEqual(['old'])
  expect(await core.call('updateSettings', { remind_after_days: 7 })).toMatchObject({ ok: false })
})

it('counts a key anew where it is replaced, and not where the master key is exchanged', async () => {
  await using core = await open()
  await core.client.updateSettings({ remind_after_days: 90 })
  await core.client.rotateMasterKey()
  expect(await reminders(core)).toMatchObject({ master_key_days: null, keys: [{ name: 'old' }, {}, {}] })
  const old = (await core.client.listProviders()).find(({ name }) => name === 'old')
  await core.client.updateProvider({ provider_id: old?.id ?? 0, display_name: 'Renamed' })
  expect((await reminders(core)).keys[0]).toMatchObject({ display_name: 'Renamed', days: 400 })
  await core.client.updateProvider({ provider_id: old?.id ?? 0, api_key: 'k-newer' })
  expect((await reminders(core)).keys.map(({ name }) => name)).toEqual(['two', 'two'])
})

it('tells nothing of a key that is not as it was stored, nor of a vault that does not open', async () => {
  {
    await using core = await open()
    await core.client.updateSettings({ remind_after_days: 90 })
  }
  tamper(home, "UPDATE provider SET api_key_encrypted = 'gAAA' WHERE name = 'old'")
  {
    await using core = await open()
    expect((await reminders(core)).keys.map(({ name }) => name)).toEqual(['two', 'two'])
  }
  rmSync(join(home, 'master.key'))
  await using closed = await open()
  expect(await reminders(closed)).toMatchObject({ master_key_days: null, keys: [] })
})

it('is told by the doctor too, which says what to do', async () => {
  {
    await using core = await open()
    await core.client.updateSettings({ remind_after_days: 180 })
  }
  const findings = await examine({ env: { LATCHKEY_HOME: home }, cwd: '/', fix: false })
  const told = findings.filter(({ level, detail }) => level === 'note' && detail.includes(' days'))
  expect(told).toMatchObject([
    { detail: 'The master key has been in use for 400 days.', hint: expect.stringContaining('latchkey rotate') },
    { detail: 'The key of old was set 400 days ago.', hint: expect.stringContaining('revoke the old one') },
  ])
})

it('knows of a vault from before since when its master key is used, as far as the trail tells', async () => {
  const since = ask(home, 'SELECT master_key_since FROM vault')
  const before = (trail: string): void => {
    for (const column of ['master_key_since', 'recovery_copy_at', 'recovery_copy_of']) {
      tamper(home, `ALTER TABLE vault DROP COLUMN ${column}`)
    }
    tamper(home, `${trail}; PRAGMA user_version = 9`)
  }
  before('SELECT 1')
  {
    await using core = await open()
    // The row is older than the setting by no more than the start took.
    const known = Date.parse((await core.client.getStatus()).master_key.since ?? '')
    expect(Math.abs(known - Date.parse(String(since)))).toBeLessThan(60_000)
  }
  before("DELETE FROM audit WHERE act = 'vault.create'")
  await using core = await open()
  expect((await core.client.getStatus()).master_key.since).toBeNull()
})
