// The app as it is built, in the window's own harness: what no part of it can show alone.
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { generateFernetKey } from '../../src/core/crypto/fernet.ts'
import { buildIfStale } from '../../scripts/build-if-stale.ts'
import { launchDesktop, type DesktopApp, type DesktopOptions } from '../e2e/support/desktop-harness.ts'
import { launch } from '../support/electron-host/launch.ts'
import { openTempCore } from '../support/temp-core.ts'
import { chromiumPath } from '../support/find-chromium.ts'
import { requirement } from '../support/require.ts'

const CANARY = 'sk-canary-Zq81VnP4xLw0'
const root = join(import.meta.dirname, '../..')
const available = requirement('Chromium', chromiumPath() !== undefined, 'apt-get install chromium')
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })
let folder: string
let home: string
const running: DesktopApp[] = []
const SOON = { timeout: 30_000 }
// Given, so that no keychain is waited for.
const key = generateFernetKey()

/** A new folder for each run of the app. */
function newHome(): void {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-app-'))
  home = join(folder, 'vault')
}

async function removeHome(): Promise<void> {
  for (const app of running.splice(0)) await app.quit()
  rmSync(folder, { recursive: true })
}

async function open(options: Partial<DesktopOptions> = {}): Promise<DesktopApp> {
  const app = await launchDesktop({ home, env: { ENCRYPTION_KEY: key }, ...options })
  running.push(app)
  return app
}

/** Asks the core from the page, as the interface does. */
function ask(app: DesktopApp, operation: string, input: object = {}): Promise<{ ok: boolean; value: never }> {
  return app.page.evaluate(
    ([id, given]) => {
      const { latchkey } = globalThis as unknown as {
        latchkey: { call: (id: string, input: object) => Promise<never> }
      }
      return latchkey.call(id, given)
    },
    [operation, input] as const,
  )
}

/** The row of a provider, as it lies in the file. */
function storedProvider(name: string): unknown {
  const database = new Database(join(home, 'vault.db'), { readonly: true })
  try {
    return database.prepare('SELECT display_name, api_key_encrypted FROM provider WHERE name = ?').get(name)
  } finally {
    database.close()
  }
}

beforeAll(() => buildIfStale(() => undefined), 240_000)

