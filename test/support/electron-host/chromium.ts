import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { findPageChromium } from '../find-chromium.ts'

export interface RunningChromium {
  /** The address of its devtools. */
  address: string
  /** Ends it and its children, at once. */
  kill: () => void
}

/** Starts a Chromium of its own, headless, that reaches no network. Its profile is Electron's `userData`. */
export async function startChromium(profile: string): Promise<RunningChromium> {
  const child = spawn(
    findPageChromium(),
    [
      '--headless=new',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      '--host-resolver-rules=MAP * ~NOTFOUND',
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-sync',
      '--disable-gpu',
      '--hide-scrollbars',
      '--password-store=basic',
      '--window-size=1180,900',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      'about:blank',
    ],
    // Its own process group, so that its helpers end with it.
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  )
  const kill = () => killGroup(child)
  process.on('exit', kill)
  return { address: await devtoolsAddress(child), kill }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (cause) {
    // It ended by itself in this very moment.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')) throw cause
  }
}

function devtoolsAddress(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const said: string[] = []
  if (child.stderr !== null) {
    createInterface(child.stderr).on('line', (line) => {
      said.push(line)
      const found = /^DevTools listening on (\S+)/.exec(line)
      if (found?.[1] !== undefined) resolve(found[1])
    })
  }
  child.once('error', reject)
  child.once('exit', () => reject(new Error(`Chromium ended before it listened:\n${said.slice(-10).join('\n')}`)))
  return promise
}
