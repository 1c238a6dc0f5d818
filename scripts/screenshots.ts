// `npm run screenshots`: draws every screen of the window, light and dark, into docs/screenshots. The screens are those
// of a browser tab on a vault made up for them, and of the desktop window what only that has; where Inter and JetBrains
// Mono are installed they look as on a desktop.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mock } from 'node:test'
import { chromium, type Browser, type Locator, type Page } from '@playwright/test'
import { actorOf } from '../src/core/actor.ts'
import { generateFernetKey } from '../src/core/crypto/fernet.ts'
import { FORMAT } from '../src/core/store/sqlite/migrations.ts'
import type { Client } from '../src/shared/contract.ts'
import { chromiumOptions, enter, startServer } from '../test/e2e/support/browser-harness.ts'
import { launchDesktop } from '../test/e2e/support/desktop-harness.ts'
import { environmentOf } from '../test/e2e/support/person.ts'
import { changeVault } from '../test/e2e/support/vault-file.ts'
import { openTempCore } from '../test/support/temp-core.ts'
import { buildIfStale } from './build-if-stale.ts'

const folder = join(import.meta.dirname, '../docs/screenshots')
// A path that looks the same on every machine.
const home = join(tmpdir(), 'latchkey')
const masterKey = generateFernetKey()
const WINDOW = { width: 1180, height: 760 }
const SMALLEST = { width: 900, height: 600 }

type Theme = 'light' | 'dark'
const themes: readonly Theme[] = ['light', 'dark']

await buildIfStale(console.log)
mkdirSync(folder, { recursive: true })
const browser = await chromium.launch(chromiumOptions(['--hide-scrollbars']))
try {
  for (const theme of themes) await drawAll(browser, theme)
} finally {
  await browser.close()
  clear()
}

/** A folder without a vault. The catalog is a copy in it, so that no picture shows where this checkout lies. */
function renew(): void {
  clear()
  mkdirSync(home, { mode: 0o700 })
  copyFileSync(join(import.meta.dirname, '../models.yaml'), join(home, 'models.yaml'))
}

function clear(): void {
  for (const path of [home, `${home}-user`]) rmSync(path, { recursive: true, force: true })
}

type Shoot = (name: string, page?: Page) => Promise<void>
type Act = (page: Page, shoot: Shoot) => Promise<void>

/** Every screen in one theme, each start on a vault of its own. */
async function drawAll(browser: Browser, theme: Theme): Promise<void> {
  const draw = (act: Act, key = masterKey) => withWindow(browser, theme, key, act)
  renew()
  await draw(async (page, shoot) => {
    await page.getByRole('heading', { name: 'Your vault is empty' }).waitFor()
    await shoot('first-run')
    const second = await page.context().newPage()
    await second.goto(new URL('/', page.url()).href)
    await second.getByRole('heading', { name: 'This tab is no longer connected' }).waitFor()
    await shoot('tab-not-connected', second)
  })
  renew()
  await fill()
  await draw(drawPages)
  await showIn(theme)
  await withDesktop(theme, masterKey, drawDesktop)
  await withDesktop(theme, null, drawVault('vault-without-its-key', 'ENCRYPTION_KEY environment variable is not set'))
  await draw(drawVaultProblem, generateFernetKey())
  renew()
  await fill()
  await showIn(theme)
  changeVault(home, `PRAGMA user_version = ${FORMAT + 2}`)
  await withDesktop(theme, masterKey, drawVault('vault-newer', 'This Latchkey is older than the vault'))
  changeVault(home, `PRAGMA user_version = ${FORMAT}`)
  damage()
  await withDesktop(theme, masterKey, drawVault('vault-damaged', 'This vault is damaged'))
  renew()
  await lockAway(theme)
  await withDesktop(theme, null, drawUnlock)
}

/** The desktop window follows the setting, not the page's emulation. */
async function showIn(theme: Theme): Promise<void> {
  await using temp = await openTempCore({ home, key: masterKey })
  await temp.client.updateSettings({ theme })
}

