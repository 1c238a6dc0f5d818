import { expect, test } from './support/fixture.ts'
import { card, cards, dialog, fact, field, keyField, openCustomStep, saveUntested } from './support/on-screen.ts'

/** How long a change that another program made may take to be seen. The command ends before the time begins. */
const SOON = { timeout: 2_000 }

test('shows within two seconds what the command line changed', async ({ latchkey, page }) => {
  await latchkey.cli(['key', 'set', 'openai'], latchkey.newKey('sk-proj-'))
  await expect(card(page, 'OpenAI').getByText('Key stored')).toBeVisible(SOON)
  await latchkey.cli(['provider', 'add', 'local', '--base-url', 'http://127.0.0.1:8080/v1', '--model', 'tiny'])
  await expect(card(page, 'local')).toBeVisible(SOON)
  await latchkey.cli(['key', 'remove', 'openai', '--yes'])
  await expect(card(page, 'OpenAI').getByText('No key')).toBeVisible(SOON)

  await card(page, 'local').press('Enter')
  await expect(dialog(page, 'local')).toBeVisible()
  await latchkey.cli(['provider', 'remove', 'local', '--yes'])
  await expect(dialog(page, 'local')).toBeHidden(SOON)
  await expect(card(page, 'local')).toBeHidden()
  await expect(page.locator(':focus')).toHaveCount(1)
})

test('keeps what was saved when its process is killed', async ({ latchkey, page }) => {
  const wizard = await openCustomStep(page)
  await field(wizard, 'Display name').fill('Acme')
  await field(wizard, 'Base URL').fill('https://llm.acme.example/v1')
  await keyField(wizard).fill(latchkey.newKey('acme-'))
  await field(wizard, 'Models').fill('one, two')
  await saveUntested(wizard)
  await expect(wizard.getByText('Acme is ready')).toBeVisible()
  await latchkey.kill()
  const again = await latchkey.open()
  await expect(cards(again)).toHaveCount(5)
  await expect(card(again, 'Acme').getByText('Key stored')).toBeVisible()
  await expect(fact(card(again, 'Acme'), 'Models')).toHaveText('2')
})