describe.runIf(available)('the desktop window', () => {
  let app: DesktopApp
  beforeAll(async () => {
    newHome()
    app = await open({ tray: true })
  })
  afterAll(removeHome)

  it('gives the page one frozen function and nothing of Node', async () => {
    const found = await app.page.evaluate(() => {
      const page = globalThis as unknown as Record<string, object>
      return {
        bridge: Object.keys(page['latchkey'] ?? {}),
        frozen: Object.isFrozen(page['latchkey']),
        reachable: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter((name) => name in page),
      }
    })
    expect(found).toEqual({ bridge: ['call'], frozen: true, reachable: [] })
    expect(await app.webPreferences()).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      webSecurity: true,
      nodeIntegration: false,
      webviewTag: false,
    })
  })

  it('lets nothing run or leave that the content policy does not name', async () => {
    const violations = await app.page.evaluate(async () => {
      const page = globalThis as unknown as {
        document: {
          body: { append: (...nodes: object[]) => void }
          createElement: (name: string) => Record<string, unknown> & { submit: () => void }
          addEventListener: (type: string, act: (event: { effectiveDirective: string }) => void) => void
        }
        fetch: (url: string) => Promise<unknown>
        setTimeout: (act: () => void, time: number) => void
      }
      const { document } = page
      const seen: string[] = []
      const all = new Promise<void>((resolve) => {
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
          seen.push(effectiveDirective)
          if (new Set(seen).size === 7) resolve()
        })
      })
      let evaluated = 'eval ran'
      const add = (name: string, fields: object) => {
        const element = Object.assign(document.createElement(name), fields)
        document.body.append(element)
        return element
      }
      add('script', { textContent: 'window.wasRun = true' })
      add('script', { src: 'https://evil.example/x.js' })
      add('style', { textContent: 'body { color: red }' })
      add('img', { src: 'https://evil.example/x.png' })
      add('iframe', { src: 'https://evil.example/' })
      add('form', { action: 'https://evil.example/', method: 'post' }).submit()
      await page.fetch('https://evil.example/').catch(() => undefined)
      // In a task of the page's own: what devtools evaluate is spared this rule.
      page.setTimeout(() => {
        try {
          Reflect.construct(Function, ['window.wasRun = true'])()
        } catch (error) {
          evaluated = (error as Error).name
        }
      }, 0)
      await all
      return [...new Set([...seen, evaluated, 'wasRun' in globalThis ? 'something ran' : 'nothing ran'])].sort()
    })
    expect(violations).toEqual([
      'EvalError',
      'connect-src',
      'form-action',
      'frame-src',
      'img-src',
      'nothing ran',
      'script-src',
      'script-src-elem',
      'style-src-elem',
    ])
    expect(await app.evaluate((_electron, _arg, { record }) => record.requestsThatLeft, undefined)).toEqual([])
  })

  it('stays where it is: no navigation, no new window, no permission', async () => {
    const { page } = app
    const before = page.url()
    for (const address of ['https://evil.example/', 'app://other/', 'file:///etc/passwd', '/assets/']) {
      await page.evaluate((to) => {
        const { document } = globalThis as unknown as {
          document: { createElement: (name: string) => { href: string; click: () => void } }
        }
        Object.assign(document.createElement('a'), { href: to }).click()
      }, address)
    }
    await page.evaluate(() => {
      const { open } = globalThis as unknown as { open: (url: string) => unknown }
      open('https://evil.example/')
    })
    // A round trip behind the attempts: they have been decided by then.
    expect((await ask(app, 'getStatus')).ok).toBe(true)
    expect(page.url()).toBe(before)
    const permissions = await app.evaluate((_electron, _arg, { record }) => {
      const { setPermissionRequestHandler, setPermissionCheckHandler, setDevicePermissionHandler } =
        record.sessionHandlers
      const request = setPermissionRequestHandler as (c: null, p: string, answer: (yes: boolean) => void) => void
      const answers: unknown[] = []
      for (const name of ['media', 'notifications', 'clipboard-read', 'fileSystem', 'openExternal']) {
        request(null, name, (yes) => answers.push(yes))
        answers.push((setPermissionCheckHandler as (c: null, p: string) => boolean)(null, name))
      }
      answers.push((setDevicePermissionHandler as (d: object) => boolean)({}))
      return { answers: [...new Set(answers)], left: record.requestsThatLeft, opened: record.openedExternally }
    }, undefined)
    expect(permissions).toEqual({ answers: [false], left: [], opened: [] })
    const told = await page.evaluate(async () => {
      const { navigator } = globalThis as unknown as {
        navigator: { permissions: { query: (what: { name: string }) => Promise<{ state: string }> } }
      }
      const names = ['notifications', 'geolocation', 'camera', 'microphone', 'clipboard-read', 'clipboard-write']
      return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state))
    })
    expect([...new Set(told)]).toEqual(['denied'])
  })

  it('opens the catalog’s page of a provider in the person’s browser, and no other address', async () => {
    const providers = (await ask(app, 'listProviders')) as { value: { id: number; name: string; key_url: string }[] }
    const openai = providers.value.find(({ name }) => name === 'openai')
    await ask(app, 'openKeyPage', { provider_id: openai?.id })
    expect(await app.openedExternally()).toEqual([openai?.key_url])
    expect(openai?.key_url).toMatch(/^https:/)
    const { value } = (await ask(app, 'createProvider', { name: 'own', display_name: 'Own' })) as {
      value: { id: number }
    }
    expect(await ask(app, 'openKeyPage', { provider_id: value.id })).toMatchObject({ ok: false })
    expect(await app.openedExternally()).toHaveLength(1)
  })

  it('follows the theme of the settings, whoever set it', async () => {
    const dark = () =>
      app.page.evaluate(() => {
        const { matchMedia } = globalThis as unknown as { matchMedia: (query: string) => { matches: boolean } }
        return matchMedia('(prefers-color-scheme: dark)').matches
      })
    expect(await dark()).toBe(false)
    await ask(app, 'updateSettings', { theme: 'dark' })
    await expect.poll(dark, SOON).toBe(true)
  })

  it('starts hidden at login, by an entry that it writes and removes', async () => {
    const entry = join(`${home}-user`, '.config', 'autostart', 'latchkey.desktop')
    expect(await ask(app, 'updateSettings', { start_at_login: true })).toMatchObject({ ok: true })
    expect(readFileSync(entry, 'utf8')).toMatch(/^Exec=env .*LATCHKEY_HOME=.* --hidden$/m)
    await ask(app, 'updateSettings', { start_at_login: false })
    expect(existsSync(entry)).toBe(false)
  })

  it('switches the listener, and says its port', async () => {
    await ask(app, 'updateSettings', { listener_port: 0 })
    const listener = async () => (await app.trayEntries())[2]
    await expect.poll(listener, SOON).toMatchObject({ label: 'Let local tools connect, port 0' })
    await app.clickTray('Let local tools connect, port 0')
    await expect
      .poll(listener, SOON)
      .toMatchObject({ label: expect.stringMatching(/port [1-9]\d*$/) as string, checked: true })
    const { label = '' } = (await listener()) ?? {}
    const port = /\d+$/.exec(label)?.[0]
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
    await app.clickTray(label)
    await expect.poll(async () => (await listener())?.checked, SOON).toBe(false)
  })
})

