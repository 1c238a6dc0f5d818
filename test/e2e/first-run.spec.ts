import { expect, test } from './support/fixture.ts'
import { button, card, cards, dialog, keyField, saveUntested } from './support/on-screen.ts'

test('greets an empty vault and leads to a first key that is still there after a restart', async ({ latchkey }) => {
  const page = await latchkey.open()
  await expect(page.getByRole('heading', { name: 'Your vault is empty' })).toBeVisible()
  await expect(page.getByText('ENCRYPTION_KEY in the environment.')).toBeVisible()
  await expect(page.getByText('Nothing is sent until you store a key.')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Add a provider/ })).toBeFocused()

  await page.keyboard.press('1')
  const wizard = dialog(page, 'Add provider')
  await wizard.getByRole('listbox').getByText('Anthropic (Claude)', { exact: true }).click()
  await keyField(wizard).fill(latchkey.newKey('sk-ant-'))
  await saveUntested(wizard)
  await expect(wizard.getByText('Anthropic (Claude) is ready')).toBeVisible()
  await button(wizard, 'Done').click()
  await expect(card(page, 'Anthropic (Claude)').getByText('Key stored')).toBeVisible()

  const again = await latchkey.restart()
  await expect(card(again, 'Anthropic (Claude)').getByText('Key stored')).toBeVisible()
  await expect(again.getByRole('heading', { name: 'Your vault is empty' })).toBeHidden()
})

test('lets a person look around first', async ({ latchkey }) => {
  const page = await latchkey.open()
  const doors = page.getByRole('group', { name: 'Where to begin' }).getByRole('button')
  await expect(doors.first()).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(doors.last()).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(cards(page)).toHaveCount(4)
})

test('makes a key file where no master key is given, says so, and opens with it again', async ({ latchkey }) => {
  const page = await latchkey.open({ masterKey: null })
  await expect(page.getByText(/^Key file .*master\.key, made just now\. Keep a copy\.$/)).toBeVisible()
  const again = await latchkey.restart({ masterKey: null })
  await expect(card(again, 'OpenAI')).toBeVisible()
  await expect(button(again, /^Master key.*Key file$/)).toBeVisible()
})
