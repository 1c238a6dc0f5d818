// The window at scale: 1,000 providers with 20 models each, in a browser tab on the built `latchkey serve --ui`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { chromiumOptions, enter, startServer } from '../e2e/support/browser-harness.ts'
import { environmentOf } from '../e2e/support/person.ts'
import { openTempCore } from '../support/temp-core.ts'
import type { Figure } from './figure.ts'

const PROVIDERS = 1_000
const MODELS = 20
const QUERY = 'provider 07 model-1'

/** How soon the first card is there, and the longest the page is deaf while a person types, filters and scrolls. */
export async function benchWindow(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const home = join(folder, 'vault-home')
  const masterKey = generateFernetKey()
  await fill(home, masterKey)
  const server = await startServer({ env: environmentOf(home, { ENCRYPTION_KEY: masterKey }) })
  const browser = await chromium.launch(chromiumOptions())
  try {
    const page = await browser.newPage({ viewport: { width: 1180, height: 760 } })
    await page.addInitScript(watchLongTasks)
    await enter(page, server)
    await page.getByRole('gridcell').first().waitFor()
    const firstCard = Number(await page.evaluate('window.firstCard'))
    const figures = [{ name: '1,000 providers × 20 models: first card after', value: firstCard, unit: 'ms' }]
    for (const [name, act] of acts) {
      await page.evaluate('window.longTasks.length = 0')
      const frames = await measure(page, act)
      const longest = Number(await page.evaluate('Math.max(0, ...window.longTasks)'))
      figures.push({ name: `${name}: longest task (0: none over 50 ms)`, value: longest, unit: 'ms' })
      figures.push({ name: `${name}: longest frame`, value: frames, unit: 'ms' })
    }
    return figures
  } finally {
    await browser.close()
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

const search = (page: Page) => page.getByRole('searchbox')

const acts: readonly (readonly [string, (page: Page) => Promise<void>])[] = [
  ['typing in the search', (page) => search(page).pressSequentially(QUERY, { delay: 60 })],
  ['clearing the search', (page) => search(page).press('Escape')],
  [
    'scrolling through all cards',
    async (page) => {
      await page.mouse.move(600, 400)
      for (let turns = 0; turns < 60; turns += 1) await page.mouse.wheel(0, 1_400)
    },
  ],
]

/** The longest time between two frames while `act` runs. */
async function measure(page: Page, act: (page: Page) => Promise<void>): Promise<number> {
  await page.evaluate('window.startFrames()')
  await act(page)
  return Number(await page.evaluate('window.stopFrames()'))
}

async function fill(home: string, masterKey: string): Promise<void> {
  await using temp = await openTempCore({ home, key: masterKey })
  for (let at = 0; at < PROVIDERS; at += 1) {
    const number = String(at).padStart(4, '0')
    await temp.client.createProvider({
      name: `provider-${number}`,
      display_name: `Provider ${number}`,
      base_url: `https://host-${number}.example.com/v1`,
      models: Array.from({ length: MODELS }, (_, model) => `vendor-${at % 40}/model-${model}-of-${number}`),
      ...(at % 3 === 0 ? { api_key: `made-up-for-a-measure-${number}` } : {}),
    })
  }
}

/** Runs in the page before its own scripts. As text: it belongs to the page, whose types Node does not know. */
const watchLongTasks = `
  window.longTasks = []
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longTasks.push(duration)
  }).observe({ type: 'longtask', buffered: true })
  new MutationObserver((_, observer) => {
    if (document.querySelector('[role="gridcell"]') === null) return
    window.firstCard = performance.now()
    observer.disconnect()
  }).observe(document, { subtree: true, childList: true })
  let longest, last, running
  const frame = (now) => {
    if (last !== undefined) longest = Math.max(longest, now - last)
    last = now
    if (running) requestAnimationFrame(frame)
  }
  window.startFrames = () => {
    longest = 0
    last = undefined
    running = true
    requestAnimationFrame(frame)
  }
  window.stopFrames = () => new Promise((resolve) => requestAnimationFrame(() => {
    running = false
    resolve(longest)
  }))
`
