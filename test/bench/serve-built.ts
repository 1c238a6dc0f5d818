// The built command, as it is shipped.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Memory } from '../support/gateway-process.ts'

const CLI = new URL('../../out/main/cli.js', import.meta.url).pathname
/** How many of a process's clock ticks are a second; the same on every Linux that Node runs on (proc_pid_stat(5)). */
const TICKS = 100

export type Env = Record<string, string>

export interface Served {
  child: ChildProcess
  address: string
  /** What the kernel says of it: with what was not collected yet. */
  memory(): Memory
  stop(): Promise<void>
}

/** Starts `latchkey serve` on any free port and answers once it says that it listens. */
export async function serveBuilt(home: string, env: Env): Promise<Served> {
  const child = spawn(process.execPath, [CLI, 'serve', '--port', '0'], {
    env: { ...process.env, ...env, LATCHKEY_HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /^Latchkey listening on (\S+)/.exec(line)?.[1]
    if (address === undefined) continue
    return {
      child,
      address,
      memory: () => memoryOf(child.pid),
      async stop() {
        const ended = once(child, 'exit')
        child.kill()
        await ended
      },
    }
  }
  throw new Error('latchkey serve ended before it listened')
}

function memoryOf(pid: number | undefined): Memory {
  const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  // Behind the name, which may hold anything: utime is the 14th field and stime the 15th.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  return { rss: Number(resident) * 1024, cpu: (ticks / TICKS) * 1_000_000 }
}
