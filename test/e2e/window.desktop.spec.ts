// The desktop window as a cage (SECURITY checks 1 and 7), with the app as it is built.
import { expect, test } from './support/fixture.ts'
import { card } from './support/on-screen.ts'

test('gives its page no Node, a world of its own and a sandbox', async ({ latchkey, page }) => {
  expect(await latchkey.desktop().webPreferences()).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    webSecurity: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
  })
  const world = await page.evaluate(() => {
    const bridge: object = Reflect.get(window, 'latchkey')
    return {
      node: ['require', 'process', 'module', 'Buffer', 'global', '__dirname'].filter((name) => name in window),
      bridge: Object.keys(bridge),
      frozen: Object.isFrozen(bridge),
    }
  })
  expect(world).toEqual({ node: [], bridge: ['call'], frozen: true })
})

test('goes nowhere and opens nothing', async ({ latchkey, page }) => {
  latchkey.expectNoise()
  const address = page.url()
  const opened: string[] = []
  page.context().on('page', (another) => opened.push(another.url()))
  await page.evaluate(() => {
    location.href = 'https://evil.example/'
  })
  await page
    .evaluate(() => {
      location.assign('file:///etc/passwd')
    })
    .catch(() => undefined)
  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: 'https://evil.example/', target: '_blank' })
    document.body.append(link)
    link.click()
    window.open('https://evil.example/')
  })
  await expect(card(page, 'OpenAI')).toBeVisible()
  expect(page.url()).toBe(address)
  expect(await latchkey.desktop().openedExternally()).toEqual([])
  expect(opened.filter((url) => url.includes('evil'))).toEqual([])
})

test('asks for no permission', async ({ page }) => {
  const answers = await page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read'] as PermissionName[]
    return Promise.all(names.map((name) => navigator.permissions.query({ name }).then(({ state }) => state)))
  })
  expect(answers).not.toContain('granted')
})