/** A vault behind a passphrase, with keys in it. */
async function lockAway(theme: Theme): Promise<void> {
  await using temp = await openTempCore({ home, key: null })
  const { client } = temp
  for (const provider of (await client.listProviders()).slice(0, 3)) {
    await client.updateProvider({ provider_id: provider.id, api_key: `made-up-for-a-picture-${provider.name}` })
  }
  await client.updateSettings({ theme })
  await client.setPassphrase({ passphrase: 'made up for a picture' })
}

function damage(): void {
  const file = join(home, 'vault.db')
  writeFileSync(file, readFileSync(file).fill(0x5a, 4096, 8192))
}

/** The desktop window, for what a tab has not. A null key is none given. */
async function withDesktop(theme: Theme, key: string | null, act: Act): Promise<void> {
  const found = { MISTRAL_API_KEY: 'made-up-for-a-picture-mistral', XAI_API_KEY: 'made-up-for-a-picture-xai' }
  const env = { ...found, ...(key === null ? {} : { ENCRYPTION_KEY: key }) }
  const app = await launchDesktop({ home, env, tray: true })
  await app.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
  await app.page.setViewportSize(WINDOW)
  await act(app.page, shooting(app.page, theme))
  await app.quit()
}

async function withWindow(browser: Browser, theme: Theme, key: string, act: Act): Promise<void> {
  const server = await startServer({
    env: environmentOf(home, { ENCRYPTION_KEY: key }),
    args: ['--ui', '--port', process.env['LATCHKEY_PORT'] ?? '5625'],
  })
  const context = await browser.newContext({ viewport: WINDOW, colorScheme: theme, reducedMotion: 'reduce' })
  const page = await context.newPage()
  // A day of November 2026, whenever the pictures are drawn.
  await page.clock.setFixedTime(new Date(2026, 10, 23, 14, 31))
  await enter(page, server)
  await act(page, shooting(page, theme))
  await context.close()
  await server.stop()
}

function shooting(own: Page, theme: Theme): Shoot {
  return async (name, page = own) => {
    await settle(page)
    await page.screenshot({ path: join(folder, `${name}-${theme}.png`), caret: 'initial' })
  }
}

/** Nothing moves any more, and no tooltip stands in the picture. */
async function settle(page: Page): Promise<void> {
  await page.mouse.move(0, 0)
  await page.evaluate('Promise.allSettled(document.getAnimations().map((one) => one.finished))')
}

