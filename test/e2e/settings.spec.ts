import { expect, test } from './support/fixture.ts'
import { button, choice, dialog, question, readTokenOnce } from './support/on-screen.ts'
import { askAsTool } from './support/tool.ts'

test('lets tools in by a token that is shown once, and only while they are let in', async ({ latchkey }) => {
  await latchkey.prepare((client) => client.updateSettings({ listener_port: 0 }))
  const page = await latchkey.open()
  await button(page, 'Settings').click()
  const connect = page.getByRole('switch', { name: 'Let local tools connect' })
  if (latchkey.isDesktop) {
    await expect(connect).not.toBeChecked()
    await connect.click()
  }
  await expect(connect).toBeChecked()
  const address = (await page.getByText(/^http:\/\/127\.0\.0\.1:\d+$/).textContent()) ?? ''

  await button(page, 'Make a token').click()
  await page.keyboard.press('Escape')
  const first = await readTokenOnce(page)
  latchkey.neverKeep(first)
  await expect(page.getByText('Made. It was shown once; only its hash is kept.')).toBeVisible()
  expect(await askAsTool(address, first)).toBe(200)
  expect(await askAsTool(address, `${first.slice(0, -1)}x`)).toBe(401)

  await connect.click()
  await expect(connect).not.toBeChecked()
  await expect.poll(() => askAsTool(address, first)).toBe(latchkey.isDesktop ? 'refused' : 403)
  await connect.click()
  await expect(connect).toBeChecked()
  const again = (await page.getByText(/^http:\/\/127\.0\.0\.1:\d+$/).textContent()) ?? ''
  await expect.poll(() => askAsTool(again, first)).toBe(200)

  await button(page, 'Make a new one…').click()
  const asked = question(page, 'Make a new token?')
  await expect(button(asked, 'Cancel')).toBeFocused()
  await button(asked, 'Make a new one').click()
  const second = await readTokenOnce(page)
  latchkey.neverKeep(second)
  await expect(button(page, 'Make a new one…')).toBeFocused()
  await expect.poll(() => askAsTool(again, first)).toBe(401)
  expect(await askAsTool(again, second)).toBe(200)
})

test('wears the theme that was chosen, also after a restart', async ({ latchkey, page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await button(page, 'Settings').click()
  await expect(choice(page, 'System')).toBeChecked()
  await choice(page, 'Light').click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  const light = await ground()
  await choice(page, 'Dark').click()
  await expect.poll(ground).not.toBe(light)
  const again = await latchkey.restart()
  await expect(again.locator('html')).toHaveAttribute('data-theme', 'dark')
  await button(again, 'Settings').click()
  await choice(again, 'System').click()
  await expect(again.locator('html')).not.toHaveAttribute('data-theme')
})

test('says where the vault is and what opens it, and finds a setting', async ({ latchkey, page }) => {
  await button(page, /^Master key.*ENCRYPTION_KEY$/).click()
  await expect(page.getByText(/^Fingerprint [0-9a-f]{4}( [0-9a-f]{4})+$/)).toBeVisible()
  await expect(page.getByText(`${latchkey.home}/vault.db`, { exact: true }).first()).toBeAttached()
  const search = page.getByRole('searchbox', { name: 'Search settings' })
  await search.fill('theme')
  await expect(page.getByRole('heading', { level: 2 })).toHaveCount(1)
  await search.fill('coffee')
  await expect(page.getByText('No setting matches “coffee”.')).toBeVisible()
  await search.press('Escape')
  await expect(page.getByRole('heading', { level: 2, name: 'About' })).toBeVisible()
})

test('refuses a port that is none, at the field', async ({ page }) => {
  await button(page, 'Settings').click()
  const port = page.getByRole('textbox', { name: 'Port' })
  for (const wrong of ['70000', 'ssh']) {
    await port.fill(wrong)
    await port.press('Enter')
    await expect(page.getByRole('alert')).toContainText(/^A port is a (whole )?number/)
    await expect(port).toHaveAttribute('aria-invalid', 'true')
  }
  await port.press('Escape')
  await expect(port).toHaveValue('5625')
  await expect(page.getByRole('alert')).toBeHidden()
  await expect(dialog(page, 'Settings')).toBeHidden()
})
