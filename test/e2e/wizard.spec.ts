import { openOpenAi } from '../support/fake-upstream/openai.ts'
import { expectAccessible } from './support/accessibility.ts'
import { expect, test } from './support/fixture.ts'
import {
  button,
  card,
  cards,
  choice,
  dialog,
  field,
  keyField,
  openCustomStep,
  openKeyStep,
  openWizard,
  question,
  saveUntested,
} from './support/on-screen.ts'

test.describe('the wizard, for a provider of the catalog', () => {
  test('stores a key that is still there after a restart', async ({ latchkey, page }) => {
    const wizard = await openKeyStep(page, 'OpenAI')
    await keyField(wizard).fill(latchkey.newKey('sk-proj-'))
    await saveUntested(wizard)
    await expect(wizard.getByText('OpenAI is ready')).toBeVisible()
    await button(wizard, 'Done').click()
    await expect(card(page, 'OpenAI')).toBeFocused()
    await expect(card(page, 'OpenAI').getByText('Key stored')).toBeVisible()

    const again = await latchkey.restart()
    await expect(card(again, 'OpenAI').getByText('Key stored')).toBeVisible()
    await expect(cards(again).first()).toHaveAccessibleName('OpenAI')
  })

  test('trims what is pasted and says so', async ({ latchkey, page }) => {
    const key = latchkey.newKey('sk-proj-')
    const wizard = await openKeyStep(page, 'OpenAI')
    await keyField(wizard).evaluate((input, text) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text', text)
      input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    }, `  ${key}\n`)
    await expect(keyField(wizard)).toHaveValue(key)
    await expect(wizard.getByText('Spaces and line breaks at the ends were removed.')).toBeVisible()
  })

  test('hides what is being typed, and refuses what is no key', async ({ latchkey, page }) => {
    const wizard = await openKeyStep(page, 'OpenAI')
    await keyField(wizard).fill(latchkey.newKey())
    await expect(keyField(wizard)).toHaveAttribute('type', 'password')
    await button(wizard, 'Show what is typed').click()
    await expect(keyField(wizard)).toHaveAttribute('type', 'text')
    await button(wizard, 'Hide what is typed').click()
    await expect(keyField(wizard)).toHaveAttribute('type', 'password')

    await keyField(wizard).fill('')
    await button(wizard, 'Test and save').click()
    await expect(wizard.getByText('Paste the key.')).toBeVisible()
    await expect(keyField(wizard)).toBeFocused()
    await keyField(wizard).fill('sk-one two')
    await button(wizard, 'Test and save').click()
    await expect(wizard.getByText('A key has no spaces or line breaks inside.')).toBeVisible()
    await keyField(wizard).fill(`${latchkey.newKey()} ${latchkey.newKey()}`)
    await button(wizard, 'Test and save').click()
    await expect(wizard.getByText('These look like 2 keys. Store one here, add the other after.')).toBeVisible()
  })

  test('links to the page where a key is got', async ({ latchkey, page }) => {
    const wizard = await openKeyStep(page, 'OpenAI')
    const name = 'Get a key at platform.openai.com'
    if (latchkey.isDesktop) {
      await button(wizard, name).click()
      await expect.poll(() => latchkey.desktop().openedExternally()).toEqual(['https://platform.openai.com/api-keys'])
    } else {
      const link = wizard.getByRole('link', { name })
      await expect(link).toHaveAttribute('href', 'https://platform.openai.com/api-keys')
      await expect(link).toHaveAttribute('rel', /noreferrer/)
    }
  })
})

