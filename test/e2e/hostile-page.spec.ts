// What a page that went wrong could do from inside (SECURITY checks 2, 3 and 7).
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from './support/fixture.ts'
import { button, card, cards, dialog, field, openCustomStep } from './support/on-screen.ts'
import { hostileTexts } from './support/hostile-texts.ts'
import { violate } from './support/violate-policy.ts'

test('runs no script but its own and asks nobody but Latchkey for anything', async ({ latchkey, page }) => {
  latchkey.expectNoise()
  await using elsewhere = await countRequests()
  const violated = await page.evaluate(violate, elsewhere.address)
  expect(violated).toEqual({
    'inline script': 'script-src-elem',
    'inline handler': 'script-src-attr',
    'script of another origin': 'script-src-elem',
    eval: 'script-src',
    'inline style': 'style-src-attr',
    'style of another origin': 'style-src-elem',
    img: 'img-src',
    fetch: 'connect-src',
    beacon: 'connect-src',
    WebSocket: 'connect-src',
    frame: 'frame-src',
    object: 'object-src',
    font: 'font-src',
    media: 'media-src',
    worker: 'worker-src',
    base: 'base-uri',
    form: 'form-action',
  })
  expect(elsewhere.count()).toBe(0)
})

test('shows fifty hostile names as the texts they are', async ({ latchkey }) => {
  expect(hostileTexts).toHaveLength(50)
  await latchkey.prepare(async (client) => {
    for (const [at, display_name] of hostileTexts.entries()) {
      await client.createProvider({ name: `hostile-${at}`, display_name, models: [display_name] })
    }
  })
  const page = await latchkey.open()
  await page.setViewportSize({ width: 1180, height: 5_000 })
  await expect(cards(page)).toHaveCount(54)
  const shown = await cards(page).evaluateAll((all) =>
    all.map((one) => one.querySelector('[title]')?.textContent ?? ''),
  )
  expect(shown.filter((name) => hostileTexts.includes(name)).sort()).toEqual([...hostileTexts].sort())

  const hostile = '<img src=x onerror=pwned()>'
  await card(page, hostile).press('Enter')
  const drawer = dialog(page, hostile)
  await expect(drawer.getByRole('row', { name: hostile, exact: true })).toBeVisible()
  await button(drawer, 'Delete provider').click()
  await expect(page.getByRole('alertdialog')).toContainText(`Delete ${hostile}?`)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  expect(
    await page.evaluate(() => document.querySelectorAll('iframe, object, embed, base, form[action], [onerror]').length),
  ).toBe(0)
})

test('says back what was typed, and nothing of it runs', async ({ page }) => {
  const hostile = '<img src=x onerror=pwned()>'
  await page.getByRole('searchbox').fill(hostile)
  await expect(page.getByText(`No provider matches “${hostile}”.`)).toBeVisible()
  await page.getByRole('searchbox').fill('')
  const wizard = await openCustomStep(page)
  await field(wizard, 'Display name').fill(hostile)
  await field(wizard, 'Name').fill('x')
  for (const address of [
    `javascript:pwned()`,
    `https://a.example/${hostile}`,
    `https://${hostile}`,
    `http://a.example/"><svg onload=pwned()>`,
  ]) {
    await field(wizard, 'Base URL').fill(address)
    await button(wizard, 'Save').click()
    await expect(field(dialog(page, 'Add provider'), 'Base URL')).toHaveAttribute('aria-invalid', 'true')
  }
  await field(wizard, 'Models').fill(`${hostile},`)
  await expect(button(wizard, `Remove ${hostile}`)).toBeVisible()
})

async function countRequests(): Promise<{ address: string; count: () => number } & AsyncDisposable> {
  let requests = 0
  const server = createServer((_req, res) => {
    requests += 1
    res.writeHead(200, { 'access-control-allow-origin': '*' }).end()
  })
  server.on('upgrade', (_req, socket) => {
    requests += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
