import { mock } from 'node:test'
import { openTempCore } from '../support/temp-core.ts'
import { expectAccessible } from './support/accessibility.ts'
import { expect, test } from './support/fixture.ts'
import { button, card, choice } from './support/on-screen.ts'

const DAY = 86_400_000

test('says on a card how old its key is, once its owner wants to know that', async ({ latchkey }) => {
  mock.timers.enable({ apis: ['Date'], now: Date.now() - 200 * DAY })
  try {
    await using core = await openTempCore({ home: latchkey.home, key: latchkey.masterKey })
    await core.client.createProvider({ name: 'mine', display_name: 'My own', api_key: latchkey.newKey() })
  } finally {
    mock.timers.reset()
  }
  const page = await latchkey.open()
  await expect(card(page, 'My own')).toContainText('Changed')
  await button(page, 'Settings').click()
  await choice(page.getByRole('radiogroup', { name: 'Remind of old keys' }), '180 days').click()
  await expect(page.getByText('The master key has been in use for 200 days.')).toBeVisible()
  await expectAccessible(page, 'an old master key')
  await button(page, 'Providers').click()
  await expect(card(page, 'My own')).toContainText('Key is 200 days old')
  await expectAccessible(page, 'an old key')
})
