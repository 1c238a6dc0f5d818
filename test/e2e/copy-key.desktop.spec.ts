import { expect, test } from './support/fixture.ts'
import { card } from './support/on-screen.ts'
import { tracesInPage } from './support/traces-in-page.ts'

test('copies a key past the page, marked as a secret, and clears the clipboard after half a minute', async ({
  latchkey,
}) => {
  const key = latchkey.newKey('sk-proj-')
  await latchkey.prepare((client) => client.updateProvider({ provider_id: 1, api_key: key }))
  const page = await latchkey.open()
  // Of the key itself a card shows four characters, and no more.
  await expect(card(page, 'OpenAI')).toContainText(`…${key.slice(-4)}`)
  await card(page, 'OpenAI').focus()
  await page.keyboard.press('c')
  await expect(page.getByText('Key copied. Clipboard clears in')).toBeVisible()
  const held = await latchkey.desktop().clipboard()
  expect(held['text/plain']).toBe(key)
  expect(Object.keys(held).length).toBeGreaterThan(1)
  expect(await tracesInPage(page, key)).toEqual([])

  await expect.poll(() => latchkey.desktop().clipboard(), { timeout: 40_000, intervals: [1_000] }).toEqual({})
  await expect(page.getByText('Clipboard cleared.')).toBeVisible()
})
