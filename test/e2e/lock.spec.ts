// The lock as a person meets it: a passphrase is set, the vault is locked, mistyped, unlocked.
import { openTempCore } from '../support/temp-core.ts'
import { expect, test } from './support/fixture.ts'
import { button, card, dialog } from './support/on-screen.ts'

const PASSPHRASE = 'correct horse battery staple'

test('locks behind a passphrase, shows nothing but counts then, and opens to whoever knows it', async ({
  latchkey,
}) => {
  // Six times scrypt, which is slow on purpose.
  test.slow()
  latchkey.neverKeep(PASSPHRASE)
  {
    await using core = await openTempCore({ home: latchkey.home, key: null })
    await core.client.createProvider({ name: 'mine', display_name: 'My own', api_key: latchkey.newKey() })
  }
  const page = await latchkey.open({ masterKey: null })
  await expect(card(page, 'My own')).toBeVisible()
  await expect(button(page, 'Lock')).toBeHidden()
  if (latchkey.isDesktop) await expect(button(page, 'Hide')).toBeVisible()

  await button(page, 'Settings').click()
  await button(page, 'Set…').click()
  const setting = dialog(page, 'Set a passphrase')
  await setting.getByLabel('New passphrase', { exact: true }).fill(PASSPHRASE)
  await setting.getByLabel('The same again', { exact: true }).fill('something else')
  await button(setting, 'Set passphrase').click()
  await expect(setting.getByText('The two are not the same.')).toBeVisible()
  await setting.getByLabel('The same again', { exact: true }).fill(PASSPHRASE)
  await button(setting, 'Set passphrase').click()
  await expect(setting).toBeHidden({ timeout: 60_000 })
  await expect(page.getByText('Set. Without it nobody can open the vault.')).toBeVisible()

  await button(page, 'Providers').click()
  await expect(card(page, 'My own')).toBeVisible()
  await page.keyboard.press(latchkey.isDesktop ? 'Control+l' : 'l')
  const field = page.getByLabel('Passphrase', { exact: true })
  await expect(page.getByRole('heading', { name: 'Latchkey is locked' })).toBeVisible()
  await expect(field).toBeFocused()
  await expect(page.getByText('1 key stored')).toBeVisible()
  await expect(page.locator('body')).not.toContainText('My own')

  // Three that cost nothing, and one that makes the next wait.
  for (let tries = 0; tries < 3; tries += 1) {
    await field.fill(`mistyped ${tries}`)
    await field.press('Enter')
    await expect(page.getByText('Wrong passphrase.')).toBeVisible({ timeout: 60_000 })
    await expect(field).toHaveValue('')
    await expect(field).toBeFocused()
  }
  await expect(page.getByText(/Next try in \d s\./)).toBeVisible()
  await expect(page.getByText(/Next try in \d s\./)).toBeHidden({ timeout: 60_000 })
  await field.fill(PASSPHRASE)
  await button(page, 'Unlock').click()
  await expect(card(page, 'My own')).toBeVisible({ timeout: 60_000 })
})
