import { spawn, type ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createInterface } from 'node:readline'
import { watchOutput, watchSecret } from '../support/watched-secrets.ts'

/** What a command runs before anything else: it reaches nothing but this machine. */
const loopbackOnly = join(import.meta.dirname, '../support/loopback-only.cjs')

/**
 * The command, in plain Node, so that a stray import of Electron would fail each of these tests: from source, and as it is
 * shipped where the whole suite runs, which builds it first (scripts/test.ts).
 */
const ENTRY = join(import.meta.dirname, '../..', process.env['LATCHKEY_TEST_COMMAND'] ?? 'src/cli/index.ts')

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  home: string
  env?: Record<string, string>
  /** What arrives on stdin; nothing, if not given. */
  input?: string | Buffer
  cwd?: string
}

/**
 * The environment of a command: this one's, without what would point it at somebody's real vault or keychain, and without what Node
 * takes for a reason to leave out colours (CI) or to force them.
 */
export function environment(home: string, env: Record<string, string> = {}): Record<string, string> {
  const own = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined &&
      !/^(LATCHKEY_|ENCRYPTION_KEY|NODE_OPTIONS|DISPLAY|WAYLAND|DBUS_|XDG_RUNTIME_DIR|CI$|NO_COLOR$|FORCE_COLOR$)/.test(
        name,
      ),
  )
  return {
    ...(Object.fromEntries(own) as Record<string, string>),
    NODE_OPTIONS: `--require=${JSON.stringify(loopbackOnly)}`,
    LATCHKEY_HOME: home,
    ...env,
  }
}

/** The arguments after Node's own that start the command. */
export const commandLine = (...args: string[]): string[] => [ENTRY, ...args]

/** Runs a command to its end. */
export async function latchkey(args: string[], { home, env, input = '', cwd = home }: RunOptions): Promise<Ran> {
  const child = spawn(process.execPath, commandLine(...args), {
    env: environment(home, env),
    cwd: existsSync(cwd) ? cwd : '/',
  })
  // A command that needs no input may be gone before it is written.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  if (isSecret(args)) watchSecret(String(input).trim())
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  watchOutput(`what latchkey ${args.join(' ')} prints`, stdout + stderr)
  return { code, stdout, stderr }
}

/** Whether what such a command reads is a key. */
const isSecret = ([topic, act]: readonly string[]): boolean => topic === 'key' && act === 'set'

export interface Serving extends AsyncDisposable {
  address: string
  pid: number
  /** Everything said so far. */
  stderr(): string
  stdout(): string
  /** Resolves once what was said fits. */
  until(fits: () => boolean): Promise<void>
  listenerFile(): { port: number; pid: number; token?: string }
  /** A request with the token of listener.json, or this one. */
  get(path: string, token?: string): Promise<Response>
  /** Ends it and answers its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts `latchkey serve` on a free port and waits until it is ready. */
export async function startServe(args: string[], { home, env, cwd = '/' }: RunOptions): Promise<Serving> {
  const child = spawn(process.execPath, commandLine('serve', '--port', '0', ...args), {
    env: environment(home, env),
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  const speech = new EventEmitter()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (data) => {
      said[name] += String(data)
      watchOutput('what latchkey serve prints', said[name])
      speech.emit('more')
    })
  }
  const closed = once(child, 'close') as Promise<[number | null]>
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([
    once(lines, 'line'),
    closed.then(([code]) => {
      throw new Error(`serve ended with ${code}: ${said.stderr}`)
    }),
  ])) as [string]
  const address = /^Latchkey listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1]
  if (address === undefined) throw new Error(`The first line was: ${line}`)
  const listenerFile = () =>
    JSON.parse(readFileSync(join(home, 'listener.json'), 'utf8')) as ReturnType<Serving['listenerFile']>
  return {
    address,
    pid: child.pid ?? 0,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    async until(fits) {
      while (!fits()) await once(speech, 'more')
    },
    listenerFile,
    get: (path, token = listenerFile().token) =>
      fetch(address + path, { headers: { authorization: `Bearer ${token}` } }),
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const [code] = await closed
      return code
    },
    async [Symbol.asyncDispose]() {
      if (hasEnded(child)) return
      child.kill('SIGKILL')
      await closed
    },
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}