test.describe("the wizard, with another vendor's key", () => {
  test('asks, and saves it to that vendor instead', async ({ latchkey, page }) => {
    const wizard = await openKeyStep(page, 'xAI (Grok)')
    await keyField(wizard).fill(latchkey.newKey('sk-ant-'))
    await expect(wizard.getByText('This looks like an Anthropic key.')).toBeVisible()
    await expect(wizard.getByText(/It begins with sk-ant-; keys from xAI begin with xai-/)).toBeVisible()
    await button(wizard, 'Save it to Anthropic (Claude) instead').click()
    await saveUntested(wizard)
    await expect(wizard.getByText('Anthropic (Claude) is ready')).toBeVisible()
    await button(wizard, 'Done').click()
    await expect(card(page, 'Anthropic (Claude)').getByText('Key stored')).toBeVisible()
    await expect(card(page, 'xAI (Grok)').getByText('No key')).toBeVisible()
  })

  test('keeps it where the person says so', async ({ latchkey, page }) => {
    const wizard = await openKeyStep(page, 'xAI (Grok)')
    await keyField(wizard).fill(latchkey.newKey('sk-ant-'))
    await button(wizard, 'It is an xAI key').click()
    await expect(wizard.getByText('This looks like an Anthropic key.')).toBeHidden()
    await button(wizard, 'Save without testing').click()
    await expect(wizard.getByText('xAI (Grok) is ready')).toBeVisible()
    await button(wizard, 'Done').click()
    await expect(card(page, 'xAI (Grok)').getByText('Key stored')).toBeVisible()
    await expect(card(page, 'Anthropic (Claude)').getByText('No key')).toBeVisible()
  })
})