describe.runIf(available)('a run of the app', () => {
  beforeEach(newHome)
  afterEach(removeHome)

  it('brings a click to SQLite, and has it at the next start', async () => {
    const app = await open()
    const { page } = app
    await page.getByRole('button', { name: /^Add a provider/ }).waitFor()
    await app.clickMenu('File', 'Add Provider…')
    await page.getByRole('option', { name: /^Custom provider/ }).click()
    await page.getByLabel('Display name').fill('Acme Labs')
    await page.getByLabel('Base URL').fill('https://api.acme.example/v1')
    await page.getByLabel(/^API key/).fill(CANARY)
    // Nobody can be asked where tests run.
    await page.getByRole('button', { name: 'Test and save' }).click()
    await page.getByRole('button', { name: 'Save anyway' }).click()
    await page.getByRole('button', { name: 'Done' }).waitFor()
    expect(storedProvider('acme-labs')).toEqual({
      display_name: 'Acme Labs',
      api_key_encrypted: expect.stringMatching(/^gAAAA/) as string,
    })
    expect(await app.quit()).toBe(0)

    const again = await open()
    await again.page.getByText('Acme Labs').first().waitFor()
    expect(await again.page.content()).not.toContain(CANARY)
  })

  it('copies a key without the page, and takes it off the clipboard at quit', async () => {
    const app = await open()
    const made = { name: 'acme', display_name: 'Acme', base_url: 'https://api.acme.example/v1', api_key: CANARY }
    const { value } = (await ask(app, 'createProvider', made)) as { value: { id: number } }
    const reply = await ask(app, 'copyApiKey', { provider_id: value.id })
    expect(JSON.stringify(reply)).not.toContain(CANARY)
    expect(await app.clipboard()).toEqual({
      'text/plain': CANARY,
      ...(process.platform === 'linux' && {
        'electron application/osclipboard;format="x-kde-passwordManagerHint"': 'secret',
      }),
    })
    await app.evaluate(({ app: main }, _arg, { record }) => {
      main.on('quit', () => process.stderr.write(`left on the clipboard: ${record.clipboard.size}\n`))
    }, undefined)
    expect(await app.quit()).toBe(0)
    expect(app.output()).toContain('left on the clipboard: 0')
    expect(app.output()).not.toContain(CANARY)
  })

  it('quits with its window where no tray answers', async () => {
    const app = await open()
    expect(await app.trayEntries()).toEqual([])
    await app.closeWindow()
    expect(await app.ended()).toBe(0)
  })

  it('asks once whether closing keeps it in the tray, and comes back from there', async () => {
    const app = await open({ tray: true })
    await app.closeWindow()
    await app.answerDialog({ response: 2 })
    expect(await app.isVisible()).toBe(true)

    await app.closeWindow()
    await app.answerDialog({ response: 0 })
    await expect.poll(() => app.isVisible(), SOON).toBe(false)
    await expect.poll(() => ask(app, 'getSettings'), SOON).toMatchObject({ value: { close_to_tray: 'tray' } })
    await app.clickTray('Open Latchkey')
    expect(await app.isVisible()).toBe(true)

    await app.closeWindow()
    expect(await app.isVisible()).toBe(false)
    expect(await app.dialogs()).toHaveLength(2)
    await app.clickTray('Quit Latchkey')
    expect(await app.ended()).toBe(0)
  })

  it('tells from the tray that a key has grown old, and opens the window at a click', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 200 * 86_400_000 })
    try {
      await using core = await openTempCore({ home, key })
      await core.client.createProvider({ name: 'acme', display_name: 'Acme', api_key: CANARY })
      await core.client.updateSettings({ remind_after_days: 180 })
    } finally {
      vi.useRealTimers()
    }
    const app = await open({ tray: true, args: ['--hidden'] })
    const labels = async () => (await app.trayEntries()).map(({ label }) => label)
    await expect.poll(labels, SOON).toContain('The master key is 200 days old')
    await app.clickTray('The key of Acme is 200 days old')
    expect(await app.isVisible()).toBe(true)
  })

  it('starts hidden at login, shows its window when started again, and ends cleanly at SIGTERM', async () => {
    const app = await open({ tray: true, args: ['--hidden'] })
    expect(await app.isVisible()).toBe(false)
    expect(await app.startSecond('--hidden')).toBe(0)
    expect(await app.isVisible()).toBe(false)
    expect(await app.startSecond()).toBe(0)
    await expect.poll(() => app.isVisible(), SOON).toBe(true)
    await app.evaluate(() => void process.kill(process.pid, 'SIGTERM'), undefined).catch(() => undefined)
    expect(await app.ended()).toBe(0)
  })
})

