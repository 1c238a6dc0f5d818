// What a kill leaves, at every step of setting, changing and removing the passphrase: the folder as it is on the disk
// before each statement and each step of a file.
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { isWrappedKey, wrappedKeyFacts } from '../../../src/core/crypto/wrapped-key.ts'
import { getDecryptedApiKey } from '../../../src/core/providers/provider-service.ts'
import { openTempCore, tempHome, type TempCore } from '../../support/temp-core.ts'
import { integrityOf } from '../../support/vault-dump.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const FIRST = 'a first passphrase'
const SECOND = 'a second passphrase'
const folder = tempHome()
const home = join(folder.home, 'home')
let masterKeyId = ''

beforeAll(async () => {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  await using temp = await openTempCore({ home, key: null })
  await temp.client.createProvider({ name: 'mine', display_name: 'Mine', api_key: 'k-mine' })
  masterKeyId = temp.core.vault.masterKeyId ?? ''
})
afterAll(() => folder[Symbol.dispose]())

const formIn = (home: string): string => readFileSync(join(home, 'master.key'), 'utf8')
const released = async ({ core }: TempCore): Promise<string> =>
  String(await getDecryptedApiKey(core.vault, { name: 'mine' }))

/** Does the act, keeps what a kill would leave at each step of it, and looks at each. Answers the forms found, in order. */
async function atEveryStep(act: (temp: TempCore) => Promise<unknown>, before: string | null): Promise<string[]> {
  const left: string[] = []
  let watching = false
  const onStep = (step: string): void => {
    if (!watching || /^\s*(SELECT|PRAGMA)/i.test(step)) return
    const copy = join(folder.home, `left-${left.length}`)
    cpSync(home, copy, { recursive: true })
    left.push(copy)
  }
  {
    await using temp = await openTempCore({ home, key: null, onStep })
    if (before !== null) await temp.client.unlock({ passphrase: before })
    watching = true
    await act(temp)
    watching = false
    expect(await released(temp)).toBe('k-mine')
  }
  const forms: string[] = []
  for (const copy of left) {
    expect(integrityOf(copy)).toEqual(['ok', []])
    forms.push(formIn(copy))
    await using temp = await openTempCore({ home: copy, key: null })
    if (temp.core.vault.state === 'open') expect(await released(temp)).toBe('k-mine')
    else expect(temp.core.vault.problem?.code).toBe('vault_locked')
  }
  for (const copy of left) rmSync(copy, { recursive: true })
  return forms
}

/** The form before, some times, then the one after; nothing else at any step. */
function expectOneStep(forms: readonly string[], before: string, after: string): void {
  const turn = forms.indexOf(after)
  expect(turn).toBeGreaterThan(3)
  expect(forms.slice(0, turn).every((form) => form === before)).toBe(true)
  expect(forms.slice(turn).every((form) => form === after)).toBe(true)
  for (const form of [before, after]) {
    if (isWrappedKey(form)) expect(wrappedKeyFacts(form, '').master_key_id).toBe(masterKeyId)
  }
}

describe('a kill at any step', () => {
  it('leaves the master key plain or under the passphrase that is set', async () => {
    const before = formIn(home)
    const forms = await atEveryStep(({ client }) => client.setPassphrase({ passphrase: FIRST }), null)
    expectOneStep(forms, before, formIn(home))
  })

  it('leaves it under the passphrase before or the one after', async () => {
    const before = formIn(home)
    const change = { current: FIRST, passphrase: SECOND }
    const forms = await atEveryStep(({ client }) => client.changePassphrase(change), FIRST)
    expectOneStep(forms, before, formIn(home))
  })

  it('leaves it under the passphrase or plain when that is removed, and the whole way round it is the same key', async () => {
    const before = formIn(home)
    const forms = await atEveryStep(({ client }) => client.removePassphrase({ current: SECOND }), SECOND)
    expectOneStep(forms, before, formIn(home))
    expect(isWrappedKey(formIn(home))).toBe(false)
  })
})