/** A vault as somebody has it after a few weeks. */
async function fill(): Promise<void> {
  // When it was done.
  const on = (day: number, hour: number, minute: number): void =>
    mock.timers.setTime(new Date(2026, 10, day, hour, minute, (hour * minute) % 60).getTime())
  mock.timers.enable({ apis: ['Date'] })
  on(21, 9, 12)
  await using temp = await openTempCore({ home, key: masterKey })
  const { client, core } = temp
  const ids = await idsByName(client)
  for (const name of ['openai', 'anthropic', 'google']) {
    await client.updateProvider({ provider_id: ids[name] ?? 0, api_key: `made-up-for-a-picture-${name}` })
  }
  await client.createProvider({
    name: 'acme-research',
    display_name: 'Acme Research inference gateway (eu-west-1)',
    base_url: 'https://inference-gateway.eu-west-1.staging.acme-research.example/v1',
    api_key: 'made-up-for-a-picture-acme',
    models: gatewayModels(),
  })
  await client.createProvider({
    name: 'ollama',
    display_name: 'Ollama on this machine',
    base_url: 'http://127.0.0.1:11434/v1',
    models: ['llama4:scout', 'qwen3-coder:30b', 'gemma4:12b'],
  })
  on(22, 10, 3)
  await client.makeListenerToken()
  for (const name of ['claude-code', 'codex', 'nightly-evals', 'notebook']) await client.createToken({ name })
  on(22, 18, 39)
  await client.addModel({ provider_id: ids['xai'] ?? 0, name: 'grok-code-fast', display_name: 'Grok Code Fast' })
  on(23, 9, 1)
  await core.vault.withMasterKey((store) => store.record({ act: 'key.copy', provider: 'anthropic' }, actorOf('window')))
  on(23, 11, 47)
  const refuse = (kind: 'limit' | 'origin' | 'scope', provider: string | null, caller?: string): void =>
    core.vault.trail.refusals.note({ kind, provider, by: actorOf('rest', caller), detail: {} })
  refuse('limit', 'anthropic', 'claude-code')
  await core.vault.trail.refusals.settle()
  on(23, 13, 5)
  refuse('origin', null)
  refuse('scope', 'google', 'nightly-evals')
  await core.vault.trail.refusals.settle()
  on(23, 14, 28)
  const use = {
    token_id: null,
    provider: 'openai',
    key_id: null,
    method: 'POST',
    route: '/chat',
    attempt: 1,
    costs: false,
  }
  for (let n = 0; n < 41; n += 1) {
    await core.vault.withMasterKey((store) =>
      store.tokens.beginUse({ ...use, caller: 'codex', model: 'gpt-5.1' }, actorOf('rest', 'codex')),
    )
  }
  mock.timers.reset()
  changeVault(
    home,
    `UPDATE provider SET updated_at = '2026-11-03T09:12:00.000Z';
     UPDATE provider SET updated_at = '2026-11-20T14:31:00.000Z' WHERE name = 'acme-research';
     UPDATE provider SET updated_at = '2026-11-09T18:02:00.000Z' WHERE name = 'ollama';
     UPDATE provider SET updated_at = '2026-08-14T10:44:00.000Z', binding = '' WHERE name = 'google';
     DELETE FROM key_use;
     ${uses().join(';')}`,
  )
}

/** Four weeks of a person's work: less on Saturdays and Sundays, the evals at night. */
function uses(): string[] {
  const tools = [
    { tool: 'claude-code', provider: 'anthropic', model: 'claude-sonnet-4-5', a_day: 38, cost: 0.11 },
    { tool: 'codex', provider: 'openai', model: 'gpt-5.1', a_day: 24, cost: 0.085 },
    { tool: 'nightly-evals', provider: 'acme-research', model: 'qwen/qwen3-coder-32b', a_day: 9, cost: 0.07 },
    { tool: 'notebook', provider: 'ollama', model: 'llama4:scout', a_day: 6, cost: null },
  ]
  const rows: string[] = []
  for (let day = 1; day <= 23; day += 1) {
    const { length } = [6, 0].includes(new Date(2026, 10, day).getDay()) ? 'xx' : 'xxxxxx'
    tools.forEach(({ tool, provider, model, a_day, cost }, id) => {
      const number =
        provider === 'acme-research' && day < 15 ? 0 : Math.round((a_day * (length + ((day * 7) % 5))) / 10)
      for (let n = 0; n < number; n += 1) {
        const at = new Date(2026, 10, day, 8, n).getTime()
        const status = n === 7 && day % 3 === 0 ? 429 : 200
        const used = status === 200 ? `${9000 + n * 90}, ${500 + n * 7}, ${5000 + n * 60}, ${cost}` : '0, 0, 0, 0'
        rows.push(
          `INSERT INTO key_use (at, token_id, caller, provider, key_id, model, route, attempt, status, outcome,
             input_tokens, output_tokens, cached_tokens, cost)
           VALUES (${at}, ${id + 2}, '${tool}', '${provider}', '${provider}-1', '${model}', '/chat', 1, ${status},
             'complete', ${used})`,
        )
      }
    })
  }
  return rows
}

async function idsByName(client: Client): Promise<Record<string, number>> {
  return Object.fromEntries((await client.listProviders()).map(({ name, id }) => [name, id]))
}

