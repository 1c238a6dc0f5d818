// What every spec gets: Latchkey on a folder of its own, in a browser tab or in the desktop window, and the same acts
// on both. When a spec is over, its folder, its profile and its output are searched for the keys it stored.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Browser, type Page } from '@playwright/test'
import { generateFernetKey } from '../../../src/core/crypto/fernet.ts'
import type { Client } from '../../../src/shared/contract.ts'
import { chromiumPath } from '../../support/find-chromium.ts'
import { openTempCore } from '../../support/temp-core.ts'
import { enter, pageOptions, runCli, startServer, type Server } from './browser-harness.ts'
import { formsFoundIn, newCanary, sweep } from './canaries.ts'
import { desktopHarness, launchDesktop, type DesktopApp } from './desktop-harness.ts'
import { environmentOf } from './person.ts'
import { watchPage } from './watch-page.ts'

export { expect }

export interface HarnessOption {
  harness: 'browser' | 'desktop'
}

export interface OpenOptions {
  /** ENCRYPTION_KEY of this start; null: none. */
  masterKey?: string | null
  env?: Readonly<Record<string, string>>
  /** More arguments for the program. */
  args?: readonly string[]
}

export interface Latchkey {
  readonly isDesktop: boolean
  /** LATCHKEY_HOME. */
  readonly home: string
  /** ENCRYPTION_KEY, unless a start is given another. */
  readonly masterKey: string
  /** Starts Latchkey and shows its window. */
  open(options?: OpenOptions): Promise<Page>
  /** Quits as a person does, then opens again. */
  restart(options?: OpenOptions): Promise<Page>
  quit(): Promise<void>
  /** Ends the process at once, as the kernel would. */
  kill(): Promise<void>
  /** Runs `latchkey serve` for the same folder, beside whatever is open; it ends with the spec at the latest. */
  serve(...args: string[]): Promise<Server>
  /** Runs `latchkey` on the same folder; answers what it printed, and throws where it was refused. */
  cli(args: readonly string[], input?: string): Promise<string>
  /** Makes the vault before Latchkey is opened, so that it is not the first run, and puts things into it. */
  prepare(act?: (client: Client) => Promise<unknown>): Promise<void>
  /** A provider's key that will be searched for when the spec is over. */
  newKey(prefix?: string): string
  /** Another secret that must not be found when the spec is over. */
  neverKeep(secret: string): void
  /** The desktop window's own acts; throws in a browser tab. */
  desktop(): DesktopApp
  /** The address of `serve --ui`; throws in the desktop window. */
  address(): string
  /** What the process has printed. */
  output(): string
  /** Lets the page complain on its console and try to ask others, which is a fault in any other spec. */
  expectNoise(): void
}

interface Running {
  page: Page
  quit(): Promise<number>
  kill(): Promise<void>
  output(): string
  desktop?: DesktopApp
  server?: Server
}

interface Fixtures extends HarnessOption {
  latchkey: Latchkey
}

