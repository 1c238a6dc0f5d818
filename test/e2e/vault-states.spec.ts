import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { expectAccessible } from './support/accessibility.ts'
import { expect, test, type Latchkey } from './support/fixture.ts'
import { button, card, cards, dialog, field, keyField } from './support/on-screen.ts'
import { changeVault, dumpVault } from './support/vault-file.ts'

/** A vault with one stored key. */
async function prepare(latchkey: Latchkey): Promise<void> {
  await latchkey.prepare((client) => client.updateProvider({ provider_id: 1, api_key: latchkey.newKey('sk-proj-') }))
}

test('opens read-only under a wrong master key, changes nothing, and opens again under the right one', async ({
  latchkey,
}) => {
  await prepare(latchkey)
  const before = dumpVault(latchkey.home)
  const page = await latchkey.open({ masterKey: generateFernetKey() })
  await expect(page.getByRole('heading', { name: 'This master key does not open this vault' })).toBeVisible()
  await expect(
    page.getByText(/^Nothing has been changed or lost\..* 4 providers and 1 stored key are in it/),
  ).toBeVisible()
  await expect(button(page, /^Read-only.*Wrong master key$/)).toBeVisible()
  await expectAccessible(page, 'wrong master key')

  await button(page, 'Look at the providers, read-only').click()
  await expect(cards(page)).toHaveCount(4)
  const add = button(page, 'Add provider')
  await expect(add).toHaveAttribute('aria-disabled', 'true')
  await add.click({ force: true })
  await expect(dialog(page, 'Add provider')).toBeHidden()
  await expect(add).toHaveAccessibleDescription(/read-only/)
  await page.keyboard.press('n')
  await expect(dialog(page, 'Add provider')).toBeHidden()

  const again = await latchkey.restart()
  await expect(card(again, 'OpenAI').getByText('Key stored')).toBeVisible()
  await latchkey.quit()
  expect(dumpVault(latchkey.home)).toBe(before)
})

test('starts over once the name of the vault is typed, and lists the keys to enter again', async ({ latchkey }) => {
  await latchkey.prepare(async (client) => {
    await client.updateProvider({ provider_id: 1, api_key: latchkey.newKey('sk-proj-') })
    await client.addKey({ provider_id: 1, api_key: latchkey.newKey('sk-proj-'), label: 'Work' })
  })
  const masterKey = generateFernetKey()
  const page = await latchkey.open({ masterKey })
  await button(page, 'Start over…').click()
  await expectAccessible(page, 'start over')
  const over = dialog(page, 'Start over with a new master key')
  await expect(over.getByText(/Providers, models and settings stay\./)).toBeVisible()
  await field(over, 'Type vault-home to go on').fill('something else')
  await button(over, 'Start over').click()
  await expect(over.getByText('Type vault-home, exactly so.')).toBeVisible()
  await field(over, 'Type vault-home to go on').fill('vault-home')
  await button(over, 'Start over').click()

  await expect(page.getByRole('heading', { name: 'Enter these keys again' })).toBeVisible()
  await expectAccessible(page, 'keys to enter again')
  await expect(page.getByText('2 keys: Key 1, Work')).toBeVisible()
  await expect(button(page, 'Copy the path of the old vault')).toBeVisible()
  expect(readdirSync(join(latchkey.home, 'backups')).filter((name) => name.endsWith('.db'))).toHaveLength(1)
  await button(page, 'Set key: OpenAI').click()
  const set = page.getByRole('dialog', { name: /key of OpenAI/ })
  await keyField(set).fill(latchkey.newKey('sk-proj-'))
  await button(set, 'Save').click()
  await expect(page.getByRole('main').getByText('Key stored')).toBeVisible()
  await button(page, 'Edit: OpenAI').click()
  await button(dialog(page, 'OpenAI'), 'Add key').click()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await button(page, 'Close the list').click()
  await expect(card(page, 'OpenAI').getByText('Key stored')).toBeVisible()

  const again = await latchkey.restart({ masterKey })
  await expect(card(again, 'OpenAI').getByText('Key stored')).toBeVisible()
})

test('says that the master key is missing, and goes on when it is given', async ({ latchkey }) => {
  await prepare(latchkey)
  const page = await latchkey.open({ masterKey: null })
  await expect(page.getByRole('heading', { name: 'ENCRYPTION_KEY environment variable is not set' })).toBeVisible()
  await expect(
    page.getByText(
      /^The stored key in this vault cannot be read without the master key, which was last taken from ENCRYPTION_KEY in the environment\. .*nothing has been changed\.$/,
    ),
  ).toBeVisible()
  await button(page, 'Try again').click()
  await expect(page.getByText('Still the same.')).toBeVisible()
  const again = await latchkey.restart()
  await expect(card(again, 'OpenAI').getByText('Key stored')).toBeVisible()
})

test('says that the master key is malformed, without saying the key', async ({ latchkey }) => {
  await prepare(latchkey)
  const masterKey = latchkey.newKey('not-a-fernet-key-')
  const page = await latchkey.open({ masterKey })
  await expect(page.getByRole('heading', { name: 'The master key is malformed' })).toBeVisible()
  await expect(page.locator('body')).not.toContainText(masterKey)
})

test('does not trust a key whose address was changed behind its back, and takes it in again', async ({ latchkey }) => {
  await prepare(latchkey)
  changeVault(latchkey.home, "UPDATE provider SET base_url = 'https://thief.example/v1' WHERE id = 1")
  const page = await latchkey.open()
  const openai = card(page, 'OpenAI')
  await expect(openai.getByText('Unreadable')).toBeVisible()
  await button(openai, 'Enter key again: OpenAI').click()
  const again = dialog(page, 'Enter the key of OpenAI again')
  await expect(again.getByText('https://thief.example')).toBeVisible()
  await keyField(again).fill(latchkey.newKey('sk-proj-'))
  await button(again, 'Save').click()
  await expect(openai.getByText('Key stored')).toBeVisible()
})