test.describe('the wizard, for a provider of one’s own', () => {
  test('adds one with three models, whose names become chips', async ({ latchkey, page }) => {
    const wizard = await openCustomStep(page)
    await field(wizard, 'Display name').fill('Ollama on this machine')
    await expect(field(wizard, 'Name')).toHaveValue('ollama-on-this-machine')
    await field(wizard, 'Name').fill('ollama')
    await field(wizard, 'Base URL').fill('http://localhost:11434/v1')
    await expect(wizard.getByText('http://localhost:11434/v1/chat/completions')).toBeVisible()
    await field(wizard, 'Models').fill('llama3.3:70b, qwen/qwen3 , ,llama3.3:70b, gemma')
    await expect(wizard.getByText('3 models. Repeats and blanks are dropped.')).toBeVisible()
    await expect(button(wizard, 'Remove llama3.3:70b')).toBeVisible()
    await expect(button(wizard, 'Remove qwen/qwen3')).toBeVisible()
    await button(wizard, 'Save').click()
    await expect(wizard.getByText('Ollama on this machine is added')).toBeVisible()
    await button(wizard, 'Done').click()

    const added = card(page, 'Ollama on this machine')
    await expect(added).toBeFocused()
    await expect(added.getByText('Custom')).toBeVisible()
    await expect(added.getByText('localhost:11434')).toBeVisible()
    const provider: unknown = JSON.parse(await latchkey.cli(['provider', 'show', 'ollama', '--json']))
    expect(provider).toMatchObject({
      base_url: 'http://localhost:11434/v1',
      dialect: 'openai',
      has_api_key: false,
      models: [{ name: 'llama3.3:70b' }, { name: 'qwen/qwen3' }, { name: 'gemma' }],
    })
  })

  test('stores its key and what its address speaks', async ({ latchkey, page }) => {
    const wizard = await openCustomStep(page)
    await field(wizard, 'Display name').fill('Acme')
    await field(wizard, 'Base URL').fill('https://llm.acme.example')
    await choice(wizard, 'Anthropic').click()
    await keyField(wizard).fill(latchkey.newKey('acme-'))
    await saveUntested(wizard)
    await button(wizard, 'Done').click()
    await expect(card(page, 'Acme').getByText('Key stored')).toBeVisible()
    await expect(card(page, 'Acme').getByText('Anthropic')).toBeVisible()
  })

  test('says at the name that it is taken, and leads to the one that has it', async ({ page }) => {
    const wizard = await openCustomStep(page)
    await field(wizard, 'Display name').fill('My OpenAI')
    await field(wizard, 'Name').fill('openai')
    await field(wizard, 'Base URL').fill('https://llm.example.com/v1')
    await button(wizard, 'Save').click()
    await expect(wizard.getByText("Provider with name 'openai' already exists")).toBeVisible()
    await expect(field(wizard, 'Name')).toBeFocused()
    await expect(field(wizard, 'Name')).toHaveAttribute('aria-invalid', 'true')
    await expect(field(wizard, 'Base URL')).toHaveValue('https://llm.example.com/v1')
    await field(wizard, 'Name').fill('my-openai')
    await expect(wizard.getByText("Provider with name 'openai' already exists")).toBeHidden()
    await button(wizard, 'Save').click()
    await expect(wizard.getByText('My OpenAI is added')).toBeVisible()
  })

  test('says at each field what is wrong with it, and puts the focus there', async ({ page }) => {
    const wizard = await openCustomStep(page)
    await button(wizard, 'Save').click()
    await expect(wizard.getByText('Write a display name.')).toBeVisible()
    await expect(field(wizard, 'Display name')).toBeFocused()
    await expect(field(wizard, 'Base URL')).toHaveAttribute('aria-invalid', 'true')

    await field(wizard, 'Display name').fill('Example')
    for (const [address, sentence] of [
      ['llm.example.com', 'Write an absolute http or https address, for example https://api.example.com/v1.'],
      ['http://llm.example.com/v1', 'Plain http is allowed only to this machine and private networks.'],
      ['https://me@llm.example.com/v1?x=1', 'Leave out user name, query and fragment.'],
    ] as const) {
      await field(wizard, 'Base URL').fill(address)
      await expect(field(wizard, 'Base URL')).not.toHaveAttribute('aria-invalid')
      await button(wizard, 'Save').click()
      await expect(wizard.getByText(sentence)).toBeVisible()
      await expect(field(wizard, 'Base URL')).toBeFocused()
    }
    await expect(field(wizard, 'Display name')).toHaveValue('Example')
  })

  test('keeps what was typed when one goes back, and asks before it is thrown away', async ({ page }) => {
    const wizard = await openCustomStep(page)
    await field(wizard, 'Display name').fill('Half typed')
    await field(wizard, 'Base URL').fill('https://half.example')
    await button(wizard, 'Back').click()
    await wizard.getByRole('option', { name: 'Custom provider' }).click()
    await expect(field(wizard, 'Display name')).toHaveValue('Half typed')
    await expect(field(wizard, 'Base URL')).toHaveValue('https://half.example')

    await page.keyboard.press('Escape')
    const asked = question(page, 'Discard what you typed?')
    await button(asked, 'Keep editing').click()
    await expect(field(wizard, 'Display name')).toHaveValue('Half typed')
    await page.keyboard.press('Escape')
    await button(asked, 'Discard').click()
    await expect(wizard).toBeHidden()
    await expect(button(page, 'Add provider')).toBeFocused()
  })
})

test('closes without a question while nothing was typed', async ({ page }) => {
  const wizard = await openWizard(page)
  await page.keyboard.press('Escape')
  await expect(wizard).toBeHidden()
  await expect(button(page, 'Add provider')).toBeFocused()
})

test('finds a provider by its name or host, and always offers one of one’s own', async ({ page }) => {
  const wizard = await openWizard(page)
  const search = wizard.getByRole('combobox', { name: 'Search providers' })
  await search.fill('x.ai')
  await expect(wizard.getByRole('option')).toHaveCount(2)
  await expect(wizard.getByRole('option', { name: 'xAI (Grok)' })).toHaveAttribute('aria-selected', 'true')
  await search.fill('nobody')
  await expect(wizard.getByText('No provider of the catalog matches “nobody”.')).toBeVisible()
  await expect(wizard.getByRole('option', { name: 'Custom provider' })).toBeVisible()
  await search.fill('https://llm.example.com/v1')
  await search.press('Enter')
  await expect(field(dialog(page, 'Add provider'), 'Base URL')).toHaveValue('https://llm.example.com/v1')
})