export const test = base.extend<Fixtures, { tabs: () => Promise<Browser> }>({
  harness: ['browser', { option: true }],

  /** One Chromium for all tabs of a worker, started when the first is wanted. */
  tabs: [
    async ({ playwright }, use) => {
      let started: Promise<Browser> | undefined
      await use(() => (started ??= playwright.chromium.launch(pageOptions())))
      await (await started)?.close()
    },
    { scope: 'worker' },
  ],

  latchkey: async ({ harness, tabs }, use, testInfo) => {
    testInfo.skip(chromiumPath() === undefined, 'Chromium is missing')
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-e2e-'))
    const home = join(folder, 'vault-home')
    const masterKey = generateFernetKey()
    const keys: string[] = [masterKey]
    const outputs: string[] = []
    const watched = watchPage()
    const servers: Server[] = []
    let running: Running | undefined

    const start = async ({ masterKey: key = masterKey, env = {}, args = [] }: OpenOptions): Promise<Running> => {
      const own = { ...env, ...(key === null ? {} : { ENCRYPTION_KEY: key }) }
      if (harness === 'desktop') {
        const desktop = await launchDesktop({ home, env: own, args })
        await desktop.page.setViewportSize({ width: 1180, height: 760 })
        await giveFocus(desktop.page)
        watched.follow(desktop.page, new URL(desktop.page.url()).origin)
        return { ...desktop, desktop }
      }
      const server = await startServer({ env: environmentOf(home, own), args: ['--ui', '--port', '0', ...args] })
      const context = await (await tabs()).newContext({ viewport: { width: 1180, height: 760 } })
      const page = await context.newPage()
      watched.follow(page, server.address)
      await enter(page, server)
      const leave = async (end: () => Promise<number | void>): Promise<number> => {
        // The tab goes first: one whose server is gone would be noisy.
        await context.close()
        return (await end()) ?? -1
      }
      return {
        page,
        server,
        output: server.output,
        quit: () => leave(server.stop),
        kill: async () => void (await leave(server.kill)),
      }
    }
    const end = async (how: 'quit' | 'kill'): Promise<void> => {
      const ending = running
      running = undefined
      if (ending === undefined) return
      await ending[how]()
      outputs.push(ending.output())
    }
    const now = (): Running => {
      if (running === undefined) throw new Error('Latchkey is not running')
      return running
    }
    const open = async (options: OpenOptions = {}): Promise<Page> => {
      running = await start(options)
      return running.page
    }

    await use({
      isDesktop: harness === 'desktop',
      home,
      masterKey,
      open,
      quit: () => end('quit'),
      kill: () => end('kill'),
      async restart(options = {}) {
        await end('quit')
        return open(options)
      },
      async serve(...args) {
        const server = await startServer({ env: environmentOf(home, { ENCRYPTION_KEY: masterKey }), args })
        servers.push(server)
        return server
      },
      async cli(args, input = '') {
        const env = environmentOf(home, { ENCRYPTION_KEY: masterKey })
        const { code, stdout, stderr } = await runCli(args, { env, input })
        outputs.push(stdout, stderr)
        if (code !== 0) throw new Error(`latchkey ${args.join(' ')} ended with ${code}:\n${stderr}`)
        return stdout
      },
      async prepare(act) {
        await using temp = await openTempCore({ home, key: masterKey })
        await act?.(temp.client)
      },
      newKey(prefix = 'sk-') {
        const key = newCanary(prefix)
        keys.push(key)
        return key
      },
      neverKeep: (secret) => void keys.push(secret),
      desktop() {
        const { desktop } = now()
        if (desktop === undefined) throw new Error('This is a browser tab')
        return desktop
      },
      address() {
        const { server } = now()
        if (server === undefined) throw new Error('This is the desktop window')
        return server.address
      },
      output: () => now().output(),
      expectNoise: watched.expectNoise,
    })

    await end('quit')
    for (const server of servers) {
      await server.stop()
      outputs.push(server.output())
    }
    const printed = Buffer.from(outputs.join('\n'))
    const found = [
      ...keys.flatMap((key) => formsFoundIn(printed, key).map((form) => `printed (${form})`)),
      ...sweep([home, `${home}-user`], keys),
    ]
    rmSync(folder, { recursive: true, force: true })
    expect(found, 'keys that were found where none may be').toEqual([])
    expect(watched.faults(), 'what the page complained of').toEqual([])
  },

  page: async ({ latchkey }, use) => {
    await latchkey.prepare()
    const page = await latchkey.open()
    // From here on keys and clicks have something to act on.
    await expect(page.getByRole('gridcell').first()).toBeVisible()
    await use(page)
  },
})

/** The window in front of the person has the focus of the desktop; the stand-in's is one of many on no desktop. */
async function giveFocus(page: Page): Promise<void> {
  if (desktopHarness === 'electron') return
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Emulation.setFocusEmulationEnabled', { enabled: true })
}
