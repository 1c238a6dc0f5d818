import { openOpenAi } from '../support/fake-upstream/openai.ts'
import { expectAccessible } from './support/accessibility.ts'
import { expect, test } from './support/fixture.ts'
import { button, card, chooseFromMenu, dialog } from './support/on-screen.ts'

test('says whether a stored key works, and what was asked and answered', async ({ latchkey }) => {
  const key = latchkey.newKey()
  await using upstream = await openOpenAi({ key })
  await latchkey.prepare((client) =>
    client.createProvider({
      name: 'acme',
      display_name: 'Acme',
      base_url: `${upstream.origin}/v1`,
      api_key: key,
      models: ['gpt-test'],
    }),
  )
  const page = await latchkey.open()
  await expect(card(page, 'Acme')).toBeVisible()
  await chooseFromMenu(page, 'Acme', 'Test key')
  const shown = dialog(page, 'Test the key of Acme')
  await expect(shown.getByText(/^200, after \d+ ms$/)).toBeVisible()
  await expect(shown.getByText(`GET ${upstream.origin}/v1/models`)).toBeVisible()
  await expectAccessible(page, 'test of a key')
  await button(shown, 'Done').click()

  await latchkey.cli(['key', 'set', 'acme'], `${latchkey.newKey()}\n`)
  await card(page, 'Acme').press('t')
  await expect(shown.getByText(/^401, after/)).toBeVisible()
  await button(shown, 'Replace key').click()
  await expect(dialog(page, 'Replace the key of Acme')).toBeVisible()
})

test('fetches the models of a provider to pick from', async ({ latchkey }) => {
  const key = latchkey.newKey()
  await using upstream = await openOpenAi({ key, models: ['gpt-test', 'embed-test', 'gpt-new'] })
  await latchkey.prepare((client) =>
    client.createProvider({
      name: 'acme',
      display_name: 'Acme',
      base_url: `${upstream.origin}/v1`,
      api_key: key,
      models: ['gpt-test'],
    }),
  )
  const page = await latchkey.open()
  await card(page, 'Acme').press('m')
  const drawer = dialog(page, 'Acme')
  await button(drawer, 'Fetch').click()
  const offered = drawer.getByRole('group', { name: 'Models that Acme offers' })
  await expect(offered.getByRole('checkbox')).toHaveCount(3)
  await offered.getByRole('checkbox', { name: 'gpt-new' }).check()
  await expectAccessible(page, 'models to pick from')
  await button(offered, 'Add 1 model').click()
  await expect(offered).toBeHidden()
  await expect(drawer.getByRole('row', { name: 'gpt-new' })).toBeVisible()
  await expect(drawer.getByRole('row')).toHaveCount(2)
})
