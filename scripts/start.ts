// npm start: opens Latchkey's window. In the desktop where Electron can run; else in the browser, saying why.
import { takenEnvironmentKey } from '../src/core/crypto/take-environment-key.ts'
import { spawn, type ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buildIfStale } from './build-if-stale.ts'
import { lookAtMachine } from './look-at-machine.ts'
import { planStart } from './start-plan.ts'

const root = join(import.meta.dirname, '..')
const own = process.argv.slice(2)
// The master key is for Latchkey alone: not for the build, the download or the browser.
const key = takenEnvironmentKey()
const env = key === undefined ? process.env : { ...process.env, ENCRYPTION_KEY: key }
const say = (line: string): void => console.error(line)

try {
  await buildIfStale(say)
  const machine = await lookAtMachine(process.env, say)
  const plan = planStart(machine)
  plan.says.forEach(say)
  process.exitCode = await follow(
    plan.window === 'desktop' ? startDesktop(plan.program, plan.switches) : startBrowserWindow(machine.hasDisplay),
  )
} catch (cause) {
  say(cause instanceof Error ? cause.message : String(cause))
  process.exitCode = 1
}

function startDesktop(program: string, switches: string[]): ChildProcess {
  return spawn(program, [...switches, root, ...own], { env, stdio: 'inherit' })
}

/** The same window, served by the listener; its address has a ticket that is good once. */
function startBrowserWindow(hasDesktop: boolean): ChildProcess {
  const child = spawn(process.execPath, [join(root, 'out/main/cli.js'), 'serve', '--ui', ...own], {
    env,
    stdio: ['inherit', 'pipe', 'inherit'],
  })
  createInterface(child.stdout).on('line', (line) => {
    console.log(line)
    const address = /https?:\/\/\S*#ticket=\S+/.exec(line)?.[0]
    if (hasDesktop && address !== undefined) openInBrowser(address)
  })
  return child
}

function openInBrowser(address: string): void {
  const [program, ...args]: [string, ...string[]] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', address]
        : ['xdg-open', address]
  const others = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LATCHKEY_')))
  const child = spawn(program, args, { env: others, stdio: 'ignore', detached: true })
  child.once('error', () => say('No browser could be opened; the address above opens the window.'))
  child.unref()
}

/** Passes signals on, and answers the exit code of the child. */
function follow(child: ChildProcess): Promise<number> {
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
    process.on(signal, () => {
      // Ctrl-C reaches every program of the terminal by itself; once more would cut a clean end short.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error(`${child.spawnfile} could not be started: ${cause.message}`, { cause })),
    )
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}
