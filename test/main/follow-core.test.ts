import { expect, it } from 'vitest'
import { followCore, shownNow, type Shown } from '../../src/main/follow-core.ts'
import { actorOf } from '../../src/core/actor.ts'
import { openTempCore } from '../support/temp-core.ts'

it('shows what the core says, at once and after a change through any door', async () => {
  await using temp = await openTempCore({ door: 'rest' })
  const seen: Shown[] = []
  const ending = new AbortController()
  const following = followCore(temp.core.apiFor(actorOf('window')), ending.signal, (shown) => seen.push(shown))
  await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(1)
  expect(seen[0]).toMatchObject({ settings: { theme: 'system' }, listener: { state: 'off' } })
  await temp.client.updateSettings({ theme: 'dark' })
  await expect.poll(() => seen.at(-1)?.settings.theme, { timeout: 20_000 }).toBe('dark')
  ending.abort()
  await temp.core.close()
  await following
})

it('has its defaults where the vault cannot be opened, and the page says why', async () => {
  const refused = () => Promise.reject(new Error('the vault is closed'))
  await using temp = await openTempCore()
  const api = { ...temp.core.apiFor(actorOf('window')), getSettings: refused }
  expect((await shownNow(api)).settings).toMatchObject({ theme: 'system', close_to_tray: 'ask' })
})
