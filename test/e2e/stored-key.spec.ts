import { expect, test } from './support/fixture.ts'
import { button, card, keyField, openKeyStep, saveUntested } from './support/on-screen.ts'
import { databasesOf, tracesInPage } from './support/traces-in-page.ts'

test('keeps nothing of a key in the page once it is saved', async ({ latchkey, page }) => {
  const key = latchkey.newKey('sk-proj-')
  const wizard = await openKeyStep(page, 'OpenAI')
  await keyField(wizard).focus()
  // As typed: a test that fills the field would leave the key in the page by itself.
  await page.keyboard.insertText(key)
  await saveUntested(wizard)
  await expect(wizard.getByText('OpenAI is ready')).toBeVisible()
  await button(wizard, 'Done').click()
  await expect(wizard).toBeHidden()
  await expect(card(page, 'OpenAI').getByText('Key stored')).toBeVisible()

  await expect.poll(() => tracesInPage(page, key), { timeout: 30_000, intervals: [500] }).toEqual([])
  expect(await databasesOf(page)).toBe(0)

  // The search finds what is there: a key that is being typed is in the page, of course.
  const typed = latchkey.newKey('sk-ant-')
  await button(card(page, 'Anthropic (Claude)'), 'Set key: Anthropic (Claude)').click()
  await page.keyboard.insertText(typed)
  await expect(keyField(page)).toHaveValue(typed)
  expect((await tracesInPage(page, typed)).join()).toContain('memory')
})

test('answers no operation with a key', async ({ latchkey, page }) => {
  const key = latchkey.newKey('sk-proj-')
  await latchkey.cli(['key', 'set', 'openai'], key)
  await expect(card(page, 'OpenAI').getByText('Key stored')).toBeVisible()
  await card(page, 'OpenAI').press('Enter')
  await expect(keyField(page)).toHaveValue('')
  await expect(keyField(page)).toHaveAttribute('placeholder', 'Paste a new key to replace it')
  expect(await tracesInPage(page, key)).toEqual([])
})
