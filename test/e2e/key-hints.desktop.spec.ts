import { expect, test } from './support/fixture.ts'
import { card } from './support/on-screen.ts'

test('tells keys of a provider apart by their last four characters', async ({ latchkey }) => {
  const first = latchkey.newKey('sk-proj-')
  const second = latchkey.newKey('sk-proj-')
  await latchkey.prepare(async (client) => {
    await client.updateProvider({ provider_id: 1, api_key: first })
    await client.addKey({ provider_id: 1, api_key: second, label: 'Work' })
  })
  const page = await latchkey.open()
  await expect(card(page, 'OpenAI')).toContainText(`…${first.slice(-4)}`)
  await card(page, 'OpenAI').press('Enter')
  await page.keyboard.press('e')
  const row = (label: string) => page.getByRole('listitem').filter({ hasText: label })
  await expect(row('Work')).toContainText(`…${second.slice(-4)}`)
  await expect(row('Key 1')).toContainText(`…${first.slice(-4)}`)
})
