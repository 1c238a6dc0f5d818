import { expect, test } from './support/fixture.ts'
import {
  button,
  card,
  choice,
  chooseFromMenu,
  dialog,
  fact,
  field,
  keyField,
  menuItem,
  openMenu,
  question,
} from './support/on-screen.ts'

test('changes a display name, and nothing before something differs', async ({ latchkey, page }) => {
  await card(page, 'OpenAI').press('Enter')
  const drawer = dialog(page, 'OpenAI')
  await expect(drawer.getByText('openai, predefined')).toBeVisible()
  await expect(button(drawer, 'Save')).toHaveAttribute('aria-disabled', 'true')
  await field(drawer, 'Display name').fill('OpenAI at work')
  await button(drawer, 'Save').click()
  await expect(card(page, 'OpenAI at work')).toBeFocused()
  expect(JSON.parse(await latchkey.cli(['provider', 'show', 'openai', '--json']))).toMatchObject({
    display_name: 'OpenAI at work',
    base_url: 'https://api.openai.com/v1',
  })
})

test('limits what all tools together may use of a provider', async ({ latchkey, page }) => {
  await card(page, 'OpenAI').press('Enter')
  const drawer = dialog(page, 'OpenAI')
  await field(drawer, 'Spend per day').fill('0')
  await button(drawer, 'Save').click()
  await expect(drawer.getByText('Allow at least $0.01.')).toBeVisible()
  await expect(field(drawer, 'Spend per day')).toBeFocused()
  await field(drawer, 'Spend per day').fill('2.50')
  await button(drawer, 'Save').click()
  await expect(drawer).toBeHidden()
  expect(JSON.parse(await latchkey.cli(['provider', 'limits', 'openai', '--json']))).toMatchObject({
    spend_per_day: 2.5,
    spend_per_month: null,
  })
})

test('asks for the key again where a new address leads to another host, and says why', async ({ latchkey }) => {
  await latchkey.prepare((client) => client.updateProvider({ provider_id: 1, api_key: latchkey.newKey('sk-proj-') }))
  const page = await latchkey.open()
  await card(page, 'OpenAI').click()
  const drawer = dialog(page, 'OpenAI')
  const why = drawer.getByText('The address has changed, so the key is needed again.')
  await field(drawer, 'Base URL').fill('https://api.openai.com/v2')
  await expect(why).toBeHidden()
  await field(drawer, 'Base URL').fill('https://llm.example.com/v1')
  await expect(why).toBeVisible()
  await expect(drawer.getByText('https://api.openai.com and goes nowhere else.')).toBeVisible()
  await button(drawer, 'Save').click()
  await expect(drawer.getByText('Paste the key for llm.example.com.')).toBeVisible()
  await expect(keyField(drawer)).toBeFocused()
  expect(JSON.parse(await latchkey.cli(['provider', 'show', 'openai', '--json']))).toMatchObject({
    base_url: 'https://api.openai.com/v1',
  })

  await keyField(drawer).fill(latchkey.newKey('sk-proj-'))
  await button(drawer, 'Save').click()
  await expect(drawer).toBeHidden()
  await expect(card(page, 'OpenAI').getByText('llm.example.com')).toBeVisible()
  await expect(card(page, 'OpenAI').getByText('Key stored')).toBeVisible()
})

test('says at the field what is wrong with an address, and asks before changes are thrown away', async ({ page }) => {
  await card(page, 'OpenAI').click()
  const drawer = dialog(page, 'OpenAI')
  await field(drawer, 'Base URL').fill('ftp://llm.example.com')
  await button(drawer, 'Save').click()
  await expect(drawer.getByText(/^Write an absolute http or https address/)).toBeVisible()
  await expect(field(drawer, 'Base URL')).toBeFocused()
  await page.keyboard.press('Escape')
  await button(question(page, 'Discard what you typed?'), 'Discard').click()
  await expect(drawer).toBeHidden()
  await expect(card(page, 'OpenAI')).toBeFocused()
})

