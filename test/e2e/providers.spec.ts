import { expect, test } from './support/fixture.ts'
import { button, card, cards, choice, dialog } from './support/on-screen.ts'

const search = 'Search providers by name, host or model'

test('lists the providers of the catalog, those with a key first', async ({ latchkey }) => {
  await latchkey.prepare((client) => client.updateProvider({ provider_id: 3, api_key: latchkey.newKey('xai-') }))
  const page = await latchkey.open()
  await expect(cards(page)).toHaveCount(4)
  await expect(cards(page).first()).toHaveAccessibleName('xAI (Grok)')
  await expect(card(page, 'xAI (Grok)')).toHaveAccessibleDescription(/api\.x\.ai.*Key stored/)
  await expect(card(page, 'OpenAI').getByText('api.openai.com')).toBeVisible()
})

test('finds providers by name, host and model, and says so where there are none', async ({ page }) => {
  const field = page.getByRole('searchbox', { name: search })
  for (const [query, name] of [
    ['gemini', 'Google (Gemini)'],
    ['api.anthropic', 'Anthropic (Claude)'],
    ['grok-4', 'xAI (Grok)'],
  ] as const) {
    await field.fill(query)
    await expect(cards(page)).toHaveCount(1)
    await expect(card(page, name)).toBeVisible()
  }
  await field.fill('mistrl')
  await expect(page.getByText('No provider matches “mistrl”.')).toBeVisible()
  await expect(page.getByText('Name, host and models were searched.')).toBeVisible()
  await page.getByRole('main').getByText('Clear search', { exact: true }).click()
  await expect(cards(page)).toHaveCount(4)

  await field.fill('openai')
  await field.press('Escape')
  await expect(field).toHaveValue('')
})

test('filters by key, with counts, and says what an empty list means', async ({ latchkey, page }) => {
  await choice(page, 'With key 0').click()
  await expect(page.getByText('No provider has a key yet.')).toBeVisible()
  await button(page, 'Set a key').click()
  await expect(dialog(page, 'Add provider')).toBeVisible()
  await page.keyboard.press('Escape')

  await latchkey.cli(['key', 'set', 'openai'], latchkey.newKey())
  await expect(choice(page, 'With key 1')).toBeVisible()
  await expect(cards(page)).toHaveCount(1)
  await choice(page, 'No key 3').click()
  await expect(cards(page)).toHaveCount(3)
  await expect(card(page, 'OpenAI')).toBeHidden()
  for (const name of ['anthropic', 'xai', 'google']) await latchkey.cli(['key', 'set', name], latchkey.newKey())
  await expect(page.getByText('Every provider has a key.')).toBeVisible()
  await button(page, 'Show all').click()
  await expect(cards(page)).toHaveCount(4)
})

test('moves among the cards by arrows, and into a card by F2', async ({ page }) => {
  const all = cards(page)
  await page.getByRole('searchbox', { name: search }).focus()
  await page.keyboard.press('ArrowDown')
  await expect(all.nth(0)).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(all.nth(1)).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(all.nth(3)).toBeFocused()
  await page.keyboard.press('Home')
  await expect(all.nth(0)).toBeFocused()
  await page.keyboard.press('End')
  await expect(all.nth(3)).toBeFocused()
  await page.keyboard.press('F2')
  await expect(all.nth(3).getByRole('button').first()).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(all.nth(3)).toBeFocused()
  await expect(page.locator('[role="gridcell"][tabindex="0"]')).toHaveCount(1)
})

test('sets, replaces and removes a key from its card', async ({ latchkey, page }) => {
  const openai = card(page, 'OpenAI')
  await button(openai, 'Set key: OpenAI').click()
  const first = dialog(page, 'Set the key of OpenAI')
  await first.getByLabel('API key', { exact: true }).fill(latchkey.newKey('sk-proj-'))
  await button(first, 'Save').click()
  await expect(openai.getByText('Key stored')).toBeVisible()
  await expect(openai).toContainText('OpenAI')

  await openai.focus()
  await page.keyboard.press('k')
  const second = dialog(page, 'Replace the key of OpenAI')
  await expect(second.getByText('The key that is stored now is overwritten.')).toBeVisible()
  await second.getByLabel('API key', { exact: true }).fill(latchkey.newKey('sk-proj-'))
  await page.keyboard.press('Control+Enter')
  await expect(second).toBeHidden()
  await expect(openai).toBeFocused()

  await page.keyboard.press('Delete')
  const asked = page.getByRole('alertdialog', { name: 'Remove the key of OpenAI?' })
  await expect(asked.getByText(/its page at platform\.openai\.com can make a new one/)).toBeVisible()
  await expect(button(asked, 'Cancel')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(asked).toBeHidden()
  await expect(openai.getByText('Key stored')).toBeVisible()
  await expect(openai).toBeFocused()
  await page.keyboard.press('Delete')
  await button(asked, 'Remove key').click()
  await expect(openai.getByText('No key')).toBeVisible()
  await expect(openai).toBeFocused()
})

test('deletes a provider of one’s own after a question that names it, and nothing else', async ({ latchkey }) => {
  await latchkey.prepare(async (client) => {
    await client.createProvider({ name: 'acme', display_name: 'Acme', models: ['a', 'b', 'c'] })
    await client.createProvider({ name: 'zeta', display_name: 'Zeta' })
  })
  const page = await latchkey.open()
  await button(card(page, 'OpenAI'), 'More actions of OpenAI').click()
  await expect(page.getByRole('menuitem', { name: 'Duplicate' })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Delete provider' })).toBeHidden()
  await page.keyboard.press('Escape')
  await expect(button(card(page, 'OpenAI'), 'More actions of OpenAI')).toBeFocused()

  await button(card(page, 'Acme'), 'More actions of Acme').click()
  await page.getByRole('menuitem', { name: 'Delete provider' }).click()
  const asked = page.getByRole('alertdialog', { name: 'Delete Acme?' })
  await expect(asked.getByText(/Its 3 models/)).toBeVisible()
  await button(asked, 'Cancel').click()
  await expect(card(page, 'Acme')).toBeVisible()

  await card(page, 'Acme').focus()
  await page.keyboard.press('Delete')
  await button(asked, 'Delete provider').click()
  await expect(card(page, 'Acme')).toBeHidden()
  await expect(cards(page)).toHaveCount(5)
  await expect(page.locator('[role="gridcell"]:focus')).toHaveCount(1)
  await expect(latchkey.cli(['provider', 'show', 'acme'])).rejects.toThrow(/Provider with name 'acme' not found/)
})

test('duplicates a provider under a name of its own, without its key', async ({ latchkey, page }) => {
  await latchkey.cli(['key', 'set', 'openai'], latchkey.newKey())
  await expect(card(page, 'OpenAI').getByText('Key stored')).toBeVisible()
  await button(card(page, 'OpenAI'), 'More actions of OpenAI').click()
  await page.getByRole('menuitem', { name: 'Duplicate' }).click()
  const wizard = dialog(page, 'Add provider')
  await expect(wizard.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('openai-copy')
  await button(wizard, 'Save').click()
  await button(wizard, 'Done').click()
  await expect(card(page, 'OpenAI copy').getByText('No key')).toBeVisible()
})
