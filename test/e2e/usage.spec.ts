import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, type Latchkey } from './support/fixture.ts'
import { button, choice } from './support/on-screen.ts'
import { putUses } from './support/uses.ts'

const some = async (latchkey: Latchkey): Promise<void> => {
  await latchkey.prepare(async (client) => {
    await client.createToken({ name: 'codex' })
    await client.createProvider({ name: 'mine', display_name: 'Mine', base_url: 'http://localhost:1/v1' })
  })
  putUses(latchkey.home, [
    { tool: 'codex', provider: 'openai', model: 'gpt-5.1', ago: 0, cost: 1.5 },
    { tool: 'codex', provider: 'openai', model: 'gpt-5.1', ago: 3, cost: 2 },
    { tool: 'codex', provider: 'openai', model: null, ago: 3, status: 500, cost: 0 },
    { tool: 'notebook', provider: 'mine', model: 'llama', ago: 2, cost: null },
    { tool: 'notebook', provider: 'mine', model: 'llama', ago: 20, cost: null },
  ])
}

test('usage shows what tools have used, and never a zero for what is not known', async ({ latchkey }) => {
  await some(latchkey)
  const page = await latchkey.open()
  await button(page, 'Usage').click()
  await choice(page, '7 days').click()
  const figures = page.getByRole('main').locator('dl')
  await expect(figures).toContainText('$3.50+')
  await expect(figures).toContainText('4')
  const row = (name: string) => page.getByRole('row').filter({ hasText: name })
  await expect(row('codex')).toContainText('$3.50')
  await expect(row('notebook')).toContainText('No price')
  await choice(page, 'By provider').click()
  await expect(row('Mine')).toContainText('notebook')
  await choice(page, 'By model').click()
  await expect(row('Model not named')).toContainText('$0.00')
  await choice(page, '30 days').click()
  await expect(row('llama')).toContainText('2')

  // The days of the chart, by the keyboard.
  await page.getByRole('application').focus()
  await page.keyboard.press('ArrowLeft')
  await expect(page.getByText('Total', { exact: true })).toBeVisible()

  await button(page, 'Tool Any').click()
  await page.getByRole('menuitemradio', { name: 'codex' }).click()
  await expect(row('llama')).toBeHidden()
  await expect(row('gpt-5.1')).toBeVisible()
})

test('usage is saved as CSV, by day and what the table shows', async ({ latchkey }) => {
  await some(latchkey)
  const page = await latchkey.open()
  await button(page, 'Usage').click()
  await choice(page, '30 days').click()
  const save = button(page, 'Save these days as CSV')
  let saved: string
  if (latchkey.isDesktop) {
    saved = join(latchkey.home, 'usage.csv')
    await latchkey.desktop().answerDialog({ filePaths: [saved] })
    await save.click()
    await expect.poll(() => readFile(saved, 'utf8').catch(() => '')).not.toBe('')
  } else {
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()])
    expect(download.suggestedFilename()).toMatch(/^latchkey-usage-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d\.csv$/)
    saved = await download.path()
  }
  const lines = (await readFile(saved, 'utf8')).trimEnd().split('\n')
  expect(lines[0]).toBe(
    'day,tool,requests,failed,input_tokens,output_tokens,cached_tokens,cost_usd,estimated,unmeasured,unpriced',
  )
  expect(lines.slice(1).map((line) => line.slice(11))).toEqual([
    'notebook,1,0,1200,300,100,,0,0,1',
    'codex,2,1,2400,600,200,2,0,0,0',
    'notebook,1,0,1200,300,100,,0,0,1',
    'codex,1,0,1200,300,100,1.5,0,0,0',
  ])
})

test('usage says where nothing was used', async ({ page }) => {
  await page.keyboard.press((await page.evaluate(() => 'latchkey' in window)) ? 'Control+3' : 'g')
  await page.keyboard.press('u')
  await expect(page.getByText('Nothing used in these days.')).toBeVisible()
})
