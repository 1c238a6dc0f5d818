import { expectAccessible } from './support/accessibility.ts'
import { expect, test, type Latchkey } from './support/fixture.ts'
import { button, dialog, field, menuItem, question } from './support/on-screen.ts'
import { askAsTool, listModelsAsTool } from './support/tool.ts'

const withKeys = (latchkey: Latchkey) =>
  latchkey.prepare(async (client) => {
    await client.updateProvider({ provider_id: 1, api_key: latchkey.newKey('sk-proj-') })
    await client.updateProvider({ provider_id: 2, api_key: latchkey.newKey('sk-ant-') })
  })

/** Where tools reach this vault: the tab's own listener, or one beside the window. */
const listenerOf = async (latchkey: Latchkey): Promise<string> =>
  latchkey.isDesktop ? (await latchkey.serve('--port', '0')).address : latchkey.address()

test('makes a token that a tool works with until it is revoked', async ({ latchkey }) => {
  await withKeys(latchkey)
  const page = await latchkey.open()
  await button(page, 'Tools').click()
  await expect(page.getByText('No tool is connected.')).toBeVisible()
  await expectAccessible(page, 'tools, none yet')

  await button(page, 'Codex').click()
  await button(page, 'Create a token for Codex').click()
  const create = dialog(page, 'Create token')
  await expect(field(create, 'Tool')).toHaveValue('codex')
  await expect(create.getByRole('checkbox', { name: 'OpenAI' })).toBeChecked()
  await expect(create.getByText(/^Not offered until they have a key: .*Google \(Gemini\)/)).toBeVisible()
  await field(create, 'Requests per minute').fill('60')
  await field(create, 'Spend per month').fill('25')
  await expectAccessible(page, 'create token')
  await button(create, 'Create token').click()

  const once = dialog(page, 'Token of codex')
  const token = (await once.getByRole('code').first().textContent()) ?? ''
  latchkey.neverKeep(token)
  await expect(once.getByText(`http_headers = { Authorization = "Bearer ${token}" }`)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(once).toBeVisible()
  await button(once, 'I have copied it').click()
  await expect(once).toBeHidden()
  expect(await page.content()).not.toContain(token)

  const row = page.getByRole('row', { name: /^codex/ })
  await expect(row).toContainText('OpenAI')
  await expect(row).toContainText('$0.00 of $25.00')
  await expect(row.getByTitle('$25.00 per month, 60 requests per minute')).toBeVisible()
  const address = await listenerOf(latchkey)
  await button(page, 'Pause all').click()
  await expect(page.getByText(/^All tools are paused/)).toBeVisible()
  await expect.poll(() => listModelsAsTool(address, token)).toBe(403)
  await button(page, 'Resume all').click()
  await expect.poll(() => listModelsAsTool(address, token)).toBe(200)
  expect(await askAsTool(address, token)).toBe(403)

  await button(page, 'More actions of codex').click()
  await menuItem(page, 'Revoke').click()
  const revoke = question(page, 'Revoke the token of codex?')
  await button(revoke, 'Revoke').click()
  await expect(row).toContainText(/Revoked \d/)
  await expect(button(row, 'More actions of codex')).toBeHidden()
  await expect.poll(() => listModelsAsTool(address, token)).toBe(401)
})

test('changes what a tool may use, and shows what the command line changed', async ({ latchkey }) => {
  await withKeys(latchkey)
  const page = await latchkey.open()
  await button(page, 'Tools').click()
  await button(page, 'Create token').click()
  const create = dialog(page, 'Create token')
  await button(create, 'Create token').click()
  await expect(create.getByText('Write the name of the tool.')).toBeVisible()
  await expect(field(create, 'Tool')).toBeFocused()
  await expect(create.getByText('Tick at least one provider that it may use.')).toBeVisible()
  await field(create, 'Tool').fill('notebook')
  await create.getByRole('checkbox', { name: 'All providers, also those added later' }).check()
  await create.getByRole('radio', { name: 'Never' }).click()
  await button(create, 'Create token').click()
  const once = dialog(page, 'Token of notebook')
  latchkey.neverKeep((await once.getByRole('code').first().textContent()) ?? '')
  await button(once, 'I have copied it').click()
  const row = page.getByRole('row', { name: /^notebook/ })
  await expect(row).toContainText('All providers')
  await expectAccessible(page, 'tools')

  await button(page, 'More actions of notebook').click()
  await menuItem(page, 'Edit').click()
  const edit = dialog(page, 'Edit the token of notebook')
  await edit.getByRole('checkbox', { name: 'Anthropic (Claude)' }).uncheck()
  await button(edit, 'Save').click()
  await expect(row).not.toContainText('Anthropic')
  await expect(row).toContainText('OpenAI')

  await button(page, 'Create token').click()
  await field(create, 'Tool').fill('notebook')
  await create.getByRole('checkbox', { name: 'OpenAI' }).check()
  await button(create, 'Create token').click()
  await expect(create.getByText(/^Token with name 'notebook' already exists/)).toBeVisible()
  await expect(field(create, 'Tool')).toHaveValue('notebook')
})
