// A session bus with a real gnome-keyring of its own, apart from whatever this machine runs.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { requirement } from './require.ts'

const has = (tool: string): boolean => spawnSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' }).status === 0

/** Whether the tests of the keychain can run here. */
export const hasSecretService = requirement(
  'gnome-keyring',
  has('gnome-keyring-daemon') && has('dbus-daemon') && has('dbus-send'),
  'apt-get install gnome-keyring dbus-bin dbus-daemon dbus-session-bus-common',
)

export interface SecretService extends AsyncDisposable {
  /** The environment of a program in this session. */
  env: NodeJS.ProcessEnv
  folder: string
  /** Locks every keyring, as a screen lock may. */
  lock(): Promise<void>
  /** Stops the service in its tracks: it owns its name and never answers. */
  freeze(): void
  thaw(): void
}

interface SessionOptions {
  /** A bus without any keychain. */
  service?: boolean
  /** The folder of an earlier session, to see what is still there; it is left in place. */
  folder?: string
  /** The password that opens the keyring; without one it stays locked. */
  password?: string | null
}

/** Starts a bus, and unless told otherwise an unlocked keyring on it. */
export async function startSecretService(options: SessionOptions = {}): Promise<SecretService> {
  const { service = true, password = 'a keyring password' } = options
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'latchkey-keyring-'))
  const runtime = mkdtempSync(join(tmpdir(), 'latchkey-run-'))
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_RUNTIME_DIR: runtime,
  }
  mkdirSync(join(folder, 'data'), { recursive: true })
  const children: ChildProcess[] = []
  // No service files: only what is started here answers on this bus.
  const config = `<busconfig><type>session</type><listen>unix:dir=${runtime}</listen><policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
  writeFileSync(join(runtime, 'bus.xml'), config)
  const bus = spawn('dbus-daemon', [`--config-file=${join(runtime, 'bus.xml')}`, '--nofork', '--print-address'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  children.push(bus)
  const [address] = (await once(createInterface(bus.stdout), 'line')) as [string]
  env['DBUS_SESSION_BUS_ADDRESS'] = address
  if (service) {
    const unlock = password === null ? [] : ['--unlock']
    const daemon = spawn('gnome-keyring-daemon', ['--foreground', '--components=secrets', ...unlock], {
      env,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    children.push(daemon)
    daemon.stdin.end(password ?? '')
    await owned(env)
  }
  const daemon = children.at(-1)
  return {
    env,
    folder,
    lock: () => call(env, 'Lock', 'array:objpath:/org/freedesktop/secrets/aliases/default'),
    freeze: () => void daemon?.kill('SIGSTOP'),
    thaw: () => void daemon?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      for (const child of children.toReversed()) {
        if (child.exitCode === null && child.signalCode === null) {
          child.kill('SIGKILL')
          await once(child, 'exit')
        }
      }
      rmSync(runtime, { recursive: true, force: true })
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Until the daemon has its name on the bus; each call of dbus-send is a round trip of its own. */
async function owned(env: NodeJS.ProcessEnv): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await isOwned(env)) return
  }
  throw new Error('gnome-keyring did not appear on the bus')
}

async function isOwned(env: NodeJS.ProcessEnv): Promise<boolean> {
  const answer = await send(env, 'org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner', [
    'string:org.freedesktop.secrets',
  ])
  return answer.includes('true')
}

async function call(env: NodeJS.ProcessEnv, method: string, ...args: string[]): Promise<void> {
  await send(
    env,
    'org.freedesktop.secrets',
    '/org/freedesktop/secrets',
    `org.freedesktop.Secret.Service.${method}`,
    args,
  )
}

async function send(env: NodeJS.ProcessEnv, to: string, path: string, method: string, args: string[]): Promise<string> {
  const child = spawn('dbus-send', ['--session', '--print-reply', `--dest=${to}`, path, method, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`dbus-send ${method} ended with ${String(code)}`)
  return output
}
