// The window in a browser tab: the built `latchkey serve --ui`, opened by the address it prints.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { LaunchOptions, Page } from '@playwright/test'
import { findChromium, findPageChromium } from '../../support/find-chromium.ts'

const root = join(import.meta.dirname, '../../..')
const cliPath = join(root, 'out/main/cli.js')

/** A Chromium that speaks to nobody by itself. */
const chromiumArgs: readonly string[] = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]

/** How specs launch the Chromium of this machine. */
export const chromiumOptions = (more: readonly string[] = []): LaunchOptions => ({
  executablePath: findChromium(),
  args: [...chromiumArgs, ...more],
})

/** How specs launch what shows a page and is no browser besides. */
export const pageOptions = (): LaunchOptions => ({ ...chromiumOptions(), executablePath: findPageChromium() })

/** `latchkey serve`, running. */
export interface Server {
  /** `http://127.0.0.1:PORT` */
  address: string
  /** The address that lets one tab in; undefined without `--ui`. */
  invitation: string | undefined
  output: () => string
  /** Ends it as Ctrl+C does; answers the exit code. */
  stop: () => Promise<number>
  /** Ends it at once, in the middle of whatever it does. */
  kill: () => Promise<void>
}

export interface ServeOptions {
  env: Readonly<Record<string, string>>
  args?: readonly string[]
}

/** Starts the built command and waits until it says that it listens. */
export async function startServer({ env, args = ['--ui', '--port', '0'] }: ServeOptions): Promise<Server> {
  const child = spawn(process.execPath, [cliPath, 'serve', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const printed: string[] = []
  child.stderr.on('data', (data: Buffer) => printed.push(String(data)))
  const withPage = args.includes('--ui')
  const said = await new Promise<{ address: string; invitation: string | undefined }>((resolve, reject) => {
    let address = ''
    createInterface(child.stdout).on('line', (line) => {
      printed.push(`${line}\n`)
      address = /^Latchkey listening on (\S+)$/.exec(line)?.[1] ?? address
      const invitation = /(http:\S+#ticket=\S+)/.exec(line)?.[1]
      if (address !== '' && (!withPage || invitation !== undefined)) resolve({ address, invitation })
    })
    child.once('exit', (code) => reject(new Error(`latchkey serve ended with ${code}:\n${printed.join('')}`)))
  })
  return {
    ...said,
    output: () => printed.join(''),
    stop: () => endBy('SIGTERM', child),
    async kill() {
      await endBy('SIGKILL', child)
    },
  }
}

async function endBy(signal: NodeJS.Signals, child: ChildProcess): Promise<number> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return child.exitCode ?? -1
}

/** Goes to the page by an address that lets it in. */
export async function enter(page: Page, server: Server): Promise<void> {
  if (server.invitation === undefined) throw new Error('This server has no page')
  await page.goto(server.invitation)
}

/** Runs the built command line to its end. */
export async function runCli(
  args: readonly string[],
  { env, input = '' }: { env: Readonly<Record<string, string>>; input?: string },
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [cliPath, ...args], { env })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => (stdout += String(data)))
  child.stderr.on('data', (data: Buffer) => (stderr += String(data)))
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code: code ?? -1, stdout, stderr }
}