/** As many models as a gateway to everything has. */
function gatewayModels(): string[] {
  const makers = ['meta-llama', 'qwen', 'mistralai', 'deepseek-ai', 'google', 'nvidia', 'microsoft', 'cohere']
  const models = [
    'llama-4-maverick-instruct',
    'qwen3-coder',
    'mistral-large',
    'v3.2-exp',
    'gemma-4-it',
    'nemotron-super',
  ]
  const sizes = ['8b', '14b', '32b', '70b', '235b-a22b', '480b-a35b']
  const forms = ['', '-fp8', '-awq-int4', '-gptq-int8-128g', ':free', ':nitro', '-2026-10-14']
  return makers
    .flatMap((maker) =>
      models.flatMap((model) => sizes.flatMap((size) => forms.map((form) => `${maker}/${model}-${size}${form}`))),
    )
    .slice(0, 2014)
}

async function drawPages(page: Page, shoot: Shoot): Promise<void> {
  const button = (name: string | RegExp, within: Page | Locator = page): Locator =>
    within.getByRole('button', { name, exact: true })
  const card = (name: string): Locator => page.getByRole('gridcell', { name, exact: true })
  const dialog = page.getByRole('dialog')
  const leave = async (): Promise<void> => {
    await page.keyboard.press('Escape')
    const discard = button('Discard')
    await dialog
      .or(discard)
      .first()
      .waitFor({ state: 'attached', timeout: 500 })
      .catch(() => undefined)
    if (await discard.isVisible()) await discard.click()
    await dialog.waitFor({ state: 'detached' })
  }
  await card('OpenAI').waitFor()
  await shoot('providers')

  await page.setViewportSize(SMALLEST)
  await shoot('providers-900x600')
  await button('Settings').click()
  await shoot('settings-900x600')
  await page.setViewportSize(WINDOW)
  await shoot('settings')
  await button('Usage').click()
  await page.getByRole('heading', { name: 'Cost by day' }).waitFor()
  await shoot('usage')
  await page.setViewportSize(SMALLEST)
  await shoot('usage-900x600')
  await page.setViewportSize(WINDOW)
  await button('Activity').click()
  await button('Chain intact').waitFor()
  await page.getByRole('button', { name: 'Request for what the token may not use' }).click()
  await shoot('activity')
  await button('Providers').click()

  await page.getByRole('searchbox').fill('mistrl')
  await page.getByText('Name, host and models were searched.').waitFor()
  await shoot('search-without-a-hit')
  await page.getByRole('searchbox').fill('')

  await button('Set key: xAI (Grok)').click()
  await dialog.getByLabel('API key', { exact: true }).waitFor()
  await shoot('set-key')
  await leave()

  await button('Add provider').click()
  await dialog.getByRole('combobox').waitFor()
  await shoot('wizard-choose')
  await dialog.getByRole('listbox').getByText('xAI (Grok)', { exact: true }).click()
  await dialog.getByLabel('API key', { exact: true }).fill('sk-ant-made-up-for-a-picture')
  await shoot('wizard-key')
  await button('Back', dialog).click()
  await dialog.getByRole('listbox').getByText('Custom provider', { exact: true }).click()
  const field = (name: string): Locator => dialog.getByRole('textbox', { name, exact: true })
  await field('Display name').fill('Ollama in the cellar')
  await field('Name').fill('ollama')
  await field('Base URL').fill('http://cellar.local:11434/v1')
  await field('Models').fill('llama4:scout,qwen3-coder:30b,gem')
  await button('Save', dialog).click()
  await dialog.getByText("Provider with name 'ollama' already exists").waitFor()
  await shoot('wizard-custom')
  await field('Name').fill('ollama-cellar')
  await button('Save', dialog).click()
  await dialog.getByText('What next').waitFor()
  await shoot('wizard-done')
  await button('Done', dialog).click()
  await dialog.waitFor({ state: 'detached' })

  await card('OpenAI').press('Enter')
  await field('Base URL').fill('https://eu.api.openai.com/v1')
  await dialog
    .getByRole('button', { name: /^Delete gpt/ })
    .first()
    .click()
  await button('Undo').waitFor()
  await dialog.getByLabel('API key', { exact: true }).focus()
  await shoot('edit')
  await button('Undo').click()
  await leave()
  await card('Acme Research inference gateway (eu-west-1)').focus()
  await page.keyboard.press('m')
  await dialog.getByRole('searchbox').fill('coder-32')
  await shoot('models')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await leave()

  await button('More actions of OpenAI').click()
  await shoot('menu')
  await page.getByRole('menuitem', { name: 'Remove key' }).click()
  await page.getByRole('alertdialog').waitFor()
  await shoot('question')
  await page.keyboard.press('Escape')

  await button('Find or run').click()
  await dialog.getByRole('combobox').fill('key')
  await shoot('palette')
  await leave()
  await page.keyboard.press('?')
  await shoot('shortcuts')
  await leave()

  await button('Tools').click()
  await page.getByText('nightly-evals').first().waitFor()
  await shoot('tools')
  await button('Create token').click()
  await dialog.getByRole('textbox').first().waitFor()
  await shoot('create-token')
  await leave()

  await button('Settings').click()
  await button('Make a new one…').click()
  await button('Make a new one').click()
  await dialog.getByRole('code').waitFor()
  // A token of a vault that is gone by the time the picture is seen; covered all the same.
  await page.evaluate(`document.querySelector('[role=dialog] code').textContent = 'lk_7Qf2_${'•'.repeat(43)}_m3Zt'`)
  await shoot('token-once')
}

