import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { openTempCore } from '../support/temp-core.ts'
import { expectAccessible } from './support/accessibility.ts'
import { expect, test } from './support/fixture.ts'
import { button, card, cards, choice, dialog, field, keyField, openMenu, openWizard } from './support/on-screen.ts'
import { putUses } from './support/uses.ts'

test('first run and wizard can be used by everybody', async ({ latchkey }) => {
  const page = await latchkey.open()
  await expect(page.getByRole('heading', { name: 'Your vault is empty' })).toBeVisible()
  await expectAccessible(page, 'first run')
  await page.getByRole('button', { name: /^Look around/ }).click()
  const wizard = await openWizard(page)
  await expectAccessible(page, 'wizard, choose')
  await wizard.getByRole('listbox').getByText('xAI (Grok)', { exact: true }).click()
  await keyField(wizard).fill(latchkey.newKey('sk-ant-'))
  await expectAccessible(page, 'wizard, key of another vendor')
  await button(wizard, 'It is an xAI key').click()
  await button(wizard, 'Save without testing').click()
  await expect(wizard.getByText('xAI (Grok) is ready')).toBeVisible()
  await expectAccessible(page, 'wizard, done')
  await wizard.getByText('Add another provider').click()
  await wizard.getByRole('listbox').getByText('Custom provider', { exact: true }).click()
  await field(wizard, 'Models').fill('one,two,')
  await button(wizard, 'Save').click()
  await expectAccessible(page, 'wizard, custom with errors')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('alertdialog')).toBeVisible()
  await expectAccessible(page, 'question')
})

test('providers, their drawer and palette can be used by everybody', async ({ latchkey }) => {
  await latchkey.prepare(async (client) => {
    await client.updateProvider({ provider_id: 1, api_key: latchkey.newKey('sk-proj-') })
    const models = Array.from({ length: 60 }, (_, at) => `vendor/model-${at}`)
    await client.createProvider({ name: 'acme', display_name: 'Acme', base_url: 'http://localhost:1/v1', models })
  })
  const page = await latchkey.open()
  await expect(cards(page)).toHaveCount(5)
  await expectAccessible(page, 'providers')
  await openMenu(page, 'OpenAI')
  await expectAccessible(page, 'menu')
  await page.keyboard.press('Escape')
  await card(page, 'OpenAI').press('Enter')
  const drawer = dialog(page, 'OpenAI')
  await field(drawer, 'Base URL').fill('https://llm.example.com/v1')
  await button(drawer, 'Save').click()
  await expectAccessible(page, 'drawer with a changed address')
  await page.keyboard.press('Escape')
  await button(page, 'Discard').click()
  await card(page, 'Acme').focus()
  await page.keyboard.press('m')
  await button(page, 'Delete vendor/model-0').click()
  await expect(button(page, 'Undo')).toBeVisible()
  await expectAccessible(page, 'models with undo')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await button(page, 'Find or run').click()
  await page.getByRole('combobox').fill('key')
  await expectAccessible(page, 'palette')
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await expectAccessible(page, 'shortcuts')
  await page.keyboard.press('Escape')
  await page.getByRole('searchbox').fill('nothing of the kind')
  await expect(page.getByText('Name, host and models were searched.')).toBeVisible()
  await expectAccessible(page, 'search without a hit')
})

test('usage and activity can be used by everybody', async ({ latchkey }) => {
  await latchkey.prepare()
  putUses(latchkey.home, [
    { tool: 'codex', provider: 'openai', model: 'gpt-5.1', ago: 0, cost: 1.5 },
    { tool: 'notebook', provider: 'xai', model: 'grok-4', ago: 2, cost: null },
  ])
  const page = await latchkey.open()
  await button(page, 'Usage').click()
  await choice(page, 'Dates').click()
  await expect(page.getByRole('row').filter({ hasText: 'notebook' })).toBeVisible()
  await page.getByRole('application').focus()
  await page.keyboard.press('ArrowLeft')
  await expectAccessible(page, 'usage')
  await button(page, 'Activity').click()
  await button(page, 'Made the vault').click()
  await expect(button(page, 'Chain intact')).toBeVisible()
  await expectAccessible(page, 'activity')
})

test('the unlock screen can be used by everybody', async ({ latchkey }) => {
  const passphrase = 'correct horse battery staple'
  latchkey.neverKeep(passphrase)
  {
    await using core = await openTempCore({ home: latchkey.home, key: null })
    await core.client.setPassphrase({ passphrase })
  }
  const page = await latchkey.open({ masterKey: null })
  await expect(page.getByRole('heading', { name: 'Latchkey is locked' })).toBeVisible()
  await expectAccessible(page, 'locked')
  for (let tries = 0; tries < 3; tries += 1) {
    await page.getByLabel('Passphrase', { exact: true }).fill('mistyped')
    await page.keyboard.press('Enter')
    await expect(page.getByText('Wrong passphrase.')).toBeVisible({ timeout: 60_000 })
    await expect(page.getByLabel('Passphrase', { exact: true })).toHaveValue('')
  }
  await expectAccessible(page, 'locked, after wrong passphrases')
})

test('settings and vault states can be used by everybody', async ({ latchkey }) => {
  await latchkey.prepare(async (client) => {
    await client.updateProvider({ provider_id: 1, api_key: latchkey.newKey('sk-proj-') })
    await client.updateSettings({ listener_port: 0 })
  })
  const page = await latchkey.open()
  await button(page, 'Settings').click()
  await expectAccessible(page, 'settings')
  await button(page, 'Make a token').click()
  await expect(dialog(page, 'Token for tools')).toBeVisible()
  await expectAccessible(page, 'token, shown once')

  const masterKey = generateFernetKey()
  const wrong = await latchkey.restart({ masterKey })
  await expect(wrong.getByRole('heading', { name: 'This master key does not open this vault' })).toBeVisible()
  await expectAccessible(wrong, 'wrong master key')
  await button(wrong, 'Look at the providers, read-only').click()
  await expectAccessible(wrong, 'providers, read-only')
  await button(wrong, /^Read-only/).click()
  await button(wrong, 'Start over…').click()
  await expectAccessible(wrong, 'start over')
  await field(wrong, 'Type vault-home to go on').fill('vault-home')
  await button(dialog(wrong, 'Start over with a new master key'), 'Start over').click()
  await expect(wrong.getByRole('heading', { name: 'Enter these keys again' })).toBeVisible()
  await expectAccessible(wrong, 'keys to enter again')
})