test('adds a model with a name to show, and deletes one with undo', async ({ latchkey }) => {
  await latchkey.prepare((client) =>
    client.createProvider({ name: 'acme', display_name: 'Acme', models: ['one', 'two', 'three'] }),
  )
  const page = await latchkey.open()
  await card(page, 'Acme').click()
  const drawer = dialog(page, 'Acme')
  const rows = drawer.getByRole('row')
  await field(drawer, 'Model id').fill('vendor/four:latest')
  await field(drawer, 'Display name of the model').fill('Number four')
  await field(drawer, 'Display name of the model').press('Enter')
  await expect(rows).toHaveCount(4)
  await expect(drawer.getByRole('row', { name: 'vendor/four:latest' })).toContainText('Number four')
  await expect(field(drawer, 'Model id')).toBeFocused()
  await field(drawer, 'Model id').fill('two')
  await button(drawer, 'Add model').click()
  await expect(drawer.getByText("Model with name 'two' already exists for this provider")).toBeVisible()

  await button(drawer, 'Delete two').click()
  await expect(rows).toHaveCount(3)
  await expect(page.getByText('Deleted two')).toBeVisible()
  await expect(drawer.locator('[role="row"]:focus')).toHaveAccessibleName(/three|vendor/)
  await button(page, 'Undo').click()
  await expect(rows).toHaveCount(4)

  await drawer.getByRole('row', { name: 'one' }).focus()
  await page.keyboard.press('Delete')
  await expect(rows).toHaveCount(3)
  await page.keyboard.press('Control+z')
  await expect(rows).toHaveCount(4)
  const { models } = JSON.parse(await latchkey.cli(['provider', 'show', 'acme', '--json'])) as {
    models: { name: string }[]
  }
  expect(models.map(({ name }) => name).sort()).toEqual(['one', 'three', 'two', 'vendor/four:latest'])
})

test('gives a long list of models the whole drawer and draws what is in sight', async ({ latchkey }) => {
  const models = Array.from({ length: 2000 }, (_, at) => `vendor/model-${String(at).padStart(4, '0')}`)
  await latchkey.prepare((client) => client.createProvider({ name: 'many', display_name: 'Many', models }))
  const page = await latchkey.open()
  await card(page, 'Many').focus()
  await page.keyboard.press('m')
  const drawer = dialog(page, 'Many')
  await expect(drawer.getByText('Models 2,000', { exact: true })).toBeVisible()
  const search = drawer.getByRole('searchbox', { name: 'Search models' })
  await expect(search).toBeFocused()
  expect(await drawer.getByRole('row').count()).toBeLessThan(100)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  await expect(drawer.getByRole('row', { name: 'vendor/model-1999' })).toBeFocused()
  await search.fill('model-00')
  await expect(drawer.getByText('Models 100 of 2,000', { exact: true })).toBeVisible()
  await search.press('Escape')
  await search.press('Escape')
  await expect(button(drawer, 'Show all 2,000 models')).toBeVisible()
})

test('resets a provider to the catalog', async ({ latchkey }) => {
  await latchkey.prepare(async (client) => {
    await client.updateProvider({ provider_id: 1, api_key: latchkey.newKey('sk-proj-') })
    await client.updateProvider({
      provider_id: 1,
      display_name: 'Mine',
      base_url: 'https://llm.example.com/v1',
      api_key: latchkey.newKey('sk-proj-'),
    })
  })
  const page = await latchkey.open()
  await chooseFromMenu(page, 'Mine', 'Reset to catalog…')
  const reset = dialog(page, 'Reset Mine to the catalog')
  await expect(reset.getByText('https://llm.example.com/v1')).toBeVisible()
  await expect(reset.getByText('https://api.openai.com/v1')).toBeVisible()
  await button(reset, 'Reset to catalog').click()
  await expect(reset.getByText('Paste the key for api.openai.com.')).toBeVisible()
  await keyField(reset).fill(latchkey.newKey('sk-proj-'))
  await button(reset, 'Reset to catalog').click()
  await expect(reset).toBeHidden()
  await expect(card(page, 'OpenAI').getByText('api.openai.com')).toBeVisible()
  await expect(card(page, 'OpenAI').getByText('Key stored')).toBeVisible()
})