async function drawDesktop(page: Page, shoot: Shoot): Promise<void> {
  const go = (name: string) => page.getByRole('button', { name, exact: true }).click()
  await go('Settings')
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  await shoot('desktop-settings')
  await go('Import…')
  await go('Look for keys')
  await page.getByRole('group', { name: 'What was found' }).waitFor()
  await shoot('desktop-import')
  await go('Cancel')
  await page.getByRole('button', { name: 'Save a copy…' }).first().click()
  await page.getByRole('dialog', { name: 'Save a recovery copy' }).waitFor()
  await shoot('recovery-copy')
  await page.keyboard.press('Escape')
  {
    await using _ = await takePort(5625)
    await page.getByRole('switch', { name: 'Let local tools connect' }).click()
    await page.getByRole('button', { name: 'Use 5626' }).waitFor()
    await shoot('desktop-port-busy')
  }
  await go('Providers')
  await page.getByRole('gridcell', { name: 'OpenAI', exact: true }).focus()
  await page.keyboard.press('c')
  await page.getByText('Key copied.').waitFor()
  await shoot('desktop-key-copied')
}

async function drawUnlock(page: Page, shoot: Shoot): Promise<void> {
  await page.getByRole('heading', { name: 'Latchkey is locked' }).waitFor()
  await shoot('unlock')
  await page.getByRole('button', { name: /^Passphrase forgotten/ }).click()
  await page.getByRole('dialog', { name: 'Use a recovery copy' }).waitFor()
  await shoot('use-recovery-copy')
  await page.keyboard.press('Escape')
  await page.getByLabel('Passphrase', { exact: true }).fill('not this one')
  await page.keyboard.press('Enter')
  await page.getByText('Wrong passphrase.').waitFor()
  await shoot('unlock-wrong')
}

/** Another program on the port; where one is there already, that one does. */
async function takePort(port: number): Promise<AsyncDisposable> {
  const server = createServer()
  await new Promise<void>((resolve) => server.once('error', () => resolve()).listen(port, '127.0.0.1', resolve))
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}

function drawVault(name: string, heading: string): Act {
  return async (page, shoot) => {
    await page.getByRole('heading', { name: heading }).waitFor()
    await shoot(name)
  }
}

async function drawVaultProblem(page: Page, shoot: Shoot): Promise<void> {
  await page.getByRole('heading', { name: 'This master key does not open this vault' }).waitFor()
  await page.getByRole('button', { name: 'Providers' }).getByText('7').waitFor()
  await shoot('vault-problem')
  await page.getByRole('button', { name: 'Start over…' }).click()
  await page.getByRole('dialog').waitFor()
  await shoot('start-over')
  await page.getByLabel('Type latchkey to go on').fill('latchkey')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Enter these keys again' }).waitFor()
  await shoot('keys-to-enter-again')
}
