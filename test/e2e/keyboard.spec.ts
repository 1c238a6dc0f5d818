import { expect, test } from './support/fixture.ts'
import { button, card, dialog } from './support/on-screen.ts'

test('finds a provider or an action in the palette and runs it', async ({ latchkey, page }) => {
  const open = latchkey.isDesktop ? 'Control+k' : 'Shift+Space'
  await button(page, 'Find or run').focus()
  await page.keyboard.press(open)
  const palette = dialog(page, 'Find or run')
  const input = palette.getByRole('combobox')
  await expect(input).toBeFocused()
  await expect(palette.getByRole('option', { name: /Add provider and key/ })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(palette).toBeHidden()
  await expect(button(page, 'Find or run')).toBeFocused()

  await page.keyboard.press(open)
  await input.fill('anth key')
  await expect(palette.getByRole('option').first()).toHaveAccessibleName(/Set key of Anthropic \(Claude\)/)
  await page.keyboard.press('Enter')
  const setKey = dialog(page, 'Set the key of Anthropic (Claude)')
  await expect(setKey.getByRole('textbox', { name: 'API key' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(setKey).toBeHidden()
  await expect(button(page, 'Find or run')).toBeFocused()

  await page.keyboard.press(open)
  await input.fill('openai')
  await page.keyboard.press('Tab')
  await expect(palette.getByRole('group', { name: 'OpenAI' })).toBeVisible()
  await input.fill('models')
  await page.keyboard.press('Enter')
  const drawer = dialog(page, 'OpenAI')
  await expect(drawer.getByRole('searchbox', { name: 'Search models' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(drawer.getByRole('textbox', { name: 'Display name', exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()

  await page.keyboard.press(open)
  await expect(palette.getByRole('group', { name: 'Recent' }).getByRole('option')).toHaveCount(1)
  await input.fill('zzzz')
  await expect(palette.getByText('Nothing matches “zzzz”.')).toBeVisible()
  await input.fill('dark')
  await page.keyboard.press('Enter')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})

test('shows every key that acts here, and none that does not', async ({ latchkey, page }) => {
  await page.keyboard.press('?')
  const list = dialog(page, 'Keyboard shortcuts')
  await expect(list.getByText('Find or run')).toBeVisible()
  await expect(list.getByText('Copy key')).toBeVisible({ visible: latchkey.isDesktop })
  await page.keyboard.press('Escape')
  await expect(list).toBeHidden()
})

test('goes from page to page and opens things on a card by their keys', async ({ latchkey, page }) => {
  const { keyboard } = page
  if (latchkey.isDesktop) await keyboard.press('Control+,')
  else for (const key of ['g', 's']) await keyboard.press(key)
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
  if (latchkey.isDesktop) await keyboard.press('Control+1')
  else for (const key of ['g', 'p']) await keyboard.press(key)
  await expect(page.getByRole('heading', { name: /^Providers/ })).toBeVisible()
  await keyboard.press('/')
  await expect(page.getByRole('searchbox')).toBeFocused()
  await keyboard.type('keg')
  await expect(page.getByRole('searchbox')).toHaveValue('keg')
  await keyboard.press('Escape')

  const openai = card(page, 'OpenAI')
  for (const [key, title] of [
    ['k', 'Set the key of OpenAI'],
    ['e', 'OpenAI'],
    ['m', 'OpenAI'],
    ['Enter', 'OpenAI'],
  ] as const) {
    await openai.focus()
    await keyboard.press(key)
    const opened = dialog(page, title)
    await expect(opened).toBeVisible()
    await expect.poll(() => opened.evaluate((box) => box.contains(document.activeElement))).toBe(true)
    await keyboard.press('Escape')
    if (key === 'm') await keyboard.press('Escape')
    await expect(opened).toBeHidden()
    await expect(openai).toBeFocused()
  }
  await keyboard.press('Delete')
  await expect(page.getByRole('alertdialog')).toBeHidden()
})

test('keeps focus inside what lies over the page', async ({ page }) => {
  await button(page, 'Add provider').click()
  const wizard = dialog(page, 'Add provider')
  await expect(wizard.getByRole('combobox')).toBeFocused()
  for (let presses = 0; presses < 8; presses += 1) {
    await page.keyboard.press('Tab')
    await expect(wizard.locator(':focus')).toHaveCount(1)
  }
})

test('always shows where focus is', async ({ page }) => {
  await page.keyboard.press('Tab')
  for (let stops = 0; stops < 12; stops += 1) {
    const shown = await page.evaluate(() => {
      const focused = document.activeElement
      if (focused === null || focused === document.body) return 'nothing'
      // A field shows focus on the box around it.
      const { outlineStyle, outlineWidth } = getComputedStyle(focused)
      const box = focused.closest('.field-box')
      const ring = box === null ? '' : getComputedStyle(box).boxShadow + getComputedStyle(box).outlineStyle
      return outlineStyle !== 'none' && outlineWidth !== '0px' ? 'outline' : ring.replace(/^none(none)?$/, 'nothing')
    })
    expect(shown, `at stop ${stops}`).not.toBe('nothing')
    await page.keyboard.press('Tab')
  }
})