test('asks the provider before it saves, says what it answered, and saves a refused key if told so', async ({
  latchkey,
  page,
}) => {
  const key = latchkey.newKey()
  await using upstream = await openOpenAi({ key })
  const wizard = await openCustomStep(page)
  await field(wizard, 'Display name').fill('Acme')
  await field(wizard, 'Base URL').fill(`${upstream.origin}/v1`)
  await keyField(wizard).fill(latchkey.newKey())
  await button(wizard, 'Test and save').click()
  await expect(wizard.getByText(`GET ${upstream.origin}/v1/models`)).toBeVisible()
  await expect(button(wizard, 'Save anyway')).toBeVisible()
  await expectAccessible(page, 'wizard, key refused by its provider')
  expect(await latchkey.cli(['providers', '--json'])).not.toContain('acme')

  await keyField(wizard).fill(key)
  await expect(wizard.getByText(`GET ${upstream.origin}/v1/models`)).toBeHidden()
  await button(wizard, 'Test and save').click()
  await expect(wizard.getByText('Acme is ready')).toBeVisible()
  await expect(wizard.getByText(/^Key stored, authenticated in \d+ ms$/)).toBeVisible()
  await expect(wizard.getByText(/^http:\/\/127\.0\.0\.1:\d+\/proxy\/acme$/)).toBeVisible()
  await wizard.getByText('Connect a tool').click()
  await expect(page.getByRole('heading', { name: 'Tools', level: 1 })).toBeVisible()
})

test('is run by the keyboard alone', async ({ latchkey, page }) => {
  const { keyboard } = page
  await keyboard.press(latchkey.isDesktop ? 'Control+n' : 'n')
  const wizard = dialog(page, 'Add provider')
  await expect(wizard.getByRole('combobox', { name: 'Search providers' })).toBeFocused()
  await keyboard.press('ArrowDown')
  await keyboard.press('ArrowUp')
  await keyboard.press('ArrowUp')
  await expect(wizard.getByRole('option', { name: 'Custom provider' })).toHaveAttribute('aria-selected', 'true')
  await keyboard.press('Enter')
  await expect(field(wizard, 'Display name')).toBeFocused()
  await keyboard.type('Local llama')
  await keyboard.press('Tab')
  await expect(field(wizard, 'Name')).toBeFocused()
  for (let stops = 0; stops < 4 && !(await isFocused(page, 'Base URL')); stops += 1) await keyboard.press('Tab')
  await expect(field(wizard, 'Base URL')).toBeFocused()
  await keyboard.type('http://127.0.0.1:1/v1')
  await keyboard.press('Tab')
  await expect(keyField(wizard)).toBeFocused()
  await keyboard.insertText(latchkey.newKey('local-'))
  await keyboard.press('Tab')
  await keyboard.press('Tab')
  await expect(field(wizard, 'Models')).toBeFocused()
  await keyboard.type('one,')
  await keyboard.type('two')
  await keyboard.press('Enter')
  await expect(button(wizard, 'Remove two')).toBeVisible()
  await keyboard.press('Backspace')
  await expect(field(wizard, 'Models')).toHaveValue('two')
  await keyboard.press('Control+Enter')
  await expect(button(wizard, 'Save anyway')).toBeVisible()
  await keyboard.press('Control+Enter')
  await expect(wizard.getByText('Local llama is ready')).toBeVisible()
  await keyboard.press('Control+Enter')
  await expect(card(page, 'Local llama')).toBeFocused()
  await keyboard.press('Home')
  await expect(cards(page).first()).toBeFocused()
})

async function isFocused(page: import('@playwright/test').Page, label: string): Promise<boolean> {
  return field(page, label).evaluate((input) => input === document.activeElement)
}
