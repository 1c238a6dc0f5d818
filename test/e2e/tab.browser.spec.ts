// What only a browser tab has: an address that is good once, and a process that can go away under it.
import { FORMAT } from '../../src/core/store/sqlite/migrations.ts'
import { expect, test } from './support/fixture.ts'
import { button, card, field, openCustomStep } from './support/on-screen.ts'
import { changeVault } from './support/vault-file.ts'

test('lets one tab in by its address, once, and keeps it over a reload', async ({ latchkey, page }) => {
  const [, address] = /(http:\S+#ticket=\S+)/.exec(latchkey.output()) ?? []
  expect(address).toBeDefined()
  expect(new URL(page.url()).hash).toBe('')
  await page.reload()
  await expect(card(page, 'OpenAI')).toBeVisible()

  const second = await page.context().newPage()
  await second.goto(address ?? '')
  await expect(second.getByRole('heading', { name: 'This tab is no longer connected' })).toBeVisible()
  await expect(second.getByText('latchkey serve --ui')).toBeVisible()
})

test('loses nothing that was typed while Latchkey does not answer', async ({ latchkey, page }) => {
  latchkey.expectNoise()
  const wizard = await openCustomStep(page)
  await field(wizard, 'Display name').fill('Acme')
  await field(wizard, 'Base URL').fill('https://llm.acme.example/v1')
  await page.context().setOffline(true)
  await button(wizard, 'Save').click()
  await expect(
    wizard.getByText('The vault did not answer, so nothing was saved. What you typed is still here.'),
  ).toBeVisible()
  await expect(field(wizard, 'Display name')).toHaveValue('Acme')
  await page.context().setOffline(false)
  await button(wizard, 'Save').click()
  await expect(wizard.getByText('Acme is added')).toBeVisible()
})

test('has no word of what only a desktop can do', async ({ latchkey, page }) => {
  await latchkey.cli(['key', 'set', 'openai'], latchkey.newKey('sk-proj-'))
  await expect(card(page, 'OpenAI').getByText('Key stored')).toBeVisible()
  await expect(button(card(page, 'OpenAI'), 'Copy key: OpenAI')).toHaveCount(0)
  await card(page, 'OpenAI').focus()
  await page.keyboard.press('c')
  await expect(page.getByText('Key copied.')).toHaveCount(0)
  await button(card(page, 'OpenAI'), 'More actions of OpenAI').click()
  await expect(page.getByRole('menuitem', { name: 'Remove key' })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Copy key' })).toHaveCount(0)
  await page.keyboard.press('Escape')
  await button(page, 'Settings').click()
  await expect(page.getByText('Theme', { exact: true })).toBeVisible()
  for (const name of ['Start at login', 'Closing the window', 'Switch on when Latchkey starts']) {
    await expect(page.getByText(name)).toHaveCount(0)
  }
})

test('does not serve a vault that it cannot open, and says why', async ({ latchkey }) => {
  await latchkey.prepare()
  changeVault(latchkey.home, `PRAGMA user_version = ${FORMAT + 1}`)
  await expect(latchkey.open()).rejects.toThrow(/ended with 1:[^]*written by a newer Latchkey/)
})
