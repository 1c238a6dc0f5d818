// SECURITY check 17: pages of the web, in a real Chromium, against a listener whose window is open beside them.
import { chromium } from '@playwright/test'
import { chromiumOptions, type Server } from './support/browser-harness.ts'
import { attack, serveEvilPage, submitForm } from './support/evil-page.ts'
import { expect, test, type Latchkey } from './support/fixture.ts'
import { dumpVault } from './support/vault-file.ts'

const REBINDING = '--host-resolver-rules=MAP evil.example 127.0.0.1'

/** How Chromium looks at the evil page, and how many of its tries then reach the listener at least. */
const circumstances = [
  { name: 'a page of this machine', flags: () => [], arrive: 12 },
  {
    name: 'a page of the internet',
    flags: (port: number) => [`--ip-address-space-overrides=127.0.0.1:${port}=public`],
    arrive: 1,
  },
  {
    name: 'a secure page of the internet',
    flags: (port: number) => [
      `--ip-address-space-overrides=127.0.0.1:${port}=public`,
      `--unsafely-treat-insecure-origin-as-secure=http://evil.example:${port}`,
    ],
    arrive: 1,
  },
]

for (const { name, flags, arrive } of circumstances) {
  test(`${name} reads nothing and changes nothing`, async ({ latchkey }) => {
    const { server, port } = await listen(latchkey)
    const before = dumpWithoutRefusals(latchkey.home)
    await using evil = await serveEvilPage()
    const browser = await chromium.launch(chromiumOptions([REBINDING, ...flags(evil.port)]))
    const page = await browser.newPage()
    await page.goto(`http://evil.example:${evil.port}/`)

    const loot = await page.evaluate(attack, port)
    expect(loot.filter(({ read }) => read !== '')).toEqual([])
    expect(loot).toHaveLength(11)
    await page.evaluate(submitForm, port)
    await page.waitForURL(`http://127.0.0.1:${port}/**`)
    await expect(page.locator('body')).toContainText('Web pages cannot call the listener')
    await browser.close()

    const statuses = await statusesOf(server)
    expect(statuses.filter((status) => status < 400)).toEqual([])
    expect(statuses.length).toBeGreaterThanOrEqual(arrive)
    expect(dumpWithoutRefusals(latchkey.home)).toBe(before)
  })
}

test('a name that was bound to this machine afterwards reads nothing and changes nothing', async ({ latchkey }) => {
  const { server, port } = await listen(latchkey)
  const before = dumpWithoutRefusals(latchkey.home)
  const browser = await chromium.launch(chromiumOptions([REBINDING]))
  const page = await browser.newPage()
  await page.goto(`http://evil.example:${port}/`)
  const answers = await page.evaluate(callOwnOrigin)
  await browser.close()

  for (const answer of answers) expect(JSON.parse(answer)).toMatchObject({ code: 'host_not_allowed' })
  expect(answers).toHaveLength(4)
  const statuses = await statusesOf(server)
  expect(new Set(statuses)).toEqual(new Set([403]))
  expect(statuses.length).toBeGreaterThanOrEqual(5)
  expect(dumpWithoutRefusals(latchkey.home)).toBe(before)
})

test('a page cannot open the window of Latchkey, nor frame it', async ({ latchkey }) => {
  const { server, port } = await listen(latchkey)
  await using evil = await serveEvilPage()
  const browser = await chromium.launch(chromiumOptions())
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${evil.port}/`)
  const opened = page.waitForEvent('popup')
  await page.evaluate((port) => void window.open(`http://127.0.0.1:${port}/`), port)
  await expect((await opened).locator('body')).toContainText('Web pages cannot call the listener')
  await browser.close()
  expect((await statusesOf(server)).filter((status) => status < 400)).toEqual([])
})

/** That a page was refused is written down, and a mark tells of it; nothing else may differ. */
function dumpWithoutRefusals(home: string): string {
  const lines = dumpVault(home).split('\n')
  return lines
    .filter((line) => !/"refused\.\w+"|^\["refusals_to_see",|^\["audit",\d+\]$/.test(line) && line !== '')
    .join('\n')
}

/** A listener with something to lose, which also serves the window. */
async function listen(latchkey: Latchkey): Promise<{ server: Server; port: number }> {
  await latchkey.prepare((client) => client.updateProvider({ provider_id: 1, api_key: latchkey.newKey() }))
  const server = await latchkey.serve('--ui', '--port', '0')
  return { server, port: Number(new URL(server.address).port) }
}

/** Runs in the page that the rebound name shows: what it asks is of its own origin. */
async function callOwnOrigin(): Promise<string[]> {
  const body = '{"name":"evil","display_name":"Evil"}'
  const headers = { 'content-type': 'application/json' }
  const calls: [string, RequestInit][] = [
    ['/', {}],
    ['/api/v1/providers', {}],
    ['/api/v1/providers', { method: 'POST', headers, body }],
    ['/api/v1/session', { method: 'POST', headers, body: '{"ticket":"guess"}' }],
  ]
  return Promise.all(calls.map(([path, init]) => fetch(path, init).then((response) => response.text())))
}

/** The statuses of all requests that reached the listener, by its log; ends the listener. */
async function statusesOf(server: Server): Promise<number[]> {
  await server.stop()
  return server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { msg: string; status: number })
    .filter(({ msg }) => msg === 'request')
    .map(({ status }) => status)
}
