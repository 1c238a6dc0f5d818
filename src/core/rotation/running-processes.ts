// Which other processes have a vault open: those whose master key is about to change. Linux says it of one's own
// processes in /proc; elsewhere only the listener's is known.
import { readdir, readFile, readlink } from 'node:fs/promises'
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { findListener } from '../http/listener-file.ts'
import type { KeyCustody } from '../key-custody.ts'

export interface RunningProcess {
  pid: number
  name: string
}

export async function runningProcesses({
  places,
  warn,
}: Pick<KeyCustody, 'places' | 'warn'>): Promise<RunningProcess[]> {
  const listener = findListener(places, warn)?.about?.pid
  const found = new Map<number, string>()
  if (listener !== undefined) found.set(listener, 'the listener')
  if (process.platform === 'linux') {
    const vault = realpathSync(places.vault)
    for (const name of await readdir('/proc')) {
      const pid = Number(name)
      if (Number.isInteger(pid) && (await hasOpen(pid, vault))) found.set(pid, await nameOf(pid))
    }
  }
  found.delete(process.pid)
  return [...found].map(([pid, name]) => ({ pid, name })).sort((a, b) => a.pid - b.pid)
}

async function hasOpen(pid: number, path: string): Promise<boolean> {
  const folder = join('/proc', String(pid), 'fd')
  // Another user's, or one that has ended meanwhile.
  const files = await readdir(folder).catch(() => [])
  for (const file of files) {
    if ((await readlink(join(folder, file)).catch(() => '')) === path) return true
  }
  return false
}

/** The kind of process, never its arguments: those may be private. */
async function nameOf(pid: number): Promise<string> {
  const words = (await readFile(join('/proc', String(pid), 'cmdline'), 'utf8').catch(() => '')).split('\0')
  if (words.includes('serve')) return 'latchkey serve'
  const [program = ''] = words
  return /electron|latchkey-desktop/.test(program) ? 'the Latchkey window' : 'another Latchkey'
}