test('brings back models of the catalog that were deleted', async ({ latchkey }) => {
  await latchkey.prepare(async (client) => {
    const { models } = await client.getProvider({ provider_id: 1 })
    for (const { id } of models.slice(0, 2)) await client.deleteModel({ model_id: id })
  })
  const page = await latchkey.open()
  const number = fact(card(page, 'OpenAI'), 'Models')
  const before = Number(await number.textContent())
  await chooseFromMenu(page, 'OpenAI', 'Bring back 2 deleted models')
  await expect(number).toHaveText(String(before + 2))
  const menu = await openMenu(page, 'OpenAI')
  await expect(menu.getByRole('menuitem', { name: 'Models' })).toBeVisible()
  await expect(menu.getByRole('menuitem', { name: /Bring back/ })).toBeHidden()
})

test('keeps several keys, in an order that can be changed, each with its label and switch', async ({ latchkey }) => {
  await latchkey.prepare((client) => client.updateProvider({ provider_id: 1, api_key: latchkey.newKey('sk-proj-') }))
  const page = await latchkey.open()
  await card(page, 'OpenAI').click()
  const drawer = dialog(page, 'OpenAI')
  const keys = drawer.getByRole('region', { name: 'Keys' })
  const rows = keys.getByRole('listitem')
  const choose = async (label: string, entry: string): Promise<void> => {
    // A menu that is just closing would take the click for one beside it.
    await expect(page.getByRole('menu')).toBeHidden()
    await button(keys, `Actions for the key ${label}`).click()
    await menuItem(page, entry).click()
  }
  await expect(rows).toHaveText([/^Key 1.*Not testedNever/])
  await button(keys, 'Add key').click()
  await keys.getByLabel('Label').fill('Team')
  await keys.getByLabel('Another key').fill(latchkey.newKey('sk-proj-'))
  await page.keyboard.press('Enter')
  await expect(rows).toHaveText([/^Key 1/, /^Team.*Not tested/])

  await choice(keys, 'Each in turn').click()
  await expect(keys.getByText('Each is first in its turn')).toBeVisible()
  await choose('Team', 'Move up')
  await expect(rows).toHaveText([/^Team/, /^Key 1/])
  await choose('Key 1', 'Switch off')
  await expect(rows).toHaveText([/^Team.*Not tested/, /^Key 1.*Off/])
  await choose('Team', 'Rename')
  await keys.getByLabel('Label').fill('Work')
  await page.keyboard.press('Enter')
  await expect(rows).toHaveText([/^Work/, /^Key 1/])
  await choose('Work', 'Replace key')
  const inPlace = keys.getByLabel('Key in place of Work')
  await expect(inPlace).toBeFocused()
  await inPlace.fill(latchkey.newKey('sk-proj-'))
  await page.keyboard.press('Enter')
  await expect(inPlace).toBeHidden()
  await expect(button(keys, 'Actions for the key Work')).toBeFocused()
  await expect(rows).toHaveText([/^Work.*Not tested/, /^Key 1.*Off/])
  const listed = JSON.parse(await latchkey.cli(['key', 'list', 'openai', '--json'])) as {
    label: string
    enabled: boolean
  }[]
  expect(listed.map(({ label, enabled }) => [label, enabled])).toEqual([
    ['Work', true],
    ['Key 1', false],
  ])

  await choose('Work', 'Remove key')
  await button(question(page, 'Remove the key Work of OpenAI?'), 'Remove key').click()
  await expect(rows).toHaveText([/^Key 1/])
  await expect(drawer).toBeVisible()
})