describe.runIf(available)('an unpacked app', () => {
  beforeEach(newHome)
  afterEach(removeHome)

  it('puts its command line where a terminal finds it, and takes it away again', async () => {
    // As a package lies on the disk: the app beside the command line.
    const program = join(folder, 'Latchkey/resources/cli/latchkey')
    mkdirSync(dirname(program), { recursive: true })
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
    const packaged = join(folder, 'Latchkey/resources/app.asar')
    symlinkSync(root, packaged)
    const env = { PATH: process.env['PATH'], HOME: folder, LATCHKEY_HOME: home, ENCRYPTION_KEY: key }
    const app = launch({ args: [packaged], env: { ...env, LATCHKEY_STANDIN_PACKAGED: '1' } })
    try {
      const page = await app.firstWindow()
      const button = (name: string) => page.getByRole('button', { name, exact: true })
      await page.getByRole('button', { name: /^Look around/ }).click()
      await button('Settings').click()
      await button('Install the command').click()
      await button('Remove').waitFor()
      const link = join(folder, '.local/bin/latchkey')
      expect(readlinkSync(link)).toBe(program)
      expect(await page.getByText('export PATH="$HOME/.local/bin:$PATH"').isVisible()).toBe(true)
      await button('Remove').click()
      await button('Install the command').waitFor()
      expect(existsSync(link)).toBe(false)
    } finally {
      await app.close()
    }
  })
})

describe.runIf(available)('a start that must not be', () => {
  beforeEach(newHome)
  afterEach(removeHome)

  const start = async (args: string[], env: Record<string, string> = {}) => {
    const base = { PATH: process.env['PATH'], HOME: folder, LATCHKEY_HOME: home }
    const child = launch({ args: [root, ...args], env: { ...base, ...env } }).process()
    let printed = ''
    child.stderr?.on('data', (data: Buffer) => (printed += String(data)))
    await once(child, 'close')
    return { code: child.exitCode, printed }
  }

  it('is refused with a debug switch when packaged, before a vault or a window is made', async () => {
    const { code, printed } = await start(['--inspect=0', '--remote-debugging-port=1'], {
      LATCHKEY_STANDIN_PACKAGED: '1',
    })
    expect(code).toBe(1)
    expect(printed).toContain('Latchkey does not start with --inspect, --remote-debugging-port.')
    expect(existsSync(home)).toBe(false)
  })

  it('ends where nobody caught a mistake, and the log has it without the key that it carried', async () => {
    const mistake = `process.once('newListener', function look(name) {
      if (name !== 'uncaughtException') return process.once('newListener', look)
      setImmediate(() => Promise.reject(new Error('upstream said: ${CANARY}')))
    })`
    const env = { ENCRYPTION_KEY: key, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(mistake)}` }
    const { code, printed } = await start([], env)
    expect(code).toBe(1)
    expect(printed).toContain('upstream said: [redacted]')
    expect(printed).not.toContain(CANARY)
  })

  it('is refused with a key file that is not named', async () => {
    expect(await start(['--key-file'])).toMatchObject({
      code: 1,
      printed: expect.stringContaining('needs a path') as string,
    })
    expect(existsSync(home)).toBe(false)
  })
})
