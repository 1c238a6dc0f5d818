import type { Page } from '@playwright/test'
import { expect, test, type Latchkey } from './support/fixture.ts'
import { button, card, cards, dialog, field, openCustomStep } from './support/on-screen.ts'
import { putUses } from './support/uses.ts'

/** Once everything has come to rest, nothing stands outside the window, and nothing has to be pushed sideways. */
const fits = (page: Page): Promise<void> => expect.poll(() => outside(page)).toEqual([])

function outside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth
    return [...document.querySelectorAll('body, main, [role="dialog"], [role="dialog"] *, main *')]
      .filter((element) => {
        const { left, right, width: own } = element.getBoundingClientRect()
        return own > 1 && (right > width + 1 || left < -1) && getComputedStyle(element).position !== 'fixed'
      })
      .map((element) => element.outerHTML.slice(0, 120))
  })
}

const withKeys = (latchkey: Latchkey) =>
  latchkey.prepare(async (client) => {
    await client.updateProvider({ provider_id: 1, api_key: latchkey.newKey('sk-proj-') })
    await client.createProvider({
      name: 'a-name-that-is-as-long-as-a-person-would-ever-choose-for-a-provider-of-their-own',
      display_name: 'A provider whose name is longer than any card of this window could ever be wide, by far',
      base_url: 'https://a-host-that-is-longer-than-any-card.of-this-window.example.com:8443/with/a/long/path/v1',
      models: Array.from({ length: 60 }, (_, at) => `organisation/model-with-a-long-name-and-a-version-${at}`),
    })
  })

for (const [name, size] of [
  ['at 900 × 600', { width: 900, height: 600 }],
  ['at 200 % zoom', { width: 590, height: 380 }],
] as const) {
  test(`is whole and usable ${name}`, async ({ latchkey }) => {
    await withKeys(latchkey)
    putUses(latchkey.home, [{ tool: 'codex', provider: 'openai', model: 'gpt-5.1', ago: 0, cost: 1.5 }])
    const page = await latchkey.open()
    await page.setViewportSize(size)
    await expect(cards(page).first()).toBeVisible()
    await fits(page)
    await card(page, 'OpenAI').press('Enter')
    const drawer = dialog(page, 'OpenAI')
    await field(drawer, 'Display name').fill('OpenAI here')
    await expect(button(drawer, 'Save')).toBeInViewport({ ratio: 1 })
    await fits(page)
    await button(drawer, 'Save').click()
    await expect(card(page, 'OpenAI here')).toBeVisible()

    const wizard = await openCustomStep(page)
    await field(wizard, 'Display name').fill('Acme')
    await field(wizard, 'Base URL').fill('https://llm.acme.example/v1')
    await field(wizard, 'Models').fill('one,two,three')
    await expect(button(wizard, 'Save')).toBeInViewport({ ratio: 1 })
    await fits(page)
    await button(wizard, 'Save').click()
    await button(wizard, 'Done').click()
    await expect(card(page, 'Acme')).toBeFocused()
    await expect(card(page, 'Acme')).toBeInViewport()

    await button(page, 'Usage').click()
    await expect(page.getByRole('heading', { name: 'Cost by day' })).toBeAttached()
    await fits(page)

    await button(page, 'Activity').click()
    await expect(button(page, 'Made the vault')).toBeAttached()
    await fits(page)

    await button(page, 'Settings').click()
    await fits(page)
    await expect(page.getByRole('heading', { name: 'About' })).toBeAttached()
  })
}

test('becomes a rail with tooltips where it is narrow', async ({ page }) => {
  await page.setViewportSize({ width: 590, height: 380 })
  const settings = button(page, 'Settings')
  await expect.poll(async () => (await page.getByRole('navigation').boundingBox())?.width).toBe(48)
  await settings.hover()
  await expect(page.getByRole('tooltip')).toHaveText(/^Settings/)
})

test('keeps long names and hosts on one line, whole in the tooltip', async ({ latchkey }) => {
  await withKeys(latchkey)
  const page = await latchkey.open()
  const long = cards(page).filter({ hasText: 'a-host-that-is-longer' })
  const title = long.getByTitle(/^A provider whose name is longer/)
  await expect(title).toBeVisible()
  const box = await title.boundingBox()
  expect(box?.height).toBeLessThan(24)
  await expect(long.getByTitle(/^https:\/\/a-host-that-is-longer/)).toBeVisible()
  await fits(page)
})

test('moves nothing where a person asked for less motion', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await button(page, 'Add provider').click()
  await expect(dialog(page, 'Add provider')).toBeVisible()
  const moving = await page.evaluate(() =>
    document.getAnimations().flatMap((animation) => {
      const effect = animation.effect
      const frames = effect instanceof KeyframeEffect ? effect.getKeyframes() : []
      return frames
        .flatMap((frame) => Object.keys(frame))
        .filter((name) => /transform|translate|left|top|width|height/.test(name))
    }),
  )
  expect(moving).toEqual([])
  const durations = await page.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap((element) => {
      const { transitionProperty, transitionDuration } = getComputedStyle(element)
      const moves = /transform|all|left|top|width|height/.test(transitionProperty)
      return moves && transitionDuration !== '0s' && !/^(0\.0|1e-)/.test(transitionDuration)
        ? [element.outerHTML.slice(0, 80)]
        : []
    }),
  )
  expect(durations).toEqual([])
})
