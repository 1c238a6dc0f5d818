// The test's side of the stand-in, with the surface of Playwright's `_electron`: launch, firstWindow, evaluate, close.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type Electron from 'electron'
import { chromium, type Browser, type Page } from 'playwright-core'
import type { Answered, Asked, Host } from './control.ts'
import { makeValueCodec } from './value-codec.ts'

/** Runs in the app's process: it sees its arguments and nothing of the test around it. */
export type InApp<A, R> = (electron: typeof Electron, arg: A, host: Host) => R | Promise<R>

export interface StandInApp {
  /** The page of the window, once it has loaded. */
  firstWindow(): Promise<Page>
  evaluate: <A, R>(act: InApp<A, R>, arg: A) => Promise<R>
  process(): ChildProcess
  close(): Promise<void>
}

export interface LaunchOptions {
  /** The folder of the app, with package.json and out/, then the app's own arguments. */
  args: readonly string[]
  env: Readonly<Record<string, string | undefined>>
}

const codec = makeValueCodec()

/** Starts the app of a folder on the stand-in. */
export function launch({ args, env }: LaunchOptions): StandInApp {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let last = 0
  let browser: Browser | undefined

  child.on('message', ({ id, value, error }: Answered) => {
    if (value !== undefined) waiting.get(id)?.resolve(codec.decode(value))
    else waiting.get(id)?.reject(new Error(error))
    waiting.delete(id)
  })
  child.once('exit', () => {
    for (const asked of waiting.values()) asked.reject(new Error('The app has ended'))
    waiting.clear()
    void browser?.close()
  })

  async function evaluate<A, R>(act: InApp<A, R>, arg: A): Promise<R> {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('The app has ended')
    const id = (last += 1)
    const asked = Promise.withResolvers<unknown>()
    waiting.set(id, asked)
    child.send({ id, source: String(act), arg: codec.encode(arg) } satisfies Asked)
    return (await asked.promise) as R
  }

  return {
    evaluate,
    process: () => child,
    async firstWindow() {
      const address = await evaluate((_electron, _arg, host) => host.browserAddress(), undefined)
      // Playwright would set colours and focus of its own.
      browser = await chromium.connectOverCDP(address, { noDefaults: true })
      const page = browser.contexts()[0]?.pages()[0]
      if (page === undefined) throw new Error('The app has no window')
      return page
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      // It may end before it has answered.
      await evaluate(({ app }) => app.quit(), undefined).catch(() => undefined)
      await ended
    },
  }
}
