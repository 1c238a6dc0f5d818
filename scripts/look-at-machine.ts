import { spawn } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { electronInstaller, electronPath } from './find-electron.ts'
import type { Machine } from './start-plan.ts'

const DOWNLOAD_SECONDS = 60

/** Looks at what `npm start` has to decide on. Downloads Electron's binary where it is the only thing missing. */
export async function lookAtMachine(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<Machine> {
  const { platform } = process
  const hasDisplay = platform !== 'linux' || isSet(env['DISPLAY']) || isSet(env['WAYLAND_DISPLAY'])
  const found = electronPath(env)
  const electron =
    found !== undefined ? { path: found } : hasDisplay ? await download(env, say) : { missing: 'is not installed' }
  return {
    platform,
    isRoot: process.getuid?.() === 0,
    hasDisplay,
    electron,
    userNamespaces: userNamespacesAllowed(),
    sandboxHelper: 'path' in electron && isSetUpAsRoot(join(dirname(electron.path), 'chrome-sandbox')),
  }
}

/** One try, with the seconds counted, so that a silent network is not mistaken for a hang. */
async function download(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<Machine['electron']> {
  say(`Downloading Electron, once, for at most ${DOWNLOAD_SECONDS} s …`)
  const child = spawn(process.execPath, [electronInstaller], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let error = ''
  child.stderr.on('data', (data: Buffer) => (error ||= firstLine(String(data))))
  let seconds = 0
  const clock = setInterval(() => {
    seconds += 1
    if (seconds % 5 === 0) say(`  ${seconds} s`)
    if (seconds === DOWNLOAD_SECONDS) child.kill('SIGKILL')
  }, 1000)
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve)
    child.once('error', () => resolve(1))
  })
  clearInterval(clock)
  const path = electronPath(env)
  if (code === 0 && path !== undefined) return { path }
  const why = seconds >= DOWNLOAD_SECONDS ? `not in ${DOWNLOAD_SECONDS} s` : error === '' ? `exit code ${code}` : error
  return { missing: `could not be downloaded (${why})` }
}

/** Debian's switch, and Ubuntu's AppArmor rule since 23.10; a kernel without them allows it. */
function userNamespacesAllowed(): boolean {
  const forbids = (file: string, value: string) => {
    try {
      return readFileSync(`/proc/sys/kernel/${file}`, 'utf8').trim() === value
    } catch {
      return false
    }
  }
  return !forbids('apparmor_restrict_unprivileged_userns', '1') && !forbids('unprivileged_userns_clone', '0')
}

function isSetUpAsRoot(helper: string): boolean {
  const stats = statSync(helper, { throwIfNoEntry: false })
  return stats !== undefined && stats.uid === 0 && (stats.mode & 0o4000) !== 0
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''

/** What an error says first, without the name of its class. */
function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').replace(/^\w*Error: /, '')
}
