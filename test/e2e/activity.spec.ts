import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './support/fixture.ts'
import { button, menuItem } from './support/on-screen.ts'

test('activity lists what was done, with its detail, and says that the chain holds', async ({ latchkey }) => {
  await latchkey.prepare(async (client) => {
    await client.updateProvider({ provider_id: 1, api_key: latchkey.newKey() })
    await client.addModel({ provider_id: 2, name: 'claude-next', display_name: 'Claude Next' })
  })
  const page = await latchkey.open()
  await button(page, 'Activity').click()
  await expect(button(page, 'Chain intact')).toBeVisible()
  const row = (name: string) => page.getByRole('row').filter({ hasText: name })
  await expect(row('Changed the provider')).toContainText('OpenAI')
  await button(page, 'Added model claude-next').click()
  await expect(row('model.add').last()).toContainText('claude-next')

  const search = page.getByRole('searchbox', { name: 'Search events' })
  await search.fill('claude-NEXT')
  await expect(row('Changed the provider')).toHaveCount(0)
  await expect(row('Added model')).toHaveCount(1)
  await search.fill('nowhere')
  await expect(page.getByText('No event matches.')).toBeVisible()
  await search.press('Escape')

  await button(page, 'Kind Any').click()
  await page.getByRole('menuitemradio', { name: 'Providers' }).click()
  await expect(row('Added model')).toHaveCount(0)
  await expect(row('Changed the provider')).toHaveCount(1)

  await button(page, 'Export').click()
  let saved: string
  if (latchkey.isDesktop) {
    saved = join(latchkey.home, 'activity.json')
    await latchkey.desktop().answerDialog({ filePaths: [saved] })
    await menuItem(page, 'What is shown, as JSON').click()
    await expect.poll(() => readFile(saved, 'utf8').catch(() => '')).not.toBe('')
  } else {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      menuItem(page, 'What is shown, as JSON').click(),
    ])
    saved = await download.path()
  }
  expect(JSON.parse(await readFile(saved, 'utf8'))).toMatchObject([{ act: 'provider.update', provider: 'openai' }])

  await button(page, 'Clear').click()
  await expect(row('Added model')).toHaveCount(1)
})

test('activity is marked when accesses are refused again and again, until somebody looks', async ({ latchkey }) => {
  await latchkey.prepare()
  const page = await latchkey.open()
  const address = latchkey.isDesktop ? (await latchkey.serve('--port', '0')).address : latchkey.address()
  for (let n = 0; n < 6; n += 1) {
    await fetch(`${address}/api/v1/providers`, { headers: { authorization: `Bearer ${'x'.repeat(30)}` } })
  }
  const activity = button(page, /^Activity/)
  await expect(activity).toContainText('nobody has looked yet')
  await activity.click()
  await expect(page.getByText('Accesses were refused more than five times in ten minutes.')).toBeVisible()
  await expect(activity).not.toContainText('nobody has looked yet')
  await button(page, 'Show what was refused').click()
  await expect(page.getByText('Refused: no valid token')).toHaveCount(6)
})
